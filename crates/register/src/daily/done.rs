//! Which days were run to their end: so that of several servers one does the work, and the others know.

use event_log::{PgDate, PgInstant};
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::PgPool;

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

/// Records that the run of a day came to its end.
pub(super) async fn record(pool: &PgPool, day: Date, at: Timestamp) -> Result<(), Error> {
    let done = sqlx::query(RECORD).bind(PgDate(day)).bind(PgInstant(at)).execute(pool).await;
    done.map(drop).map_err(|error| Error::Database(format!("recording the run of a day: {error}")))
}

/// Whether it did.
pub(super) async fn is_recorded(pool: &PgPool, day: Date) -> Result<bool, Error> {
    let found = sqlx::query_scalar(IS_RECORDED).bind(PgDate(day)).fetch_one(pool).await;
    found.map_err(|error| Error::Database(format!("looking for the run of a day: {error}")))
}
