//! The directory of organisations, kept up with the log.

use std::time::Duration;

use access::{Denial, Directory, Profile, codec};
use event_log::{Position, Reader, RecordedEvent, StreamType};
use jiff::civil::Date;
use nomenclature::{Actor, Siren};
use tokio::sync::RwLock;
use tokio::time::Instant;

use crate::Error;
use crate::stream::unreadable;

/// The type of an organisation's stream.
pub const ORGANISATION: StreamType = StreamType::from_static("organisation");

/// A change of rights made by another process is seen after this long at the latest.
const FRESH: Duration = Duration::from_secs(1);
const PAGE: u32 = 1_000;

/// A [`Directory`] that follows the log.
pub(crate) struct LiveDirectory {
    reader: Reader,
    state: RwLock<State>,
}

struct State {
    directory: Directory,
    position: Position,
    checked_at: Option<Instant>,
}

impl LiveDirectory {
    pub(crate) fn new(reader: Reader) -> Self {
        let state = State { directory: Directory::default(), position: Position::ZERO, checked_at: None };
        Self { reader, state: RwLock::new(state) }
    }

    /// Who an actor is. Somebody unknown is looked for in the log once more before he is denied.
    pub(crate) async fn profile(&self, actor: &Actor, day: Date) -> Result<Profile, Error> {
        {
            let state = self.state.read().await;
            let fresh = state.checked_at.is_some_and(|at| at.elapsed() < FRESH);
            if fresh && let Ok(profile) = state.directory.profile(actor, day) {
                return Ok(profile);
            }
        }
        self.catch_up().await?;
        self.state.read().await.directory.profile(actor, day).map_err(|denial: Denial| Error::Denied(denial))
    }
    /// Folds what is new.
    pub(crate) async fn catch_up(&self) -> Result<Position, Error> {
        let mut state = self.state.write().await;
        loop {
            let page = self.reader.read_type_after(&ORGANISATION, state.position, PAGE).await?;
            for event in &page.events {
                let (siren, decoded) = decode(event)?;
                state.directory.apply(siren, decoded);
            }
            state.position = page.complete_to;
            if page.events.len() < PAGE as usize {
                state.checked_at = Some(Instant::now());
                return Ok(state.position);
            }
        }
    }

    /// A copy of the directory as of now.
    pub(crate) async fn snapshot(&self) -> Result<Directory, Error> {
        self.catch_up().await?;
        Ok(self.state.read().await.directory.clone())
    }
}

pub(crate) fn decode(event: &RecordedEvent) -> Result<(Siren, access::OrganisationEvent), Error> {
    let siren = Siren::parse(event.stream.as_str()).map_err(|_| unreadable(event, &"its stream is no SIREN"))?;
    let decoded = codec::decode(&event.event_type, event.schema_version, &event.payload)
        .map_err(|error| unreadable(event, &error))?;
    Ok((siren, decoded))
}
