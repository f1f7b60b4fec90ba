//! The log as the event repository of any cqrs-es application: stock [`PersistedEventStore`] and `CqrsFramework` run on it.
//!
//! What stock repositories lack comes with it: a command id in the metadata is heeded, events of a type come in the order of
//! their positions, and a reading that is cut off ends in an error, never as if there were no more.
//!
//! An aggregate lives in the stream `<type>/<id>`, so that ids need to be unique within their type only; together they have at
//! most 64 printable characters, and the type those of a [`StreamType`]. An event's payload, version and further metadata
//! stand in one JSON object; nothing is sealed, so no personal data belongs in them.
//!
//! Views follow the log ([`EventLog::subscribe`]), not the framework's queries: those are lost when a process ends
//! after its commit.
//!
//! [`PersistedEventStore`]: cqrs_es::persist::PersistedEventStore
//! [`StreamType`]: crate::StreamType
//! [`EventLog::subscribe`]: crate::EventLog::subscribe

mod metadata;
mod repository;

pub use metadata::{ACTOR, COMMAND_ID, EFFECTIVE_ON, ORGANISATION};
pub use repository::LogEventRepository;

use crate::{Error, Receipt, Refusal};

/// Why events could not be persisted, beside conflicts and a database out of reach: found in
/// [`PersistenceError::UnknownError`](cqrs_es::persist::PersistenceError::UnknownError), to be downcast.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unpersisted {
    /// The command was committed before. Nothing was written now: what it did then stands.
    #[error("command was committed before, up to position {}", .0.last)]
    AlreadyCommitted(Receipt),
    /// The log refused the command for good.
    #[error("log refuses the command: {0:?}")]
    Refused(Refusal),
    /// The log could not be asked, or its answer not be had.
    #[error(transparent)]
    Log(Error),
    /// The metadata has something under this name that cannot be read.
    #[error("metadata {0} cannot be read")]
    Metadata(&'static str),
    /// The events are not of one aggregate, each with the sequence number behind the one before.
    #[error("events are not a part of one stream")]
    Sequence,
    /// Snapshots are not kept: the stock snapshot store applies events twice.
    #[error("snapshots are not kept")]
    Snapshot,
}
