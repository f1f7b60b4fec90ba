//! What is asked of the log: a command with its streams, events and claims, and the shapes it refuses unseen.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use crate::{Error, StreamId, StreamType, TerritoryCode, wire};

/// The largest payload, and the largest sealed part, of one event: 1 MiB each.
pub const MAX_PART_BYTES: usize = 1 << 20;
/// The most events of one command.
pub const MAX_COMMAND_EVENTS: usize = 1_000;
/// The most payload and sealed bytes of one command: 4 MiB.
pub const MAX_COMMAND_BYTES: usize = 4 << 20;
/// The longest claim key.
pub const MAX_CLAIM_KEY_BYTES: usize = 64;
const MAX_TEXT_BYTES: usize = 128;
const MAX_STREAMS: usize = 1_000;
const MAX_CLAIMS: usize = 1_000;

/// One command: events for one or several streams, and claims, appended all or nothing.
#[derive(Clone, Debug)]
pub struct Command {
    /// The id its sender gave it; unique within the organisation, for ever.
    pub id: Uuid,
    /// The organisation that sends it: an opaque id of 1 to 128 bytes, open in the log for ever.
    pub organisation: String,
    /// Who acts: an opaque id of 1 to 128 bytes, never a name or an address.
    pub actor: String,
    /// A keyed digest of the body: tells a repeat from an id used twice.
    pub body_digest: [u8; 32],
    /// The instant of record, from the one injected clock; kept to the microsecond.
    pub recorded_at: Timestamp,
    /// The streams written, each once, numbered in this order. A stream without events only guards its version.
    pub streams: Vec<StreamAppend>,
    /// The claims taken and released. All releases come before all takes, whatever the order here.
    pub claims: Vec<Claim>,
}

/// The events of a command for one stream.
#[derive(Clone, Debug)]
pub struct StreamAppend {
    /// The kind of the stream; never changes over its life.
    pub stream_type: StreamType,
    /// Which stream.
    pub stream: StreamId,
    /// The territory it belongs to, if any; never changes over its life.
    pub territory: Option<TerritoryCode>,
    /// The version the command was decided on; 0 says that the stream must not exist yet.
    pub expected_version: u32,
    /// The key that seals its personal data, if any; never changes over its life.
    pub key: Option<KeyRef>,
    /// What happened, in order.
    pub events: Vec<NewEvent>,
}

/// The key of a stream. Its id is written on every event, its commitment on the first alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyRef {
    /// The key's id in the vault.
    pub id: i64,
    /// A commitment to the key's bytes, so that an auditor can tell a destroyed key from an exchanged one.
    pub commitment: [u8; 32],
}

/// One event to write.
#[derive(Clone)]
pub struct NewEvent {
    /// What happened: 1 to 64 characters out of `A-Z`, `a-z`, `0-9` and `_`, a letter first.
    pub event_type: Cow<'static, str>,
    /// Version of the payload's form; from 1 to 32 767.
    pub schema_version: u16,
    /// The day the act counts from.
    pub effective_on: Date,
    /// The open facts, as JSON text. Kept byte for byte; not parsed here.
    pub payload: String,
    /// The sealed personal data; empty when there is none.
    pub sealed: Vec<u8>,
}

// Written by hand: payloads stay out of every log line and panic message.
impl fmt::Debug for NewEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewEvent")
            .field("event_type", &self.event_type)
            .field("schema_version", &self.schema_version)
            .field("effective_on", &self.effective_on)
            .field("payload_bytes", &self.payload.len())
            .field("sealed_bytes", &self.sealed.len())
            .finish()
    }
}

/// A unique key taken or released together with the events (design law 6).
///
/// A claim is one row (kind, key, scope, ordinal) with its holder. Ordinal 0 is the ordinary one; higher ones come from
/// [`ClaimOp::Force`]. A holder has at most one row per (kind, key, scope).
#[derive(Clone, PartialEq, Eq)]
pub struct Claim {
    /// The stream that holds or shall hold it.
    pub holder: StreamId,
    /// What is unique (a person, an e-mail, a desk code ...).
    pub kind: i16,
    /// The unique key, 1 to 64 bytes; blinded by the caller when it stands for a person.
    pub key: Vec<u8>,
    /// Within what it is unique: for a person the territory. Up to 64 bytes; empty when unique everywhere.
    pub scope: String,
    /// Taken or released.
    pub op: ClaimOp,
}

// Written by hand: a claim key stays out of every log line.
impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claim")
            .field("holder", &self.holder)
            .field("kind", &self.kind)
            .field("scope", &self.scope)
            .field("op", &self.op)
            .finish_non_exhaustive()
    }
}

/// What is done with a claim.
///
/// The `tag` is an opaque id that all rows of a (kind, key) share, whatever their scope, as long as one of them lives:
/// it lets one person be counted once without telling who it is. A tag other than the living one is refused
/// ([`Refusal::TagConflict`](crate::Refusal::TagConflict)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimOp {
    /// Take it; refused while anybody holds any ordinal of (kind, key, scope).
    Take {
        /// The shared tag.
        tag: Uuid,
    },
    /// Take the lowest free ordinal beside the present holders: a true homonym. Refused only for a holder that has it.
    Force {
        /// The shared tag.
        tag: Uuid,
    },
    /// Give it back; refused when the holder does not have it.
    Release,
}

impl ClaimOp {
    pub(crate) fn tag(self) -> Option<Uuid> {
        match self {
            Self::Take { tag } | Self::Force { tag } => Some(tag),
            Self::Release => None,
        }
    }
}

impl Command {
    /// Number of events over all streams.
    pub fn event_count(&self) -> usize {
        self.streams.iter().map(|stream| stream.events.len()).sum()
    }

    /// Payload and sealed bytes over all events.
    pub fn byte_count(&self) -> usize {
        let events = self.streams.iter().flat_map(|stream| &stream.events);
        events.map(|event| event.payload.len() + event.sealed.len()).sum()
    }

    /// Checks everything that can be told without the log. [`EventLog::append`](crate::EventLog::append) does it for
    /// every command before it sends anything.
    ///
    /// # Errors
    /// The first fault found: [`Error::EmptyCommand`], [`Error::InvalidText`], [`Error::InvalidIdentifier`],
    /// [`Error::TooLarge`], [`Error::OutOfRange`], [`Error::DuplicateStream`] or [`Error::DuplicateClaim`].
    pub fn validate(&self) -> Result<(), Error> {
        check_text("organisation", &self.organisation, 1)?;
        check_text("actor", &self.actor, 1)?;
        if !wire::keeps_instant(self.recorded_at) {
            return Err(Error::OutOfRange { field: "recorded_at" });
        }
        at_most("number of events", self.event_count(), MAX_COMMAND_EVENTS)?;
        at_most("number of streams", self.streams.len(), MAX_STREAMS)?;
        at_most("number of claims", self.claims.len(), MAX_CLAIMS)?;
        at_most("command", self.byte_count(), MAX_COMMAND_BYTES)?;
        if self.event_count() == 0 {
            return Err(Error::EmptyCommand);
        }
        let mut streams = HashSet::new();
        for append in &self.streams {
            append.validate()?;
            if !streams.insert(&append.stream) {
                return Err(Error::DuplicateStream { stream: append.stream.clone() });
            }
        }
        self.validate_claims()
    }

    fn validate_claims(&self) -> Result<(), Error> {
        let mut taken = HashSet::new();
        let mut released = HashSet::new();
        let mut tags = HashMap::new();
        for (index, claim) in self.claims.iter().enumerate() {
            check_text("claim scope", &claim.scope, 0)?;
            at_most("claim key", claim.key.len(), MAX_CLAIM_KEY_BYTES)?;
            let key = (claim.kind, &claim.key);
            let alone = match claim.op.tag() {
                Some(tag) => taken.insert((key, &claim.scope)) && *tags.entry(key).or_insert(tag) == tag,
                None => released.insert((key, &claim.scope, &claim.holder)),
            };
            if claim.key.is_empty() || !alone {
                return Err(Error::DuplicateClaim { index });
            }
        }
        Ok(())
    }
}

impl StreamAppend {
    fn validate(&self) -> Result<(), Error> {
        let last = i64::from(self.expected_version) + i64::try_from(self.events.len()).unwrap_or(i64::MAX);
        if last > i64::from(i32::MAX) {
            return Err(Error::OutOfRange { field: "version" });
        }
        self.events.iter().try_for_each(NewEvent::validate)
    }
}

impl NewEvent {
    fn validate(&self) -> Result<(), Error> {
        let name = self.event_type.as_bytes();
        let lawful = name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        if !lawful || name.len() > 64 || !name.first().is_some_and(u8::is_ascii_alphabetic) {
            return Err(Error::InvalidIdentifier { kind: "event type" });
        }
        if !(1..=i16::MAX as u16).contains(&self.schema_version) {
            return Err(Error::OutOfRange { field: "schema_version" });
        }
        if !wire::keeps_date(self.effective_on) {
            return Err(Error::OutOfRange { field: "effective_on" });
        }
        at_most("payload", self.payload.len(), MAX_PART_BYTES)?;
        at_most("sealed part", self.sealed.len(), MAX_PART_BYTES)?;
        // PostgreSQL text keeps every character but this one.
        if self.payload.is_empty() || self.payload.contains('\0') {
            return Err(Error::InvalidText { field: "payload" });
        }
        Ok(())
    }
}

fn check_text(field: &'static str, text: &str, least: usize) -> Result<(), Error> {
    if text.len() < least || text.len() > MAX_TEXT_BYTES || text.chars().any(char::is_control) {
        return Err(Error::InvalidText { field });
    }
    Ok(())
}

fn at_most(field: &'static str, size: usize, limit: usize) -> Result<(), Error> {
    if size > limit { Err(Error::TooLarge { field, limit }) } else { Ok(()) }
}
