//! Migrations run twice, and by two at once, and change nothing the second time.

use event_log::{Error, Role};
use private_postgres::test_util::{TestCluster, shared};

use crate::world::{append, command, committed, open, options, postgres};

#[tokio::test]
async fn a_second_migration_changes_nothing() {
    let world = postgres().await;
    committed(world.one(command(vec![append("a", 0, 1)])).await);
    event_log::create_roles(&world.options).await.expect("the roles are there");
    event_log::migrate(&world.options).await.expect("the schema is there");
    assert_eq!(world.count("SELECT count(*) FROM log.events").await, 1);
}

#[tokio::test]
async fn two_may_migrate_at_once() {
    let name = shared().fresh_name("raced");
    shared().create_database(&name, None).expect("an empty database");
    let options = options(shared(), &name);
    let roles = (0..4).map(|_| {
        tokio::spawn({
            let options = options.clone();
            async move { event_log::create_roles(&options).await }
        })
    });
    for racer in roles.collect::<Vec<_>>() {
        racer.await.expect("ran").expect("the roles are made");
    }
    let racers = (0..4).map(|_| {
        tokio::spawn({
            let options = options.clone();
            async move { event_log::migrate(&options).await }
        })
    });
    for racer in racers.collect::<Vec<_>>() {
        racer.await.expect("ran").expect("the schema is made");
    }
    let log = open(&options).await;
    committed(log.append(vec![command(vec![append("a", 0, 1)])]).await.expect("answered").pop().expect("one"));
}

#[tokio::test]
async fn a_missing_role_is_told_with_what_to_do() {
    // Roles belong to a whole cluster: this needs one where nobody has made them.
    let cluster = tokio::task::spawn_blocking(TestCluster::start).await.expect("ran").expect("a cluster");
    let options = options(&cluster, "postgres");
    let missing = |error: Error| {
        assert!(matches!(error, Error::MissingRole { .. }), "{error}");
        assert!(error.hint().is_some_and(|hint| hint.contains("roles.sql")));
    };
    missing(event_log::connect(options.clone(), Role::Projector, 1).await.expect_err("no role"));
    missing(event_log::migrate(&options).await.expect_err("no role"));
    event_log::create_roles(&options).await.expect("made");
    event_log::migrate(&options).await.expect("migrated");
    tokio::task::spawn_blocking(move || drop(cluster)).await.expect("stopped");
}
