//! A page, checked and opened, up to the first event that cannot be read.

use std::sync::Arc;

use event_log::{Page, Position, RecordedEvent};

use crate::feed::shelf::Span;
use crate::quarantine::Decided;
use crate::{Error, OpenError, Opened, Opener};

const ALTERED: &str = "its content does not match its leaf hash";

/// The events of a page as an opener reads them; where it ended early, why.
pub(crate) struct OpenedPage<E> {
    page: Arc<Page>,
    /// How many of its events are done with: folded, or set aside.
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
    /// Opens a page, and goes on without what was set aside.
    pub async fn open<O: Opener<Event = E>>(page: Arc<Page>, opener: &O, decided: &Decided) -> Result<Self, Error> {
        let Read { opened, sound, cause } = read(&page.events, &altered(&page.events), opener, decided).await?;
        let fault = cause.map(|cause| (page.events[sound].position, cause));
        Ok(Self { page, sound, opened, fault })
    }

    /// Whether it ends at an event that somebody goes on without.
    pub fn ends_at_one_of(&self, decided: &Decided) -> bool {
        self.fault.is_some() && decided.sets_aside(&self.page.events[self.sound])
    }

    /// What was read, opened or not.
    pub fn recorded(&self) -> Arc<Page> {
        Arc::clone(&self.page)
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

/// Events as an opener reads them.
pub(crate) struct Read<E> {
    /// Those of the opener's kind, each with its place.
    pub opened: Vec<(usize, E)>,
    /// How many are done with: read, or set aside.
    pub sound: usize,
    /// Why the next one is not; none at the end.
    pub cause: Option<String>,
}

/// Opens events that lie somewhere in memory up to the first that cannot be read and is not set aside. `altered` are the
/// places of those whose leaf does not match.
pub(crate) async fn read<O: Opener>(
    events: &[RecordedEvent],
    altered: &[usize],
    opener: &O,
    decided: &Decided,
) -> Result<Read<O::Event>, Error> {
    let (mut opened, mut from) = (Vec::new(), 0);
    loop {
        let next = altered.iter().copied().find(|place| *place >= from);
        let (mut until, mut cause) = (next.unwrap_or(events.len()), next.map(|_| ALTERED.to_owned()));
        // Shorter each time: an opener that names another place would go on for ever.
        let part = loop {
            let part = &events[from..until];
            match open(part, opener).await {
                Err(Error::Unreadable { position, cause: why }) => {
                    let Some(place) = part.iter().position(|event| event.position == position) else {
                        return Err(Error::Unreadable { position, cause: why });
                    };
                    (until, cause) = (from + place, Some(why));
                }
                part => break part?,
            }
        };
        opened.extend(part.into_iter().map(|(place, event)| (from + place, event)));
        match &cause {
            Some(_) if decided.sets_aside(&events[until]) => from = until + 1,
            _ => return Ok(Read { opened, sound: until, cause }),
        }
    }
}

/// Opens events that lie somewhere in memory: those of the opener's kind, each with its place.
async fn open<O: Opener>(events: &[RecordedEvent], opener: &O) -> Result<Vec<(usize, O::Event)>, Error> {
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

/// The places of events that were altered after they were recorded.
pub(crate) fn altered(events: &[RecordedEvent]) -> Vec<usize> {
    events.iter().enumerate().filter(|(_, event)| !event.leaf_matches()).map(|(place, _)| place).collect()
}

fn at(event: &RecordedEvent) -> Position {
    event.position
}
