//! Reading: by position, by stream, as of an instant; and the look-ups of receipts, keys and claims.
//!
//! Every method sees one snapshot, and a dropped call leaves nothing behind.

mod arrays;
mod claims;
mod event;
mod walk;

pub use claims::{ClaimHolder, ClaimRow};
pub use event::RecordedEvent;
pub use walk::{StreamRange, StreamWalk};

use std::ops::RangeInclusive;
use std::sync::Arc;

use jiff::Timestamp;
use sqlx::PgPool;
use tokio::sync::watch;
use uuid::Uuid;

use crate::postgres::PgStore;
use crate::store::Store;
use crate::{Error, Position, Receipt, Standby, StreamId, StreamType, Subscription};

/// The type whose streams make up nearly the whole log. It is read by position; every other type has a small index.
pub const BULK_STREAM_TYPE: &str = "demand";

/// Reads the log. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Reader {
    pub(crate) store: Arc<dyn Store>,
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
        Self::over(Arc::new(PgStore::new(pool, Standby::NotAsked)))
    }

    pub(crate) fn over(store: Arc<dyn Store>) -> Self {
        Self { store, bell: Arc::new(watch::Sender::new(Position::ZERO)) }
    }

    /// The same log read through another pool, woken by the same appends.
    #[must_use]
    pub fn on(&self, pool: PgPool) -> Self {
        Self { store: Arc::new(PgStore::new(pool, Standby::NotAsked)), bell: Arc::clone(&self.bell) }
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
        self.store.head().await
    }

    /// The next events of the whole log, at most `limit`; none when there is nothing behind `after`.
    ///
    /// # Errors
    /// [`Error::Gap`] when a position is missing, at the end too; [`Error::Unreadable`]; [`Error::Connection`] or
    /// [`Error::Database`].
    pub async fn read_after(&self, after: Position, limit: u32) -> Result<Page, Error> {
        let page = page(self.store.after(None, after, limit).await?, after, limit);
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
        Ok(page(self.store.after(Some(stream_type), after, limit).await?, after, limit))
    }

    /// All events of a range of positions, both ends included; the caller chooses a range that fits in memory.
    ///
    /// # Errors
    /// [`Error::Gap`] when a position is missing, or not written yet; [`Error::Unreadable`]; [`Error::Connection`] or
    /// [`Error::Database`].
    pub async fn read_range(&self, range: RangeInclusive<Position>) -> Result<Vec<RecordedEvent>, Error> {
        let (first, last) = range.into_inner();
        let first = first.max(Position::ZERO.next());
        let events = self.store.range(first, last).await?;
        no_gap(&events, first.before())?;
        let reached = first.before().plus(events.len());
        if reached < last { Err(Error::Gap { position: reached.next() }) } else { Ok(events) }
    }

    /// The last stream of a type, in the order of bytes, whose name begins so; none when there is none.
    ///
    /// # Errors
    /// [`Error::Unreadable`]; [`Error::Connection`] or [`Error::Database`].
    pub async fn last_stream_of(&self, stream_type: &StreamType, prefix: &str) -> Result<Option<StreamId>, Error> {
        self.store.last_stream_of(stream_type, prefix).await
    }

    /// The events of a stream in order of version; none when the stream does not exist.
    ///
    /// # Errors
    /// [`Error::VersionGap`] when a version is missing; [`Error::Unreadable`]; [`Error::Connection`] or
    /// [`Error::Database`].
    pub async fn read_stream(&self, stream: &StreamId, span: StreamSpan) -> Result<Vec<RecordedEvent>, Error> {
        let events = self.store.stream(stream, span.after_version, span.up_to).await?;
        for (event, version) in events.iter().zip(span.after_version.saturating_add(1)..) {
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
        self.store.fenced(organisation, command).await
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
        self.store.position_as_of(end).await
    }

    /// Those of the keys that a stream of the log names.
    ///
    /// # Errors
    /// [`Error::Connection`] or [`Error::Database`].
    pub async fn key_ids_in_use(&self, keys: &[i64]) -> Result<Vec<i64>, Error> {
        self.store.key_ids_in_use(keys).await
    }
}

fn page((head, events): (Position, Vec<RecordedEvent>), after: Position, limit: u32) -> Page {
    let full = events.len() >= limit as usize;
    let last = events.last().map_or(after, |event| event.position);
    let complete_to = if full { last } else { head.max(after) };
    Page { events, head, complete_to }
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
