//! Which events a view goes on without.

use std::collections::BTreeSet;

use event_log::{Position, RecordedEvent};

/// The events that were set aside for one view, each by its place and its stored leaf hash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decided(BTreeSet<(Position, [u8; 32])>);

impl Decided {
    pub fn new(events: impl IntoIterator<Item = (Position, [u8; 32])>) -> Self {
        Self(events.into_iter().collect())
    }

    /// Whether it goes on without this event, should it be unreadable.
    pub fn sets_aside(&self, event: &RecordedEvent) -> bool {
        self.0.contains(&(event.position, event.leaf))
    }
}
