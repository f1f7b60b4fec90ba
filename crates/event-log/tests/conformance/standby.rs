//! Where a synchronous standby is asked for, nothing is called committed that it does not hold.

use std::time::Duration;

use event_log::{Command, Error, EventLog, Options, Role, Standby, Verdict};
use private_postgres::test_util::TestCluster;
use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::world::{append, command, committed, options};

/// The session that appends, while its commit waits for the standby.
const WAITING: &str =
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'sne_append' AND wait_event = 'SyncRep'";

/// A primary whose commits wait for its standby.
struct Pair {
    primary: TestCluster,
    standby: TestCluster,
    options: PgConnectOptions,
}

impl Pair {
    async fn start() -> Self {
        let made = spawn_blocking(|| {
            let primary = TestCluster::start().expect("a primary");
            let standby = primary.standby("s1").expect("a standby");
            primary.wait_for_standby("s1").expect("it is waited for");
            (primary, standby)
        });
        let (primary, standby) = made.await.expect("ran");
        let options = options(&primary, "postgres");
        event_log::create_roles(&options).await.expect("roles");
        event_log::migrate(&options).await.expect("a schema");
        Self { primary, standby, options }
    }

    async fn log(&self, standby: Standby, patience: Duration) -> EventLog {
        let readers = event_log::connect(self.options.clone(), Role::Writer, 4).await.expect("the writer connects");
        EventLog::new(self.options.clone(), readers, Options { standby, patience, ..Options::default() })
    }

    /// Appends while the standby is away, and ends the wait of the commit with `pg_cancel_backend` or `pg_terminate_backend`.
    async fn append_and_end_the_wait(&self, log: &EventLog, asked: Command, end: &str) -> Answer {
        let before = log.reader().head().await.expect("the head");
        let log_of_call = log.clone();
        let call = tokio::spawn(async move { log_of_call.append(vec![asked]).await });
        let mut looker = self.options.connect().await.expect("connects");
        let pid: i32 = loop {
            if let Some(pid) = sqlx::query_scalar(WAITING).fetch_optional(&mut looker).await.expect("read") {
                break pid;
            }
            tokio::task::yield_now().await;
        };
        assert_eq!(log.reader().head().await.expect("the head"), before, "seen before its time");
        sqlx::query(&format!("SELECT {end}($1)")).bind(pid).execute(&mut looker).await.expect("ended");
        while log.reader().head().await.expect("the head") == before {
            tokio::task::yield_now().await;
        }
        call
    }

    async fn stop(self) {
        drop(self.options);
        spawn_blocking(move || drop((self.standby, self.primary))).await.expect("stopped");
    }
}

type Answer = JoinHandle<Result<Vec<Verdict>, Error>>;

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_waits_while_the_standby_is_away_and_comes_when_it_is_back() {
    let pair = Pair::start().await;
    let log = pair.log(Standby::Synchronous, Duration::from_secs(60)).await;
    let first = log.append(vec![command(vec![append("a", 0, 1)])]).await.expect("answered").pop();
    committed(first.expect("one"));

    pair.standby.kill_postmaster();
    let asked = command(vec![append("a", 1, 1)]);
    let call = pair.append_and_end_the_wait(&log, asked.clone(), "pg_cancel_backend").await;
    // It can be seen, and nobody is told that it is committed.
    assert!(log.reader().receipt("org-1", asked.id).await.expect("read").is_some());
    let told = log.receipt("org-1", asked.id).await.expect_err("not held");
    assert!(matches!(told, Error::OutcomeUnknown { .. }), "{told}");
    assert!(!call.is_finished());

    pair.standby.restart().expect("back");
    let verdict = call.await.expect("ran").expect("answered").pop().expect("one");
    let receipt = verdict.receipt().expect("committed");
    assert_eq!(log.receipt("org-1", asked.id).await.expect("held").expect("there").0, receipt);
    let on_standby = "SELECT count(*) FROM log.events WHERE position = 2";
    assert_eq!(pair.standby.psql("postgres", on_standby).expect("read"), "1");
    drop(log);
    pair.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_that_was_ended_is_never_answered_as_committed_while_the_standby_does_not_have_it() {
    let pair = Pair::start().await;
    let log = pair.log(Standby::Synchronous, Duration::from_secs(3)).await;
    let heedless = pair.log(Standby::NotAsked, Duration::from_secs(30)).await;
    committed(log.append(vec![command(vec![append("a", 0, 1)])]).await.expect("answered").pop().expect("one"));
    pair.standby.kill_postmaster();
    for (version, end) in [(1, "pg_cancel_backend"), (2, "pg_terminate_backend")] {
        let asked = command(vec![append("a", version, 1)]);
        let call = pair.append_and_end_the_wait(&log, asked.clone(), end).await;
        let told = call.await.expect("ran").expect_err("not held");
        assert!(matches!(told, Error::OutcomeUnknown { .. }), "{end}: {told}");
        assert!(matches!(log.ready().await, Err(Error::AppendsFail)), "{end}");
        // A fence finds it committed, or writes one; either waits for the standby, and is ended like all the others.
        let fencing = log.clone();
        let fence = tokio::spawn(async move { fencing.fence("org-1", asked.id).await });
        while !fence.is_finished() {
            let cancel = format!("SELECT {end}(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
            pair.primary.psql("postgres", &cancel).expect("ended");
        }
        let told = fence.await.expect("ran").expect_err("whether it is committed nobody can say");
        assert!(
            matches!(told, Error::OutcomeUnknown { .. } | Error::Connection { .. } | Error::Database { .. }),
            "{told}"
        );
        // What the gate is for: who only looks the receipt up waits for nobody.
        assert!(heedless.receipt("org-1", asked.id).await.expect("read").is_some(), "{end}");
    }
    drop((log, heedless));

    // The standby takes over: what nobody was told is gone.
    pair.primary.kill_postmaster();
    pair.standby.restart().expect("started");
    pair.standby.psql("postgres", "ALTER SYSTEM RESET synchronous_standby_names").expect("reset");
    pair.standby.psql("postgres", "SELECT pg_reload_conf(), pg_promote()").expect("promoted");
    let head = pair.standby.psql("postgres", "SELECT position FROM log.head").expect("read");
    assert_eq!(head, "1");
    pair.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_a_standby_or_the_right_to_ask_about_it_is_refused() {
    let pair = Pair::start().await;
    let pool = event_log::connect(pair.options.clone(), Role::Owner, 2).await.expect("connects");
    let check = async || Standby::Synchronous.check(&pool).await;
    check().await.expect("both are there");

    pair.primary.psql("postgres", "REVOKE pg_read_all_stats FROM sne_owner").expect("revoked");
    let told = check().await.expect_err("hidden");
    assert!(matches!(told, Error::StandbyHidden) && told.hint().is_some(), "{told}");
    let log = pair.log(Standby::Synchronous, Duration::from_secs(30)).await;
    let told = log.append(vec![command(vec![append("a", 0, 1)])]).await.expect_err("hidden");
    assert!(matches!(told, Error::StandbyHidden), "{told}");
    event_log::create_roles(&pair.options).await.expect("granted again");
    check().await.expect("both are there");

    pair.primary.wait_for_standby("").expect("nobody is");
    let told = loop {
        // The server tells its sessions when it gets to it.
        match check().await {
            Ok(()) => tokio::task::yield_now().await,
            Err(told) => break told,
        }
    };
    assert!(matches!(told, Error::UnsafeSetting { name: "synchronous_standby_names", .. }), "{told}");
    assert!(told.hint().is_some());
    Standby::NotAsked.check(&pool).await.expect("nobody asked");
    drop(log);
    pool.close().await;
    pair.stop().await;
}

/// How many standbys must hold it is what the setting says, however it is written.
#[tokio::test(flavor = "multi_thread")]
async fn as_many_standbys_are_asked_for_as_the_setting_names() {
    let pair = Pair::start().await;
    let held = "SELECT log.held_by_standby(pg_current_wal_flush_lsn())";
    for (names, answer) in [
        ("s1", "t"),
        ("*", "t"),
        ("1 (s1, s2)", "t"),
        ("FIRST 1 (s1, s2)", "t"),
        ("any 1(s1, s2)", "t"),
        ("ANY 2 (s1, s2)", "f"),
        ("2 (s1, s2)", "f"),
        ("s2", "f"),
        ("", "f"),
    ] {
        pair.primary.wait_for_standby(names).expect("set");
        let until = tokio::time::Instant::now() + Duration::from_secs(20);
        // Another session's settings, and the standby's place in them, are a moment behind.
        while pair.primary.psql("postgres", held).expect("asked") != answer {
            assert!(tokio::time::Instant::now() < until, "{names}");
            tokio::task::yield_now().await;
        }
    }
    pair.stop().await;
}
