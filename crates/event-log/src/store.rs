//! What the log needs of the place that keeps it: a port, so that all that is checked on the way is the same everywhere.
//!
//! Validation, rounds, repetitions after a lost answer, the bell and the search for holes stand before the port, once. Behind
//! it stand order and atomicity: in PostgreSQL, or in memory for simulations.

use std::fmt;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    ClaimHolder, ClaimRow, Command, Error, Position, Receipt, RecordedEvent, StreamId, StreamRange, StreamType, Verdict,
};

/// Many streams or commands at once: the events of each, in its order, the unreadable ones as errors in their place.
pub(crate) type ReadEach = Vec<Vec<Result<RecordedEvent, Error>>>;

/// Where the log is read and command ids are fenced. Each call sees one snapshot; nothing read is checked yet.
#[async_trait]
pub(crate) trait Store: fmt::Debug + Send + Sync {
    /// [`Error::ReadOnly`] where nothing can be appended.
    async fn takes_writes(&self) -> Result<(), Error>;

    /// See [`EventLog::fence`](crate::EventLog::fence).
    async fn fence(&self, organisation: &str, command: Uuid) -> Result<Option<Position>, Error>;

    /// The last position.
    async fn head(&self) -> Result<Position, Error>;

    /// The last position and, in the same snapshot, the events behind `after`, of one type or of all, at most `limit`.
    async fn after(
        &self,
        stream_type: Option<&StreamType>,
        after: Position,
        limit: u32,
    ) -> Result<(Position, Vec<RecordedEvent>), Error>;

    /// The events from a position to another, both included.
    async fn range(&self, first: Position, last: Position) -> Result<Vec<RecordedEvent>, Error>;

    /// The events of a stream above a version, as it was at a position.
    async fn stream(
        &self,
        stream: &StreamId,
        after_version: u32,
        up_to: Option<Position>,
    ) -> Result<Vec<RecordedEvent>, Error>;

    /// The events of several streams.
    async fn streams(&self, streams: &[StreamId]) -> Result<ReadEach, Error>;

    /// The events of several ranges of positions.
    async fn commands(&self, receipts: &[Receipt]) -> Result<ReadEach, Error>;

    /// The last stream of a type whose name begins so.
    async fn last_stream_of(&self, stream_type: &StreamType, prefix: &str) -> Result<Option<StreamId>, Error>;

    /// The streams that the events at these positions belong to, in any order.
    async fn streams_at(&self, positions: &[i64]) -> Result<Vec<StreamId>, Error>;

    /// The lowest position that is missing up to one.
    async fn first_missing(&self, up_to: Position) -> Result<Option<Position>, Error>;

    /// The receipts of several commands, each with the digest of its body.
    async fn receipts(&self, commands: &[(&str, Uuid)]) -> Result<Vec<Option<(Receipt, [u8; 32])>>, Error>;

    /// As [`Store::receipts`], for those who will call a command committed: what is found is where it must be for that.
    async fn acknowledged(&self, commands: &[(&str, Uuid)]) -> Result<Vec<Option<(Receipt, [u8; 32])>>, Error>;

    /// As of which position a command is fenced.
    async fn fenced(&self, organisation: &str, command: Uuid) -> Result<Option<Position>, Error>;

    /// The last position before the first event recorded at an instant or later.
    async fn position_as_of(&self, end: Timestamp) -> Result<Position, Error>;

    /// Those of the keys that a stream names.
    async fn key_ids_in_use(&self, keys: &[i64]) -> Result<Vec<i64>, Error>;

    /// Who holds each of these keys, by scope and ordinal.
    async fn claim_holders_of(&self, kind: i16, keys: &[&[u8]]) -> Result<Vec<Vec<ClaimHolder>>, Error>;

    /// Claims in order of (kind, key, scope, ordinal), behind one.
    async fn claims_after(&self, after: Option<&ClaimRow>, limit: u32) -> Result<Vec<ClaimRow>, Error>;
}

/// Where places to append from are got.
pub(crate) trait Slots: fmt::Debug + Send + Sync {
    /// A new one.
    fn slot(&self) -> Box<dyn Slot>;
}

/// A place to append from: one round at a time.
#[async_trait]
pub(crate) trait Slot: fmt::Debug + Send {
    /// One attempt at a round. `sent` becomes true once it may have reached the log.
    async fn call(&mut self, round: &[&Command], sent: &mut bool) -> Result<Vec<Verdict>, Fault>;

    /// Forgets the connection: what it was at has ended, committed or not, before the next call of this slot is heard.
    fn disconnect(&mut self);
}

/// What an attempt failed with.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The content of a command, with the SQLSTATE; rolled back.
    Content(String),
    /// The database is not fit; this attempt wrote nothing.
    Database(Error),
    /// An answer came that cannot be read: committed or not.
    Unreadable(Error),
    /// The answer was lost, or the database is busy or away: to be tried again.
    Lost(String),
}

/// A walk along ranges of streams.
#[async_trait]
pub(crate) trait Walk: fmt::Debug + Send {
    /// Events of a range up to a position, in order of (stream, version), behind one of them, at most `limit`.
    async fn page(
        &mut self,
        range: &StreamRange,
        behind: Option<(&StreamId, u32)>,
        up_to: Position,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, Error>;
}
