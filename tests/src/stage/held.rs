//! Somebody holds the head of the log, and every append waits.

use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection};

const PATIENCE: Duration = Duration::from_secs(60);

/// The head of a log while it is held.
pub struct Held(PgConnection);

impl Held {
    /// Takes it, with a superuser's address of the database.
    pub async fn of(superuser: &str) -> Self {
        let options: PgConnectOptions = superuser.parse().unwrap();
        let mut holder = options.connect().await.unwrap();
        sqlx::raw_sql("BEGIN; SELECT FROM log.head FOR UPDATE").execute(&mut holder).await.unwrap();
        Self(holder)
    }

    /// Waits until so many appends of this database wait for us.
    pub async fn until_waited_for_by(&mut self, appends: i64) {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
             AND application_name = 'sne_append' AND wait_event_type = 'Lock'";
        let until = Instant::now() + PATIENCE;
        loop {
            // We are inside of a transaction, which would see the sessions of its first look for ever.
            sqlx::raw_sql("SELECT pg_stat_clear_snapshot()").execute(&mut self.0).await.unwrap();
            if sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut self.0).await.unwrap() >= appends {
                return;
            }
            assert!(Instant::now() < until, "nothing waits for the head of the log");
            tokio::task::yield_now().await;
        }
    }

    pub async fn let_go(mut self) {
        sqlx::raw_sql("COMMIT").execute(&mut self.0).await.unwrap();
    }
}
