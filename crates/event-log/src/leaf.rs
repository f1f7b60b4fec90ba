//! The leaf: one hash over everything an event says, so that nobody can rewrite it unseen.
//!
//! A leaf is SHA-256 over these bytes, integers big-endian, texts as UTF-8:
//!
//! | bytes | what |
//! | --- | --- |
//! | 1 | `00`: this is a leaf; inner nodes of the tree begin with another byte |
//! | 1 | the format, [`LEAF_FORMAT`] |
//! | 2 | schema version |
//! | 4 | version within the stream |
//! | 4 | `effective_on`, signed days since 1970-01-01 |
//! | 8 | `recorded_at`, signed microseconds since 1970-01-01T00:00:00Z |
//! | 16 | command id |
//! | 1 + 8 | `01` and the key id, or `00` and zeros |
//! | 1 + 32 | `01` and the key's commitment (first event of a stream only), or `00` and zeros |
//! | 4 + n | length and text: stream type |
//! | 4 + n | stream |
//! | 4 + n | territory; length 0 when there is none |
//! | 4 + n | event type |
//! | 4 + n | organisation |
//! | 4 + n | actor |
//! | 4 | length of the payload |
//! | 4 | length of the sealed part |
//! | n | payload |
//! | n | sealed part |
//!
//! Every part has a fixed or a written length, so two different events never give the same bytes. The position is not
//! among them: the place in the tree binds it (design 10.9).

use jiff::Timestamp;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::wire;

/// The format written into every leaf.
pub const LEAF_FORMAT: u8 = 1;

const LEAF_DOMAIN: u8 = 0x00;

/// What a leaf binds beside payload and sealed part.
#[derive(Clone, Copy, Debug)]
pub struct LeafHeader<'a> {
    /// The kind of the stream.
    pub stream_type: &'a str,
    /// The stream.
    pub stream: &'a str,
    /// Version within the stream, from 1.
    pub version: u32,
    /// The territory, if any.
    pub territory: Option<&'a str>,
    /// What happened.
    pub event_type: &'a str,
    /// Version of the payload's form.
    pub schema_version: u16,
    /// The day the act counts from.
    pub effective_on: Date,
    /// The instant of record; only whole microseconds count.
    pub recorded_at: Timestamp,
    /// Who acted.
    pub actor: &'a str,
    /// For which organisation.
    pub organisation: &'a str,
    /// By which command.
    pub command_id: Uuid,
    /// The stream's key, if any.
    pub key_id: Option<i64>,
    /// The key's commitment, on the first event of a stream that has a key.
    pub commitment: Option<&'a [u8; 32]>,
}

/// The leaf hash of an event, as the module's table says.
pub fn leaf(header: &LeafHeader<'_>, payload: &[u8], sealed: &[u8]) -> [u8; 32] {
    let mut bytes = Vec::with_capacity(256);
    bytes.extend([LEAF_DOMAIN, LEAF_FORMAT]);
    bytes.extend(header.schema_version.to_be_bytes());
    bytes.extend(header.version.to_be_bytes());
    bytes.extend(wire::unix_days(header.effective_on).to_be_bytes());
    bytes.extend(wire::unix_micros(header.recorded_at).to_be_bytes());
    bytes.extend(header.command_id.as_bytes());
    bytes.push(u8::from(header.key_id.is_some()));
    bytes.extend(header.key_id.unwrap_or_default().to_be_bytes());
    bytes.push(u8::from(header.commitment.is_some()));
    bytes.extend(header.commitment.unwrap_or(&[0; 32]));
    let territory = header.territory.unwrap_or_default();
    for text in [header.stream_type, header.stream, territory, header.event_type, header.organisation, header.actor] {
        bytes.extend(length(text.as_bytes()));
        bytes.extend(text.as_bytes());
    }
    for part in [payload, sealed] {
        bytes.extend(length(part));
    }
    Sha256::new().chain_update(&bytes).chain_update(payload).chain_update(sealed).finalize().into()
}

fn length(part: &[u8]) -> [u8; 4] {
    // The log takes no part above 1 MiB.
    u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes()
}
