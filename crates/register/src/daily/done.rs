//! Which days were run to their end: so that of several servers one does the work, and the others know.

use async_trait::async_trait;
use event_log::{PgDate, PgInstant};
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;

use super::lock::{Lock, PgLock};
use crate::Error;

const RECORD: &str = "INSERT INTO register.daily_runs (day, done_at) VALUES ($1, $2) ON CONFLICT (day) DO UPDATE SET done_at = excluded.done_at";
const IS_RECORDED: &str = "SELECT EXISTS (SELECT FROM register.daily_runs WHERE day = $1)";

const LAST: &str = "SELECT day, done_at FROM register.daily_runs ORDER BY day DESC LIMIT 1";

/// The last run of a day that came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DailyDone {
    /// The day.
    pub day: Date,
    /// When its run ended.
    pub done_at: Timestamp,
}

/// The last run of a day that came to its end, in whatever process; the pool is of a role that writes or projects.
///
/// # Errors
/// [`Error::Database`].
pub async fn last_daily_run(pool: &PgPool) -> Result<Option<DailyDone>, Error> {
    let last: Result<Option<(PgDate, PgInstant)>, _> = sqlx::query_as(LAST).fetch_optional(pool).await;
    let last = last.map_err(|error| Error::Database(format!("looking for the last run of a day: {error}")))?;
    Ok(last.map(|(PgDate(day), PgInstant(done_at))| DailyDone { day, done_at }))
}

/// Where it is told which days were run, and that one is at it.
#[async_trait]
pub(crate) trait Days: Send + Sync {
    /// The lock of the run; [`Error::DailyRunning`] when somebody has it.
    async fn lock(&self) -> Result<Box<dyn Lock>, Error>;
    /// Records that the run of a day came to its end.
    async fn record(&self, day: Date, at: Timestamp) -> Result<(), Error>;
    /// Whether it did.
    async fn is_recorded(&self, day: Date) -> Result<bool, Error>;
    /// The last one that did.
    async fn last(&self) -> Result<Option<DailyDone>, Error>;
}

/// Days in PostgreSQL.
pub(crate) struct PgDays {
    pub(crate) pool: PgPool,
    /// For the session that the lock lives on.
    pub(crate) database: PgConnectOptions,
}

#[async_trait]
impl Days for PgDays {
    async fn lock(&self) -> Result<Box<dyn Lock>, Error> {
        Ok(Box::new(PgLock::take(&self.database).await?))
    }

    async fn record(&self, day: Date, at: Timestamp) -> Result<(), Error> {
        let done = sqlx::query(RECORD).bind(PgDate(day)).bind(PgInstant(at)).execute(&self.pool).await;
        done.map(drop).map_err(|error| Error::Database(format!("recording the run of a day: {error}")))
    }

    async fn is_recorded(&self, day: Date) -> Result<bool, Error> {
        let found = sqlx::query_scalar(IS_RECORDED).bind(PgDate(day)).fetch_one(&self.pool).await;
        found.map_err(|error| Error::Database(format!("looking for the run of a day: {error}")))
    }

    async fn last(&self) -> Result<Option<DailyDone>, Error> {
        last_daily_run(&self.pool).await
    }
}
