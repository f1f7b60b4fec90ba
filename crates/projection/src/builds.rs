//! Every build of every projection, for those who look at a register from outside and may not know its projections.

use event_log::{PgInstant, Position};
use jiff::Timestamp;
use sqlx::PgPool;

use crate::Error;
use crate::owner::{LIVE, REBUILD};

const MADE: &str = "SELECT to_regclass('projection.checkpoints') IS NOT NULL";
// The server keeps the two halves of a lock's key apart; a hash may be negative, the half of a key is not.
const BUILDS: &str = "SELECT c.name, c.slot = 'live', c.version, c.position, h.position, \
       (SELECT e.recorded_at FROM log.events AS e WHERE e.position > c.position ORDER BY e.position LIMIT 1), \
       EXISTS (SELECT FROM pg_catalog.pg_locks AS l WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted \
         AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = current_database()) \
         AND l.classid = CASE c.slot WHEN 'live' THEN $1 ELSE $2 END::bigint::oid \
         AND l.objid = (hashtext(c.name)::bigint & 4294967295)::oid) \
     FROM projection.checkpoints AS c, log.head AS h WHERE h.id = 1 ORDER BY c.name, c.slot";

/// Which of the two builds a projection may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// The one that is queried.
    Live,
    /// A rebuild that runs beside it.
    Next,
}

/// How far one build has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Built {
    /// Name of the projection.
    pub name: String,
    /// Which build.
    pub build: Build,
    /// Version of the projection that it was made by.
    pub version: u32,
    /// Everything up to here is folded.
    pub position: Position,
    /// The last position of the log.
    pub head: Position,
    /// Events not folded yet.
    pub lag_events: u64,
    /// How long the oldest of them has been waiting, in seconds since it was recorded; 0 when there is none.
    pub lag_seconds: f64,
    /// Some process is at it: follows the log, or rebuilds.
    pub at_work: bool,
}

/// Every build that has a checkpoint, by name; none where no projection ever ran. `now` is the caller's clock; the pool is
/// of a role that reads the log.
///
/// # Errors
/// [`Error::Database`] when they cannot be read.
pub async fn builds(pool: &PgPool, now: Timestamp) -> Result<Vec<Built>, Error> {
    let failed = Error::database("reading the checkpoints of all projections");
    let made: bool = sqlx::query_scalar(MADE).fetch_one(pool).await.map_err(failed)?;
    if !made {
        return Ok(Vec::new());
    }
    type Row = (String, bool, i32, i64, i64, Option<PgInstant>, bool);
    let failed = Error::database("reading the checkpoints of all projections");
    let rows: Vec<Row> = sqlx::query_as(BUILDS).bind(LIVE).bind(REBUILD).fetch_all(pool).await.map_err(failed)?;
    rows.into_iter()
        .map(|(name, live, version, position, head, waiting, at_work)| {
            let waited = waiting.map_or(0.0, |PgInstant(recorded)| now.duration_since(recorded).as_secs_f64());
            Ok(Built {
                name,
                build: if live { Build::Live } else { Build::Next },
                version: u32::try_from(version).unwrap_or(0),
                position: Position::try_new(position)?,
                head: Position::try_new(head)?,
                lag_events: u64::try_from(head - position).unwrap_or(0),
                lag_seconds: waited.max(0.0),
                at_work,
            })
        })
        .collect()
}
