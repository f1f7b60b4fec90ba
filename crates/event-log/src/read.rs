//! Reading: by position, by stream, as of an instant; and the look-ups of receipts, keys and claims.
//!
//! Every method is one statement, so it sees one snapshot, and a dropped call leaves no transaction behind.

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
mod claims;
mod event;
mod walk;
mod within;

pub use claims::{ClaimHolder, ClaimRow};
pub use event::RecordedEvent;
pub use walk::{StreamRange, StreamWalk};
pub use within::{read_until, rows_until};

use std::ops::RangeInclusive;
use std::sync::Arc;

use jiff::Timestamp;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::{PgPool, Row};
use tokio::sync::watch;
use uuid::Uuid;

use crate::wire::PgInstant;
use crate::{Error, Position, Receipt, StreamId, StreamType, Subscription};
use event::{column, columns};

/// The type whose streams make up nearly the whole log. It is read by position; every other type has a small index.
pub const BULK_STREAM_TYPE: &str = "demand";

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
const FENCED: &str = "SELECT as_of FROM log.fences WHERE organisation = $1 AND command_id = $2";
const AS_OF: &str = "SELECT coalesce(\
    (SELECT e.position - 1 FROM log.events AS e WHERE e.recorded_at >= $1 ORDER BY e.position LIMIT 1), \
    (SELECT h.position FROM log.head AS h WHERE h.id = 1))";
const KEYS_IN_USE: &str = "SELECT k.id FROM unnest($1::bigint[]) AS k(id) \
    WHERE (SELECT true FROM log.events AS e WHERE e.key_id = k.id AND e.version = 1 LIMIT 1)";

/// Reads the log. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Reader {
    pool: PgPool,
    bell: Arc<watch::Sender<Position>>,
}

/// Some events in order of position, and how far the log went when they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The events, in order of position.
    pub events: Vec<RecordedEvent>,
    /// The last position of the log in the snapshot that the page was read from.
    pub head: Position,
    /// Everything asked for is in this page up to here: the last event's position when the page is full, else the head.
    pub complete_to: Position,
}

/// Which part of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamSpan {
    /// Versions above this one; 0 for the whole stream.
    pub after_version: u32,
    /// As the stream was at this position; `None` for now.
    pub up_to: Option<Position>,
}

impl StreamSpan {
    /// The whole stream.
    pub const ALL: Self = Self { after_version: 0, up_to: None };

    /// What came after a version.
    pub fn after(version: u32) -> Self {
        Self { after_version: version, ..Self::ALL }
    }

    /// The stream as it was at a position.
    pub fn as_of(position: Position) -> Self {
        Self { up_to: Some(position), ..Self::ALL }
    }
}

impl Reader {
    /// A reader on a pool of [`Role::Projector`](crate::Role::Projector) or [`Role::Writer`](crate::Role::Writer).
    ///
    /// Prefer [`EventLog::reader`](crate::EventLog::reader) where this process appends too: its bell is shared.
    pub fn new(pool: PgPool) -> Self {
        Self { pool, bell: Arc::new(watch::Sender::new(Position::ZERO)) }
    }

    /// The same log read through another pool, woken by the same appends.
    #[must_use]
    pub fn on(&self, pool: PgPool) -> Self {
        Self { pool, bell: Arc::clone(&self.bell) }
    }

    /// The pool it reads with.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Follows the log from behind a position on.
    pub fn subscribe(&self, after: Position) -> Subscription {
        Subscription::new(self.clone(), after, self.bell.subscribe())
    }

    /// The last position that this process has appended, as it moves; what others append is not told.
    pub fn appended(&self) -> watch::Receiver<Position> {
        self.bell.subscribe()
    }

    pub(crate) fn ring(&self, position: Position) {
        self.bell.send_if_modified(|last| {
            let newer = position > *last;
            if newer {
                *last = position;
            }
            newer
        });
    }

    /// The last position of the log; [`Position::ZERO`] while it is empty.
    ///
    /// # Errors
    /// [`Error::Connection`] or [`Error::Database`].
    pub async fn head(&self) -> Result<Position, Error> {
        const HEAD: &str = "SELECT position FROM log.head WHERE id = 1";
        let row = self.row("reading the head", HEAD, PgArguments::default()).await?;
        let head = column(&row.ok_or(Error::Unreadable { field: "position" })?, 0, "position")?;
        Position::try_new(head)
    }

    /// Asks the database whether it takes writes: a standby, and a server told to be read-only, do not.
    pub(crate) async fn takes_writes(&self) -> Result<(), Error> {
        const ASK: &str =
            "SELECT NOT pg_is_in_recovery() AND NOT current_setting('default_transaction_read_only')::boolean";
        let takes: bool = sqlx::query_scalar(ASK)
            .fetch_one(&self.pool)
            .await
            .map_err(|error| Error::from_sqlx("asking whether the database takes writes", &error))?;
        if takes { Ok(()) } else { Err(Error::ReadOnly) }
    }

    /// The next events of the whole log, at most `limit`; none when there is nothing behind `after`.
    ///
    /// # Errors
    /// [`Error::Gap`] when a position is missing, at the end too; [`Error::Unreadable`]; [`Error::Connection`] or
    /// [`Error::Database`].
    pub async fn read_after(&self, after: Position, limit: u32) -> Result<Page, Error> {
        let rows = self.rows("reading a page", READ_AFTER, arguments!(after.get(), i64::from(limit))).await?;
        let page = page(&rows, after, limit)?;
        no_gap(&page.events, after)?;
        if page.complete_to > after.plus(page.events.len()) {
            return Err(Error::Gap { position: after.plus(page.events.len()).next() });
        }
        Ok(page)
    }

    /// The next events of one stream type, at most `limit`. Go on from [`Page::complete_to`].
    ///
    /// Holes of the log cannot be seen through one type; who must see them reads the whole. For
    /// [`BULK_STREAM_TYPE`] the whole log is read and filtered by the server.
    ///
    /// # Errors
    /// [`Error::Unreadable`]; [`Error::Connection`] or [`Error::Database`].
    pub async fn read_type_after(&self, stream_type: &StreamType, after: Position, limit: u32) -> Result<Page, Error> {
        let statement = if stream_type.as_str() == BULK_STREAM_TYPE { READ_BULK_TYPE_AFTER } else { READ_TYPE_AFTER };
        let asked = arguments!(after.get(), i64::from(limit), stream_type.as_str());
        let rows = self.rows("reading a page", statement, asked).await?;
        page(&rows, after, limit)
    }

    /// All events of a range of positions, both ends included; the caller chooses a range that fits in memory.
    ///
    /// # Errors
    /// [`Error::Gap`] when a position is missing, or not written yet; [`Error::Unreadable`]; [`Error::Connection`] or
    /// [`Error::Database`].
    pub async fn read_range(&self, range: RangeInclusive<Position>) -> Result<Vec<RecordedEvent>, Error> {
        let (first, last) = range.into_inner();
        let first = first.max(Position::ZERO.next());
        let rows = self.rows("reading a range", READ_RANGE, arguments!(first.get(), last.get())).await?;
        let events = rows.iter().map(|row| RecordedEvent::from_row(row, 0)).collect::<Result<Vec<_>, _>>()?;
        no_gap(&events, first.before())?;
        let reached = first.before().plus(events.len());
        if reached < last { Err(Error::Gap { position: reached.next() }) } else { Ok(events) }
    }

    /// The last stream of a type, in the order of bytes, whose name begins so; none when there is none.
    ///
    /// # Errors
    /// [`Error::Unreadable`]; [`Error::Connection`] or [`Error::Database`].
    pub async fn last_stream_of(&self, stream_type: &StreamType, prefix: &str) -> Result<Option<StreamId>, Error> {
        const LAST: &str = "SELECT stream FROM log.events WHERE stream >= $1 AND stream < $2 AND stream_type = $3 \
             ORDER BY stream DESC LIMIT 1";
        // No name of a stream has a character as high as this one.
        let asked = arguments!(prefix, format!("{prefix}\u{10FFFF}"), stream_type.as_str());
        let last = self.row("looking for the last stream", LAST, asked).await?;
        last.map(|row| StreamId::parse(column::<String>(&row, 0, "stream")?)).transpose()
    }

    /// The events of a stream in order of version; none when the stream does not exist.
    ///
    /// # Errors
    /// [`Error::VersionGap`] when a version is missing; [`Error::Unreadable`]; [`Error::Connection`] or
    /// [`Error::Database`].
    pub async fn read_stream(&self, stream: &StreamId, span: StreamSpan) -> Result<Vec<RecordedEvent>, Error> {
        // No version is above the greatest one: nothing to ask for.
        let Ok(after) = i32::try_from(span.after_version) else { return Ok(Vec::new()) };
        let asked = arguments!(stream.as_str(), after, span.up_to.map_or(i64::MAX, Position::get));
        let rows = self.rows("reading a stream", READ_STREAM, asked).await?;
        let events = rows.iter().map(|row| RecordedEvent::from_row(row, 0)).collect::<Result<Vec<_>, _>>()?;
        for (version, event) in (span.after_version + 1..).zip(&events) {
            if event.version != version {
                return Err(Error::VersionGap { stream: stream.clone(), version });
            }
        }
        Ok(events)
    }

    /// The receipt of a command, and the digest of the body it came with; `None` when it is not committed. Who wants to
    /// say *not committed as of position n* reads the head first.
    ///
    /// # Errors
    /// [`Error::Unreadable`]; [`Error::Connection`] or [`Error::Database`].
    pub async fn receipt(&self, organisation: &str, command: Uuid) -> Result<Option<(Receipt, [u8; 32])>, Error> {
        Ok(self.receipts(&[(organisation, command)]).await?.pop().flatten())
    }

    /// As of which position a command was fenced; `None` when it never was.
    ///
    /// # Errors
    /// [`Error::Connection`] or [`Error::Database`].
    pub async fn fenced(&self, organisation: &str, command: Uuid) -> Result<Option<Position>, Error> {
        let row = self.row("reading a fence", FENCED, arguments!(organisation, command)).await?;
        row.map(|row| Position::try_new(column(&row, 0, "as_of")?)).transpose()
    }

    /// The log as recorded before an instant: the last position before the first event recorded at it or later. For
    /// "as of day D" that is the first instant of the day after.
    ///
    /// Instants of record are not quite in order of position; an event recorded earlier but numbered behind a later
    /// one does not belong. Reads from the log's beginning: meant for editions and audits, not for every query.
    ///
    /// # Errors
    /// [`Error::Connection`] or [`Error::Database`].
    pub async fn position_as_of(&self, end: Timestamp) -> Result<Position, Error> {
        let row = self.row("reading the position of an instant", AS_OF, arguments!(PgInstant(end))).await?;
        let row = row.ok_or(Error::Unreadable { field: "position" })?;
        Position::try_new(column(&row, 0, "position")?)
    }

    /// Those of the keys that a stream of the log names.
    ///
    /// # Errors
    /// [`Error::Connection`] or [`Error::Database`].
    pub async fn key_ids_in_use(&self, keys: &[i64]) -> Result<Vec<i64>, Error> {
        sqlx::query_scalar(KEYS_IN_USE)
            .bind(keys)
            .fetch_all(&self.pool)
            .await
            .map_err(|error| Error::from_sqlx("reading keys in use", &error))
    }
}

fn page(rows: &[PgRow], after: Position, limit: u32) -> Result<Page, Error> {
    let first = rows.first().ok_or(Error::Unreadable { field: "head" })?;
    let head = Position::try_new(column(first, 0, "head")?)?;
    let empty = first.try_get_raw(1).map_err(|_| Error::Unreadable { field: "position" })?;
    let events = if sqlx::ValueRef::is_null(&empty) {
        Vec::new()
    } else {
        rows.iter().map(|row| RecordedEvent::from_row(row, 1)).collect::<Result<Vec<_>, _>>()?
    };
    let full = events.len() >= limit as usize;
    let last = events.last().map_or(after, |event| event.position);
    let complete_to = if full { last } else { head.max(after) };
    Ok(Page { events, head, complete_to })
}

fn no_gap(events: &[RecordedEvent], after: Position) -> Result<(), Error> {
    let mut expected = after;
    for event in events {
        expected = expected.next();
        if event.position != expected {
            return Err(Error::Gap { position: expected });
        }
    }
    Ok(())
}
