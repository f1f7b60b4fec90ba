//! One event as the log gives it back.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use uuid::Uuid;

use crate::{LeafHeader, Position, StreamId, StreamType, TerritoryCode, leaf};

/// One event of the log, with everything that was recorded with it.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordedEvent {
    /// Its place in the whole log.
    pub position: Position,
    /// The instant of record, to the microsecond. Not quite in order of position.
    pub recorded_at: Timestamp,
    /// The command that wrote it.
    pub command_id: Uuid,
    /// The key of its stream, if any.
    pub key_id: Option<i64>,
    /// The day the act counts from.
    pub effective_on: Date,
    /// Its place in its stream, from 1.
    pub version: u32,
    /// Version of the payload's form.
    pub schema_version: u16,
    /// Number of events of the command, on its first event alone.
    pub command_size: Option<u16>,
    /// The kind of its stream.
    pub stream_type: StreamType,
    /// The territory of its stream, if any.
    pub territory: Option<TerritoryCode>,
    /// Its stream.
    pub stream: StreamId,
    /// What happened.
    pub event_type: String,
    /// The organisation for which it was done.
    pub organisation: String,
    /// Who did it.
    pub actor: String,
    /// The open facts, byte for byte as written.
    pub payload: String,
    /// The sealed personal data; empty when there is none.
    pub sealed: Vec<u8>,
    /// The commitment to the stream's key, on the first event of a stream that has one.
    pub commitment: Option<[u8; 32]>,
    /// The leaf hash written with it.
    pub leaf: [u8; 32],
    /// The digest of the command's body, on its first event alone.
    pub body_digest: Option<[u8; 32]>,
}

// Written by hand: payloads stay out of every log line and panic message.
impl fmt::Debug for RecordedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedEvent")
            .field("position", &self.position)
            .field("recorded_at", &self.recorded_at)
            .field("command_id", &self.command_id)
            .field("effective_on", &self.effective_on)
            .field("stream", &self.stream)
            .field("version", &self.version)
            .field("event_type", &self.event_type)
            .field("schema_version", &self.schema_version)
            .finish_non_exhaustive()
    }
}

impl RecordedEvent {
    /// Whether the leaf hash is the one of these bytes: `false` says that the event was altered after it was written.
    pub fn leaf_matches(&self) -> bool {
        self.computed_leaf() == self.leaf
    }

    /// The leaf hash computed from what was read.
    pub fn computed_leaf(&self) -> [u8; 32] {
        let header = LeafHeader {
            stream_type: self.stream_type.as_str(),
            stream: self.stream.as_str(),
            version: self.version,
            territory: self.territory.as_ref().map(TerritoryCode::as_str),
            event_type: &self.event_type,
            schema_version: self.schema_version,
            effective_on: self.effective_on,
            recorded_at: self.recorded_at,
            actor: &self.actor,
            organisation: &self.organisation,
            command_id: self.command_id,
            key_id: self.key_id,
            commitment: self.commitment.as_ref(),
        };
        leaf(&header, self.payload.as_bytes(), &self.sealed)
    }
}
