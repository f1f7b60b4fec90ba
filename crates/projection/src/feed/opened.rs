//! A page, checked and opened, up to the first event that cannot be read.

use std::sync::Arc;

use event_log::{Page, Position, RecordedEvent};

use crate::feed::shelf::Span;
use crate::{Error, OpenError, Opened, Opener};

/// The events of a page as an opener reads them; where it ended early, why.
pub(crate) struct OpenedPage<E> {
    page: Arc<Page>,
    /// How many of its events can be folded.
    sound: usize,
    /// Those of the opener's kind, each with its place in the page.
    opened: Vec<(usize, E)>,
    fault: Option<(Position, String)>,
}

impl<E> Span for OpenedPage<E> {
    fn last(&self) -> Position {
        Self::last(self)
    }
}

impl<E: Clone> OpenedPage<E> {
    /// The events behind a position.
    pub fn behind(&self, after: Position) -> Vec<Opened<'_, E>> {
        let opened = self.opened.iter().map(|(at, event)| (&self.page.events[*at], event));
        let opened = opened.filter(|(recorded, _)| recorded.position > after);
        opened.map(|(recorded, event)| Opened { recorded, event: event.clone() }).collect()
    }
}

impl<E> OpenedPage<E> {
    /// Opens a page.
    pub async fn open<O: Opener<Event = E>>(page: Arc<Page>, opener: &O) -> Result<Self, Error> {
        let mut fault = altered(&page.events);
        let mut sound = page.events.len();
        loop {
            if let Some((position, _)) = &fault {
                sound = page.events.iter().take_while(|event| event.position < *position).count();
            }
            match open(&page.events[..sound], opener).await {
                Ok(opened) => return Ok(Self { page, sound, opened, fault }),
                // Earlier each time: an opener that names another place would go on for ever.
                Err(Error::Unreadable { position, cause })
                    if fault.as_ref().is_none_or(|(before, _)| position < *before) =>
                {
                    fault = Some((position, cause));
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The last event that can be folded; [`Position::ZERO`] when there is none.
    pub fn last(&self) -> Position {
        self.page.events[..self.sound].last().map_or(Position::ZERO, at)
    }

    /// The last position of the log when the page was read.
    pub fn head(&self) -> Position {
        self.page.head
    }

    /// Why it ends there.
    pub fn fault(&self) -> Option<Error> {
        let (position, cause) = self.fault.clone()?;
        Some(Error::Unreadable { position, cause })
    }
}

/// Opens events that lie somewhere in memory: those of the opener's kind, each with its place.
pub(crate) async fn open<O: Opener>(events: &[RecordedEvent], opener: &O) -> Result<Vec<(usize, O::Event)>, Error> {
    let opened = opener.open(events).await.map_err(|error| match error {
        OpenError::Unreadable { position, cause } => Error::Unreadable { position, cause },
        OpenError::Unavailable { cause } => Error::Unavailable { cause },
    })?;
    let mut places = events.iter().enumerate();
    let placed = opened.into_iter().map(|Opened { recorded, event }| {
        let found = places.find(|(_, candidate)| std::ptr::eq(*candidate, recorded));
        found.map(|(place, _)| (place, event))
    });
    let foreign = || Error::Unavailable { cause: "events were opened out of their order".to_owned() };
    placed.collect::<Option<Vec<_>>>().ok_or_else(foreign)
}

/// The first event that was altered after it was recorded.
pub(crate) fn altered(events: &[RecordedEvent]) -> Option<(Position, String)> {
    let altered = events.iter().find(|event| !event.leaf_matches())?;
    Some((altered.position, "its content does not match its leaf hash".to_owned()))
}

fn at(event: &RecordedEvent) -> Position {
    event.position
}
