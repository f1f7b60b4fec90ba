//! Where views stopped, for those who look at a register from outside.

use event_log::{PgInstant, Position};
use jiff::Timestamp;
use sqlx::PgPool;

use crate::Error;

const RECORD: &str = "INSERT INTO projection.stops AS s (name, version, position, cause) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (name) DO UPDATE \
       SET version = excluded.version, position = excluded.position, cause = excluded.cause, stopped_at = now() \
       WHERE (s.version, s.position, s.cause) IS DISTINCT FROM (excluded.version, excluded.position, excluded.cause)";
const MADE: &str = "SELECT to_regclass('projection.stops') IS NOT NULL";
// One that the live view has passed is over.
const STANDING: &str = "SELECT s.name, s.position, s.cause, s.stopped_at FROM projection.stops AS s \
     LEFT JOIN projection.checkpoints AS c ON c.name = s.name AND c.slot = 'live' AND c.version >= s.version \
     WHERE coalesce(c.position, 0) < s.position ORDER BY s.name";

/// A view that stands still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Name of the projection.
    pub view: String,
    /// The event that it does not fold, and nothing behind it.
    pub position: Position,
    /// Why; never the content of the event.
    pub cause: String,
    /// Since when.
    pub stopped_at: Timestamp,
}

/// Writes down that a view stopped; again for the same reason it changes nothing.
pub(crate) async fn record(
    pool: &PgPool,
    (name, version): (&str, i32),
    position: Position,
    cause: &str,
) -> Result<(), Error> {
    let query = sqlx::query(RECORD).bind(name).bind(version).bind(position.get()).bind(cause);
    query.execute(pool).await.map(drop).map_err(Error::database("recording a stop"))
}

/// Every view that stands still, by name, as its last runner told; none in a database that never knew any.
///
/// # Errors
/// [`Error::Database`] when they cannot be read.
pub async fn stops(pool: &PgPool) -> Result<Vec<Stop>, Error> {
    let made: bool = sqlx::query_scalar(MADE).fetch_one(pool).await.map_err(Error::database("reading stops"))?;
    if !made {
        return Ok(Vec::new());
    }
    let rows: Vec<(String, i64, String, PgInstant)> =
        sqlx::query_as(STANDING).fetch_all(pool).await.map_err(Error::database("reading stops"))?;
    let told = |(view, position, cause, PgInstant(stopped_at))| {
        Ok(Stop { view, position: Position::try_new(position)?, cause, stopped_at })
    };
    rows.into_iter().map(told).collect()
}
