//! Acknowledged means durable: unsafe settings are refused, at start and at each new appending connection.

use std::time::Duration;

use event_log::{Error, Position, Role};
use private_postgres::test_util::TestCluster;
use sqlx::{ConnectOptions, Executor};

use crate::world::{append, command, open, postgres};

async fn set(world: &crate::world::PgWorld, setting: &str) {
    let database = world.options.get_database().expect("a database");
    let sql = format!("ALTER DATABASE {database} SET {setting}");
    world.superuser().await.execute(sql.as_str()).await.expect("the setting is changed");
}

#[tokio::test]
async fn safe_settings_are_reported() {
    let world = postgres().await;
    let settings = event_log::check_settings(&world.pool(Role::Writer).await).await.expect("safe");
    assert!(settings.server_version >= event_log::OLDEST_SERVER);
    assert_eq!((settings.synchronous_commit.as_str(), settings.data_checksums.as_str()), ("on", "on"));
    set(&world, "synchronous_commit = remote_apply").await;
    event_log::check_settings(&world.pool(Role::Writer).await).await.expect("safer still");
}

#[tokio::test]
async fn a_database_that_may_lose_acknowledged_commands_is_refused() {
    for value in ["off", "local", "remote_write"] {
        let world = postgres().await;
        set(&world, &format!("synchronous_commit = {value}")).await;
        let error = event_log::check_settings(&world.pool(Role::Writer).await).await.expect_err("unsafe");
        assert!(matches!(error, Error::UnsafeSetting { name: "synchronous_commit", value: ref v } if v == value));
        assert!(error.hint().is_some());

        // A log that did not ask before is refused by its own connection: no false acknowledgement.
        let error = world.log.append(vec![command(vec![append("a", 0, 1)])]).await.expect_err("unsafe");
        assert!(matches!(error, Error::UnsafeSetting { name: "synchronous_commit", .. }));
        assert_eq!(world.log.reader().head().await.expect("head"), Position::ZERO);
    }
}

#[tokio::test]
async fn a_server_that_may_lose_pages_is_refused() {
    // Settings of a whole server: this needs one of its own.
    let cluster = tokio::task::spawn_blocking(TestCluster::start).await.expect("ran").expect("a cluster");
    let options = crate::world::options(&cluster, "postgres");
    event_log::create_roles(&options).await.expect("made");
    let mut superuser = options.connect().await.expect("connects");
    for setting in ["fsync", "full_page_writes"] {
        superuser.execute(format!("ALTER SYSTEM SET {setting} = off").as_str()).await.expect("changed");
        superuser.execute("SELECT pg_reload_conf()").await.expect("reloaded");
        let refused = async || loop {
            let pool = event_log::connect(options.clone(), Role::Reader, 1).await.expect("connects");
            match event_log::check_settings(&pool).await {
                Err(Error::UnsafeSetting { name, .. }) if name == setting => break,
                // The server tells its sessions when it gets to it.
                Ok(_) | Err(Error::UnsafeSetting { .. }) => tokio::task::yield_now().await,
                Err(other) => panic!("{other}"),
            }
        };
        tokio::time::timeout(Duration::from_secs(20), refused()).await.expect("refused in time");
        superuser.execute(format!("ALTER SYSTEM RESET {setting}").as_str()).await.expect("changed back");
        superuser.execute("SELECT pg_reload_conf()").await.expect("reloaded");
    }
    tokio::task::spawn_blocking(move || drop(cluster)).await.expect("stopped");
}

#[tokio::test]
async fn a_setting_of_the_login_counts_too() {
    let world = postgres().await;
    let mut superuser = world.superuser().await;
    let login = private_postgres::test_util::shared().fresh_name("unsafe_login");
    for sql in [
        format!("CREATE ROLE {login} LOGIN NOINHERIT"),
        format!("GRANT sne_writer TO {login}"),
        format!("ALTER ROLE {login} SET synchronous_commit = off"),
    ] {
        superuser.execute(sql.as_str()).await.expect("the login is made");
    }
    let pool = event_log::connect(world.options.clone().username(&login), Role::Writer, 1).await.expect("connects");
    let error = event_log::check_settings(&pool).await.expect_err("unsafe");
    assert!(matches!(error, Error::UnsafeSetting { .. }));

    // The same login was not given the other roles, and has no right of its own.
    let error =
        event_log::connect(world.options.clone().username(&login), Role::Owner, 1).await.expect_err("not granted");
    assert!(matches!(error, Error::RoleNotGranted { role: Role::Owner }));
    let mut bare = world.options.clone().username(&login).connect().await.expect("the login connects");
    assert!(bare.execute("SELECT count(*) FROM log.events").await.is_err());
}

#[tokio::test]
async fn a_login_that_is_no_superuser_appends() {
    let world = postgres().await;
    let login = private_postgres::test_util::shared().fresh_name("plain_login");
    let mut superuser = world.superuser().await;
    superuser.execute(format!("CREATE ROLE {login} LOGIN NOINHERIT").as_str()).await.expect("made");
    superuser.execute(format!("GRANT sne_writer TO {login}").as_str()).await.expect("granted");
    let log = open(&world.options.clone().username(&login)).await;
    crate::world::committed(
        log.append(vec![command(vec![append("a", 0, 1)])]).await.expect("answered").pop().expect("one"),
    );
}

#[tokio::test]
async fn an_unknown_database_is_told_at_once() {
    let world = postgres().await;
    let nowhere = world.options.clone().database("no_such_database");
    let error = event_log::connect(nowhere.clone(), Role::Writer, 1).await.expect_err("no such database");
    assert!(matches!(error, Error::Database { ref code, .. } if code == "3D000"), "{error}");
    let log = event_log::EventLog::new(nowhere, world.pool(Role::Writer).await, event_log::Options::default());
    let error = log.append(vec![command(vec![append("a", 0, 1)])]).await.expect_err("no such database");
    assert!(matches!(error, Error::Database { ref code, .. } if code == "3D000"), "{error}");
}

#[tokio::test]
async fn a_database_out_of_reach_is_no_unknown_outcome() {
    let world = postgres().await;
    let nowhere = world.options.clone().socket("/nonexistent");
    let patience = Duration::from_millis(50);
    let options = event_log::Options { patience, ..Default::default() };
    let log = event_log::EventLog::new(nowhere, world.pool(Role::Writer).await, options);
    let error = log.append(vec![command(vec![append("a", 0, 1)])]).await.expect_err("out of reach");
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn a_stuck_database_is_an_unknown_outcome() {
    let world = postgres().await;
    let mut stuck = world.superuser().await;
    stuck.execute("BEGIN; SELECT 1 FROM log.head FOR UPDATE").await.expect("the head row is held");
    let patience = Duration::from_millis(300);
    let options = event_log::Options { patience, connections: 1, ..Default::default() };
    let log = event_log::EventLog::new(world.options.clone(), world.pool(Role::Writer).await, options);
    let asked = command(vec![append("a", 0, 1)]);
    let error = log.append(vec![asked.clone()]).await.expect_err("nobody answers");
    assert!(matches!(error, Error::OutcomeUnknown { .. }), "{error}");
    stuck.execute("ROLLBACK").await.expect("let go");
    // Sent again it is committed, now or by the first attempt.
    let verdict = log.append(vec![asked]).await.expect("answered").pop().expect("one");
    assert!(verdict.receipt().is_some());
    assert_eq!(world.log.reader().head().await.expect("head").get(), 1);
}

#[tokio::test]
async fn who_examines_is_told_everything_unsafe_at_once() {
    let world = postgres().await;
    set(&world, "synchronous_commit = off").await;
    let (settings, faults) = event_log::read_settings(&world.pool(Role::Projector).await).await.expect("read");
    assert_eq!(settings.synchronous_commit, "off");
    assert!(matches!(faults.as_slice(), [Error::UnsafeSetting { name: "synchronous_commit", .. }]), "{faults:?}");
}
