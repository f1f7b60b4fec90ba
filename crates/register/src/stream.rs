//! A demand's stream read and opened, and its new events sealed: where bytes of the log and events of the domain meet.

use std::collections::HashMap;

use cqrs_es::Aggregate as _;
use demand::{Demand, DemandEvent, Rejection, RejectionReason, codec};
use event_log::{KeyRef, NewEvent, Reader, RecordedEvent, StreamId, StreamSpan, StreamType};
use jiff::civil::Date;
use nomenclature::UniqueNumber;
use vault::envelope::{self, Place};
use vault::{DataKey, KeyId, KeyState, Vault};

use crate::Error;

/// The type of a demand's stream.
pub const DEMAND: StreamType = StreamType::from_static("demand");

/// Whether the personal part of events is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// With the keys of the vault.
    Opened,
    /// Left sealed: facts, states and dates only.
    Sealed,
}

/// A demand as its stream tells it.
#[derive(Debug)]
pub struct Loaded {
    /// Folded from the events.
    pub demand: Demand,
    /// Version of the stream: 0 when there is none.
    pub version: u32,
    /// Its key, while it lives.
    pub(crate) key: Option<(KeyRef, DataKey)>,
}

impl Loaded {
    /// A demand that is not there yet.
    pub(crate) fn nothing() -> Self {
        Self { demand: Demand::default(), version: 0, key: None }
    }
}

/// The stream of a number.
pub(crate) fn stream_of(number: UniqueNumber) -> Result<StreamId, Error> {
    Ok(StreamId::parse(number.to_string())?)
}

/// Reads and folds a demand. One query for the events, one for the key when it is opened.
pub(crate) async fn load(
    reader: &Reader,
    vault: &Vault,
    number: UniqueNumber,
    opening: Opening,
    span: StreamSpan,
) -> Result<Loaded, Error> {
    let recorded = reader.read_stream(&stream_of(number)?, span).await?;
    let keys = match opening {
        Opening::Opened => keys_of(vault, &recorded).await?,
        Opening::Sealed => HashMap::new(),
    };
    let mut demand = Demand::default();
    let mut version = 0;
    for event in &recorded {
        demand.apply(decode(event, &keys, opening)?);
        version = event.version;
    }
    let key = recorded.first().and_then(|first| Some((first.key_id?, first.commitment?)));
    let key = key.and_then(|(id, commitment)| match keys.get(&KeyId::new(id)) {
        Some(KeyState::Live(key)) => Some((KeyRef { id, commitment }, key.clone())),
        _ => None,
    });
    Ok(Loaded { demand, version, key })
}

/// The states of all keys named by some events, in one query.
pub(crate) async fn keys_of<'a>(
    vault: &Vault,
    events: impl IntoIterator<Item = &'a RecordedEvent>,
) -> Result<HashMap<KeyId, KeyState>, Error> {
    let mut named: Vec<KeyId> = events.into_iter().filter_map(|event| event.key_id).map(KeyId::new).collect();
    named.sort_unstable();
    named.dedup();
    if named.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(vault.states(&named).await?)
}

/// Reads one event of a demand. Erased personal content stays sealed; a missing key is a fault and stops the reading.
pub(crate) fn decode(
    event: &RecordedEvent,
    keys: &HashMap<KeyId, KeyState>,
    opening: Opening,
) -> Result<DemandEvent, Error> {
    let parts = match (opening, event.key_id.map(KeyId::new)) {
        (Opening::Sealed, _) | (_, None) => Vec::new(),
        (Opening::Opened, Some(id)) => match keys.get(&id) {
            Some(KeyState::Live(key)) => {
                let place = Place { stream: event.stream.as_str(), version: u64::from(event.version), key_id: id };
                envelope::open(key, &place, &event.sealed).map_err(|error| unreadable(event, &error))?
            }
            Some(KeyState::Erased) => Vec::new(),
            Some(KeyState::Missing) | None => return Err(unreadable(event, &"its key is missing")),
        },
    };
    codec::decode(&event.event_type, event.schema_version, &event.payload, &parts)
        .map_err(|error| unreadable(event, &error))
}

pub(crate) fn unreadable(event: &RecordedEvent, cause: &dyn std::fmt::Display) -> Error {
    Error::Unreadable { position: event.position.get(), cause: cause.to_string() }
}

/// Separates and seals the events of one command for one stream. Without a key only events that are open as a whole are
/// written.
pub(crate) fn seal(
    events: Vec<DemandEvent>,
    stream: &StreamId,
    after_version: u32,
    key: Option<(KeyId, &DataKey)>,
    recorded_on: Date,
) -> Result<Vec<NewEvent>, Error> {
    events
        .into_iter()
        .zip(after_version + 1..)
        .map(|(event, version)| {
            let effective_on = event.effective_on(recorded_on);
            let encoded =
                codec::encode(event).map_err(|error| Error::Unreadable { position: 0, cause: error.to_string() })?;
            let parts: Vec<(u8, &[u8])> =
                encoded.parts.iter().map(|(tag, content)| (*tag, content.as_slice())).collect();
            let sealed = match (key, parts.is_empty()) {
                (_, true) => Vec::new(),
                (Some((key_id, key)), false) => {
                    let place = Place { stream: stream.as_str(), version: u64::from(version), key_id };
                    envelope::seal(key, &place, &parts)?
                }
                (None, false) => return Err(Rejection::from(RejectionReason::PersonalDataUnreadable).into()),
            };
            Ok(NewEvent {
                event_type: encoded.event_type.into(),
                schema_version: encoded.schema_version,
                effective_on,
                payload: encoded.payload,
                sealed,
            })
        })
        .collect()
}
