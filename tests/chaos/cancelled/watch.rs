//! What the database says of the sessions of a server, asked as the superuser.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection};
use uuid::Uuid;

/// Until everything has come to rest.
const PATIENCE: Duration = Duration::from_secs(10);

const SESSIONS: &str = "SELECT pid, coalesce(state = 'idle' AND xact_start IS NULL, false) FROM pg_stat_activity \
     WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
/// Locks that end with a transaction, of whoever is not at work: a transaction that somebody left open holds one at least.
const LOCKS: &str = "SELECT count(*) FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid) \
     WHERE a.datname = current_database() AND l.pid <> pg_backend_pid() AND l.locktype <> 'advisory'";
/// Those of appending sessions are theirs for as long as they live, and they are opened as they are needed.
const ADVISORY_LOCKS: &str = "SELECT count(*) FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid) \
     WHERE a.datname = current_database() AND l.locktype = 'advisory' AND a.application_name <> 'sne_append'";
const COMMANDS: &str = "SELECT command_id, \
       count(*) = max(command_size) FILTER (WHERE body_digest IS NOT NULL) AND count(body_digest) = 1 \
     FROM log.events WHERE stream_type = 'demand' GROUP BY organisation, command_id";

/// Somebody who looks on.
pub struct Watch(PgConnection);

impl Watch {
    pub async fn of(superuser: &str) -> Self {
        let options: PgConnectOptions = superuser.parse().unwrap();
        Self(options.connect().await.unwrap())
    }

    /// Waits until each session was seen outside of a transaction, and no lock was held at some moment.
    pub async fn comes_to_rest(&mut self) {
        let (until, mut at_rest, mut unlocked) = (Instant::now() + PATIENCE, BTreeSet::new(), false);
        loop {
            let sessions: Vec<(i32, bool)> = sqlx::query_as(SESSIONS).fetch_all(&mut self.0).await.unwrap();
            at_rest.extend(sessions.iter().filter(|(_, idle)| *idle).map(|(pid, _)| *pid));
            unlocked |= sqlx::query_scalar::<_, i64>(LOCKS).fetch_one(&mut self.0).await.unwrap() == 0;
            let busy: Vec<i32> = sessions.iter().map(|(pid, _)| *pid).filter(|pid| !at_rest.contains(pid)).collect();
            if busy.is_empty() && unlocked {
                return;
            }
            assert!(Instant::now() < until, "sessions inside a transaction: {busy:?}; no lock: {unlocked}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Advisory locks of all but the appending sessions.
    pub async fn advisory_locks(&mut self) -> i64 {
        sqlx::query_scalar(ADVISORY_LOCKS).fetch_one(&mut self.0).await.unwrap()
    }

    /// Every command in the log: each must have all of its events, and one receipt.
    pub async fn commands_done_whole(&mut self) -> BTreeSet<Uuid> {
        let commands: Vec<(Uuid, bool)> = sqlx::query_as(COMMANDS).fetch_all(&mut self.0).await.unwrap();
        let halves: Vec<Uuid> = commands.iter().filter(|(_, whole)| !whole).map(|(id, _)| *id).collect();
        assert!(halves.is_empty(), "done in part, or twice: {halves:?}");
        commands.into_iter().map(|(id, _)| id).collect()
    }
}
