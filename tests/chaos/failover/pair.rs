//! A primary and its standby, at an address that moves; and who ends the waits between them.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use private_postgres::test_util::TestCluster;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use tempfile::TempDir;
use tests::stage::procedure::{By, Procedure};
use tests::stage::world::LOGIN;
use tokio::task::JoinHandle;

/// Both servers. Everything an operator does is done with the commands of `docs/operations.md`.
pub struct Pair {
    pub primary: TestCluster,
    pub standby: TestCluster,
    procedure: Procedure,
    /// Where the address lies: a link to the folder of the primary's socket.
    folder: TempDir,
}

impl Pair {
    pub fn start() -> Self {
        let primary = TestCluster::start().unwrap();
        let procedure = Procedure::read(primary.psql("postgres", "SHOW data_directory").unwrap().as_ref());
        let standby = standby_of(&procedure, &primary);
        let pair = Self { primary, standby, procedure, folder: tempfile::tempdir().unwrap() };
        pair.moves_here();
        pair
    }

    /// The address of a database, wherever the primary is.
    pub fn address(&self, database: &str) -> String {
        let host = self.folder.path().join("primary");
        format!("postgresql:///{database}?host={}&port={}&user={LOGIN}", host.display(), port(&self.primary))
    }

    /// The standby takes over and gets a standby of its own; returns the old primary, which is down, and what a look at the
    /// new one showed before anybody found it.
    pub fn fail_over<T>(&mut self, look: impl FnOnce(&TestCluster) -> T) -> (TestCluster, T) {
        self.standby.restart().unwrap();
        run(&self.procedure, "promote", &self.standby, &[]);
        let next = standby_of(&self.procedure, &self.standby);
        let promoted = std::mem::replace(&mut self.standby, next);
        let old = std::mem::replace(&mut self.primary, promoted);
        let seen = look(&self.primary);
        self.moves_here();
        (old, seen)
    }

    /// Lets the primary wait for its standby, and the address lead to it.
    fn moves_here(&self) {
        run(&self.procedure, "wait", &self.primary, &[]);
        let (link, fresh) = (self.folder.path().join("primary"), self.folder.path().join("fresh"));
        symlink(socket(&self.primary), &fresh).unwrap();
        std::fs::rename(fresh, link).unwrap();
    }

    /// Waits until a view has followed the log so far.
    pub fn view_has_come_to(&self, database: &str, view: &str, position: i64) {
        let asked = format!(
            "SELECT position >= {position} FROM projection.checkpoints WHERE name = '{view}' AND slot = 'live'"
        );
        while self.primary.psql(database, &asked).unwrap() != "t" {
            std::thread::yield_now();
        }
    }
}

fn standby_of(procedure: &Procedure, primary: &TestCluster) -> TestCluster {
    let (host, port) = (socket(primary), port(primary));
    let made = TestCluster::filled(|pgdata: &Path| {
        let variables =
            [("STANDBY", pgdata.to_str().unwrap()), ("PRIMARY_HOST", host.as_str()), ("PRIMARY_PORT", port.as_str())];
        run(procedure, "standby", primary, &variables);
        Ok(())
    });
    made.unwrap()
}

/// Runs commands of the page on a server.
fn run(procedure: &Procedure, name: &str, server: &TestCluster, more: &[(&str, &str)]) {
    let (host, port) = (socket(server), port(server));
    let mut variables = vec![("PGHOST", host.as_str()), ("PGPORT", &port), ("PGUSER", server.superuser())];
    variables.extend(more);
    procedure.run(name, By::Postgres, &variables);
}

fn socket(cluster: &TestCluster) -> String {
    cluster.psql("postgres", "SHOW unix_socket_directories").unwrap().trim_matches('"').to_owned()
}

fn port(cluster: &TestCluster) -> String {
    cluster.psql("postgres", "SHOW port").unwrap()
}

/// Ends every wait for the standby that it sees: cancels some and terminates others, until the server dies or it is dropped.
pub struct Storm {
    ended: Arc<AtomicI64>,
    task: JoinHandle<()>,
}

impl Storm {
    pub fn over(server: &TestCluster) -> Self {
        const END: &str = "SELECT count(*) FILTER (WHERE CASE WHEN random() < 0.5 \
                THEN pg_cancel_backend(pid) ELSE pg_terminate_backend(pid) END) \
             FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
        let options: PgConnectOptions = server.url(server.superuser(), "postgres").parse().unwrap();
        let ended = Arc::new(AtomicI64::new(0));
        let counted = Arc::clone(&ended);
        let task = tokio::spawn(async move {
            let mut session = options.connect().await.unwrap();
            while let Ok(ended) = sqlx::query_scalar::<_, i64>(END).fetch_one(&mut session).await {
                counted.fetch_add(ended, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let _ = session.close().await;
        });
        Self { ended, task }
    }

    /// How many it has ended.
    pub fn ended(&self) -> i64 {
        self.ended.load(Ordering::Relaxed)
    }
}

impl Drop for Storm {
    fn drop(&mut self) {
        self.task.abort();
    }
}
