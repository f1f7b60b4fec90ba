//! The log in PostgreSQL: the statements that read it, and the one function that writes it.
//!
//! Every reading is one statement, so it sees one snapshot, and a dropped call leaves no transaction behind.

/// The values of a look-up, owned: it may have to outlive its caller.
macro_rules! arguments {
    ($($value:expr),+) => {{
        use sqlx::Arguments as _;
        let mut arguments = sqlx::postgres::PgArguments::default();
        $(arguments.add($value).map_err(|_| crate::Error::Unreadable { field: "argument" })?;)+
        arguments
    }};
}

mod arrays;
mod batch;
mod claims;
mod decode;
mod slot;
mod standby;
mod walk;
mod within;

pub(crate) use slot::PgSlots;
pub use standby::Standby;
pub(crate) use walk::PgWalk;
#[cfg(feature = "memory")]
pub(crate) use within::UNTIL;
pub use within::read_until;

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{PgPool, Row};
use uuid::Uuid;

use crate::read::BULK_STREAM_TYPE;
use crate::store::{ReadEach, Store};
use crate::wire::PgInstant;
use crate::{ClaimHolder, ClaimRow, Error, Position, Receipt, RecordedEvent, StreamId, StreamType};
use decode::{column, columns};

const FENCE: &str = "SELECT log.fence($1, $2)";
const HEAD: &str = "SELECT position FROM log.head WHERE id = 1";
// A standby, and a server told to be read-only, take no writes.
const TAKES_WRITES: &str =
    "SELECT NOT pg_is_in_recovery() AND NOT current_setting('default_transaction_read_only')::boolean";
// The head stands beside the events in one snapshot: a page then knows whether it ended at the head or at a hole. The
// look-up is LATERAL with its own LIMIT, so that no plan can turn it into a scan.
const READ_AFTER: &str = concat!(
    "SELECT h.position, e.* FROM log.head AS h LEFT JOIN LATERAL (SELECT ",
    columns!(),
    " FROM log.events WHERE position > $1 ORDER BY position LIMIT $2) AS e ON true WHERE h.id = 1 ORDER BY e.position"
);
// Named in full, or the small index could not be used.
const READ_TYPE_AFTER: &str = concat!(
    "SELECT h.position, e.* FROM log.head AS h LEFT JOIN LATERAL (SELECT ",
    columns!(),
    " FROM log.events WHERE stream_type = $3 AND stream_type <> 'demand' AND position > $1 ORDER BY position LIMIT $2)",
    " AS e ON true WHERE h.id = 1 ORDER BY e.position"
);
const READ_BULK_TYPE_AFTER: &str = concat!(
    "SELECT h.position, e.* FROM log.head AS h LEFT JOIN LATERAL (SELECT ",
    columns!(),
    " FROM log.events WHERE stream_type = $3 AND position > $1 ORDER BY position LIMIT $2)",
    " AS e ON true WHERE h.id = 1 ORDER BY e.position"
);
const READ_RANGE: &str =
    concat!("SELECT ", columns!(), " FROM log.events WHERE position BETWEEN $1 AND $2 ORDER BY position");
const READ_STREAM: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM log.events WHERE stream = $1 AND version > $2 AND position <= $3 ORDER BY version"
);
const LAST_STREAM: &str = "SELECT stream FROM log.events WHERE stream >= $1 AND stream < $2 AND stream_type = $3 \
     ORDER BY stream DESC LIMIT 1";
const FENCED: &str = "SELECT as_of FROM log.fences WHERE organisation = $1 AND command_id = $2";
const AS_OF: &str = "SELECT coalesce(\
    (SELECT e.position - 1 FROM log.events AS e WHERE e.recorded_at >= $1 ORDER BY e.position LIMIT 1), \
    (SELECT h.position FROM log.head AS h WHERE h.id = 1))";
const KEYS_IN_USE: &str = "SELECT k.id FROM unnest($1::bigint[]) AS k(id) \
    WHERE (SELECT true FROM log.events AS e WHERE e.key_id = k.id AND e.version = 1 LIMIT 1)";

/// The log read through a pool.
#[derive(Debug)]
pub(crate) struct PgStore {
    pool: PgPool,
    standby: Standby,
}

impl PgStore {
    pub(crate) fn new(pool: PgPool, standby: Standby) -> Self {
        Self { pool, standby }
    }
}

#[async_trait]
impl Store for PgStore {
    async fn takes_writes(&self) -> Result<(), Error> {
        let takes: bool = sqlx::query_scalar(TAKES_WRITES)
            .fetch_one(&self.pool)
            .await
            .map_err(|error| Error::from_sqlx("asking whether the database takes writes", &error))?;
        if takes { Ok(()) } else { Err(Error::ReadOnly) }
    }

    async fn fence(&self, organisation: &str, command: Uuid) -> Result<Option<Position>, Error> {
        let failed = |error: sqlx::Error| Error::from_sqlx("fencing a command", &error);
        let mut session = self.pool.acquire().await.map_err(failed)?;
        let fenced = sqlx::query_scalar(FENCE).bind(organisation).bind(command).fetch_one(&mut *session).await;
        let fenced: Option<i64> = fenced.map_err(failed)?;
        self.standby.must_hold(&mut session).await?;
        fenced.map(Position::try_new).transpose()
    }

    async fn head(&self) -> Result<Position, Error> {
        position(self.row("reading the head", HEAD, PgArguments::default()).await?)
    }

    async fn after(
        &self,
        stream_type: Option<&StreamType>,
        after: Position,
        limit: u32,
    ) -> Result<(Position, Vec<RecordedEvent>), Error> {
        let (after, limit) = (after.get(), i64::from(limit));
        let rows = match stream_type.map(StreamType::as_str) {
            None => self.rows("reading a page", READ_AFTER, arguments!(after, limit)).await?,
            Some(BULK_STREAM_TYPE) => {
                self.rows("reading a page", READ_BULK_TYPE_AFTER, arguments!(after, limit, BULK_STREAM_TYPE)).await?
            }
            Some(small) => self.rows("reading a page", READ_TYPE_AFTER, arguments!(after, limit, small)).await?,
        };
        let first = rows.first().ok_or(Error::Unreadable { field: "head" })?;
        let head = Position::try_new(column(first, 0, "head")?)?;
        let empty = first.try_get_raw(1).map_err(|_| Error::Unreadable { field: "position" })?;
        if sqlx::ValueRef::is_null(&empty) {
            return Ok((head, Vec::new()));
        }
        let events = rows.iter().map(|row| RecordedEvent::from_row(row, 1)).collect::<Result<_, _>>()?;
        Ok((head, events))
    }

    async fn range(&self, first: Position, last: Position) -> Result<Vec<RecordedEvent>, Error> {
        let rows = self.rows("reading a range", READ_RANGE, arguments!(first.get(), last.get())).await?;
        rows.iter().map(|row| RecordedEvent::from_row(row, 0)).collect()
    }

    async fn stream(
        &self,
        stream: &StreamId,
        after_version: u32,
        up_to: Option<Position>,
    ) -> Result<Vec<RecordedEvent>, Error> {
        // No version is above the greatest one: nothing to ask for.
        let Ok(after) = i32::try_from(after_version) else { return Ok(Vec::new()) };
        let asked = arguments!(stream.as_str(), after, up_to.map_or(i64::MAX, Position::get));
        let rows = self.rows("reading a stream", READ_STREAM, asked).await?;
        rows.iter().map(|row| RecordedEvent::from_row(row, 0)).collect()
    }

    async fn streams(&self, streams: &[StreamId]) -> Result<ReadEach, Error> {
        self.read_streams(streams).await
    }

    async fn commands(&self, receipts: &[Receipt]) -> Result<ReadEach, Error> {
        self.read_commands(receipts).await
    }

    async fn last_stream_of(&self, stream_type: &StreamType, prefix: &str) -> Result<Option<StreamId>, Error> {
        // No name of a stream has a character as high as this one.
        let asked = arguments!(prefix, format!("{prefix}\u{10FFFF}"), stream_type.as_str());
        let last = self.row("looking for the last stream", LAST_STREAM, asked).await?;
        last.map(|row| StreamId::parse(column::<String>(&row, 0, "stream")?)).transpose()
    }

    async fn streams_at(&self, positions: &[i64]) -> Result<Vec<StreamId>, Error> {
        self.names_at(positions).await
    }

    async fn first_missing(&self, up_to: Position) -> Result<Option<Position>, Error> {
        self.lowest_missing(up_to).await
    }

    async fn receipts(&self, commands: &[(&str, Uuid)]) -> Result<Vec<Option<(Receipt, [u8; 32])>>, Error> {
        self.read_receipts(commands).await
    }

    async fn acknowledged(&self, commands: &[(&str, Uuid)]) -> Result<Vec<Option<(Receipt, [u8; 32])>>, Error> {
        let found = self.read_receipts(commands).await?;
        if self.standby == Standby::NotAsked || found.iter().all(Option::is_none) {
            return Ok(found);
        }
        self.held_receipts(commands).await
    }

    async fn fenced(&self, organisation: &str, command: Uuid) -> Result<Option<Position>, Error> {
        let row = self.row("reading a fence", FENCED, arguments!(organisation, command)).await?;
        row.map(|row| Position::try_new(column(&row, 0, "as_of")?)).transpose()
    }

    async fn position_as_of(&self, end: Timestamp) -> Result<Position, Error> {
        position(self.row("reading the position of an instant", AS_OF, arguments!(PgInstant(end))).await?)
    }

    async fn key_ids_in_use(&self, keys: &[i64]) -> Result<Vec<i64>, Error> {
        sqlx::query_scalar(KEYS_IN_USE)
            .bind(keys)
            .fetch_all(&self.pool)
            .await
            .map_err(|error| Error::from_sqlx("reading keys in use", &error))
    }

    async fn claim_holders_of(&self, kind: i16, keys: &[&[u8]]) -> Result<Vec<Vec<ClaimHolder>>, Error> {
        self.read_holders(kind, keys).await
    }

    async fn claims_after(&self, after: Option<&ClaimRow>, limit: u32) -> Result<Vec<ClaimRow>, Error> {
        self.read_claims(after, limit).await
    }
}

/// The position that a row has for its only column.
fn position(row: Option<PgRow>) -> Result<Position, Error> {
    Position::try_new(column(&row.ok_or(Error::Unreadable { field: "position" })?, 0, "position")?)
}
