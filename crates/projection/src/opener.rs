//! The port by which events come opened.

use async_trait::async_trait;
use event_log::{Position, RecordedEvent};

/// An event as recorded and as read.
#[derive(Debug)]
pub struct Opened<'a, E> {
    /// As recorded.
    pub recorded: &'a RecordedEvent,
    /// What it says.
    pub event: E,
}

/// Reads events, and opens what is sealed in them where there is a key.
#[async_trait]
pub trait Opener: Send + Sync {
    /// What events are read as. Views of one kind each get a copy of what was opened once.
    type Event: Clone + Send + Sync + 'static;

    /// The events of a page that are of this opener's kind, in their order. Events of other stream types are left out;
    /// one of its own kind never is.
    ///
    /// # Errors
    /// [`OpenError::Unreadable`] at the first event that cannot be read.
    async fn open<'a>(&self, page: &'a [RecordedEvent]) -> Result<Vec<Opened<'a, Self::Event>>, OpenError>;
}

/// Why a page was not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// This event cannot be read, now or later. Those before it can.
    #[error("event at position {position} cannot be read: {cause}")]
    Unreadable {
        /// Where it stands.
        position: Position,
        /// What is wrong with it; never its content.
        cause: String,
    },
    /// Whatever opens events is not there for now.
    #[error("events cannot be opened now: {cause}")]
    Unavailable {
        /// What is missing.
        cause: String,
    },
}
