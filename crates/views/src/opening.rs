//! Events of demands, opened for views: all that a view may know of them.

use async_trait::async_trait;
use demand::event::DemandEvent;
use demand::form::identity::Identity;
use demand::{Carry, codec};
use event_log::{RecordedEvent, StreamType};
use personal::Pii;
use projection::{OpenError, Opened, Opener};

/// The type of a demand's stream.
pub(crate) const DEMAND: StreamType = StreamType::from_static("demand");
/// The tag of the identity among the parts of an event: the letter of its rubric.
pub const IDENTITY: u8 = b'a';

/// One part of an event.
#[derive(Clone, PartialEq, Eq)]
pub struct OpenPart {
    /// In clear.
    pub content: Vec<u8>,
    /// Sealed, alone: the same part as it lies in the log, without the others.
    pub sealed: Vec<u8>,
}

personal::redact!(OpenPart);

/// What became of the part asked for.
#[derive(Clone, PartialEq, Eq)]
pub enum Unsealed {
    /// In clear; none when the event has no such part.
    Clear(Option<OpenPart>),
    /// Its key was destroyed: the person is erased.
    Erased,
    /// No such key was ever made: a fault.
    Missing,
    /// The sealed bytes do not open. What is wrong with them, never their content.
    Damaged(String),
}

personal::redact!(Unsealed);

/// The keys cannot be asked for now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnsealerUnavailable(pub String);

/// Opens one part of events; wired to the vault by whoever knows it. A view asks for the part that it needs, so nothing
/// else of a household is ever in clear beside it.
#[async_trait]
pub trait Unsealer: Send + Sync {
    /// One answer for each event, in their order, with one look-up of keys for all of them. Tombstones are looked for
    /// each time, whatever is cached, and for events without the part, too.
    ///
    /// # Errors
    /// [`UnsealerUnavailable`] when keys cannot be looked up now.
    async fn unseal(&self, events: &[&RecordedEvent], tag: u8) -> Result<Vec<Unsealed>, UnsealerUnavailable>;
}

/// Whether the person behind an event can still be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The personal part is clear, as far as there is one.
    Clear,
    /// The key of the stream was destroyed.
    Erased,
}

/// An event of a demand as views see it: open facts, and the identity. Every other rubric stays sealed.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenEvent {
    /// The event.
    pub event: DemandEvent,
    /// Whether its personal part can be read.
    pub reading: Reading,
    /// The identity as it lies sealed in the log, when the event carries it and it can be read.
    pub identity: Option<Vec<u8>>,
}

/// The opener of the demands' events.
#[derive(Clone, Debug)]
pub struct DemandEvents<U> {
    unsealer: U,
}

impl<U: Unsealer> DemandEvents<U> {
    /// An opener that asks this port.
    pub fn new(unsealer: U) -> Self {
        Self { unsealer }
    }
}

#[async_trait]
impl<U: Unsealer> Opener for DemandEvents<U> {
    type Event = SeenEvent;

    async fn open<'a>(&self, page: &'a [RecordedEvent]) -> Result<Vec<Opened<'a, SeenEvent>>, OpenError> {
        let ours: Vec<&RecordedEvent> = page.iter().filter(|event| event.stream_type == DEMAND).collect();
        if ours.is_empty() {
            return Ok(Vec::new());
        }
        let unsealed = self.unsealer.unseal(&ours, IDENTITY).await;
        let unsealed = unsealed.map_err(|error| OpenError::Unavailable { cause: error.0 })?;
        if unsealed.len() != ours.len() {
            return Err(OpenError::Unavailable { cause: "not every event was answered for".to_owned() });
        }
        ours.into_iter()
            .zip(unsealed)
            .map(|(recorded, unsealed)| {
                let event = read(recorded, unsealed)
                    .map_err(|cause| OpenError::Unreadable { position: recorded.position, cause })?;
                Ok(Opened { recorded, event })
            })
            .collect()
    }
}

fn read(recorded: &RecordedEvent, unsealed: Unsealed) -> Result<SeenEvent, String> {
    let (part, reading) = match unsealed {
        Unsealed::Clear(part) => (part, Reading::Clear),
        Unsealed::Erased => (None, Reading::Erased),
        Unsealed::Missing => return Err("its key is missing".to_owned()),
        Unsealed::Damaged(cause) => return Err(cause),
    };
    let (parts, sealed): (Vec<_>, Option<_>) = match part {
        Some(OpenPart { content, sealed }) => (vec![(IDENTITY, content)], Some(sealed)),
        None => (Vec::new(), None),
    };
    let event = codec::decode(&recorded.event_type, recorded.schema_version, &recorded.payload, &parts)
        .map_err(|error| error.to_string())?;
    let identity = rubrics_of(&event).map(|rubrics| &rubrics.identity);
    if reading == Reading::Clear && matches!(identity, Some(Carry::Given(Pii::Sealed))) {
        return Err("its identity is not among its sealed parts".to_owned());
    }
    Ok(SeenEvent { event, reading, identity: sealed })
}

/// The rubrics that an event carries, if it is of a kind that does.
pub(crate) fn rubrics_of(event: &DemandEvent) -> Option<&demand::Carried> {
    match event {
        DemandEvent::Registered(event) => Some(&event.rubrics),
        DemandEvent::Modified(event) => Some(&event.rubrics),
        DemandEvent::Renewed(event) => Some(&event.rubrics),
        DemandEvent::CoApplicantDropped(event) => Some(&event.rubrics),
        _ => None,
    }
}

/// The identity of a household, opened: of a [`SealedIdentity`](crate::shared_management::SealedIdentity).
///
/// # Errors
/// What is wrong with it, never its content.
pub fn identity_in(content: &[u8]) -> Result<Identity, String> {
    serde_json::from_slice(content).map_err(|error| format!("malformed identity at column {}", error.column()))
}
