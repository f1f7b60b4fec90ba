//! Which days were run to their end: so that of several servers one does the work, and the others know.

use event_log::{PgDate, PgInstant};
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::PgPool;

use crate::Error;

const RECORD: &str = "INSERT INTO register.daily_runs (day, done_at) VALUES ($1, $2) ON CONFLICT (day) DO UPDATE SET done_at = excluded.done_at";
const IS_RECORDED: &str = "SELECT EXISTS (SELECT FROM register.daily_runs WHERE day = $1)";

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
