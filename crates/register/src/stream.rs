//! A demand's stream read and opened, and its new events sealed: where bytes of the log and events of the domain meet.

use std::collections::HashMap;

use cqrs_es::Aggregate as _;
use demand::{Demand, DemandEvent, Rejection, RejectionReason, codec};
use event_log::{KeyRef, NewEvent, Reader, RecordedEvent, StreamAppend, StreamId, StreamType, TerritoryCode};
use jiff::civil::Date;
use nomenclature::{Territory, UniqueNumber};
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
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Folded from the events.
    pub demand: Demand,
    /// Version of the stream: 0 when there is none.
    pub version: u32,
    /// The latest day that one of its acts counts from.
    pub(crate) latest: Option<Date>,
    /// Its key, opened or not.
    pub(crate) key: Option<KeyRef>,
    /// The bytes of its key, when it was opened and lives.
    pub(crate) data_key: Option<DataKey>,
}

impl Loaded {
    /// A demand that is not there yet.
    pub(crate) fn nothing() -> Self {
        Self { demand: Demand::default(), version: 0, latest: None, key: None, data_key: None }
    }

    fn folded(events: &[RecordedEvent], keys: &HashMap<KeyId, KeyState>, opening: Opening) -> Result<Self, Error> {
        let mut loaded = Self::nothing();
        for event in events {
            loaded.demand.apply(decode(event, keys, opening)?);
            loaded.version = event.version;
            loaded.latest = loaded.latest.max(Some(event.effective_on));
        }
        let key = events.first().and_then(|first| Some((first.key_id?, first.commitment?)));
        loaded.key = key.map(|(id, commitment)| KeyRef { id, commitment });
        loaded.data_key = loaded.key.and_then(|key| match keys.get(&KeyId::new(key.id)) {
            Some(KeyState::Live(key)) => Some(key.clone()),
            _ => None,
        });
        Ok(loaded)
    }
}

/// The stream of a number.
pub(crate) fn stream_of(number: UniqueNumber) -> Result<StreamId, Error> {
    Ok(StreamId::parse(number.to_string())?)
}

/// Reads and folds a demand.
pub(crate) async fn load(
    reader: &Reader,
    vault: &Vault,
    number: UniqueNumber,
    opening: Opening,
) -> Result<Loaded, Error> {
    load_many(reader, vault, &[(number, opening)]).await?.pop().unwrap_or(Err(Error::NotFound))
}

/// Reads and folds demands, in the order asked for. One query for the events of all, one for the keys of those that are
/// opened. One that cannot be read is an error of its own, and no other's.
pub(crate) async fn load_many(
    reader: &Reader,
    vault: &Vault,
    asked: &[(UniqueNumber, Opening)],
) -> Result<Vec<Result<Loaded, Error>>, Error> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let streams = asked.iter().map(|(number, _)| stream_of(*number)).collect::<Result<Vec<_>, _>>()?;
    let histories = reader.read_streams(&streams).await?;
    let opened = asked.iter().zip(&histories).filter(|((_, opening), _)| *opening == Opening::Opened);
    let keys = keys_of(vault, opened.flat_map(|(_, history)| history.iter().flatten())).await?;
    let folded = asked.iter().zip(histories);
    Ok(folded.map(|((_, opening), history)| Loaded::folded(&history?, &keys, *opening)).collect())
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

/// What is written to one demand's stream by one command.
pub(crate) struct Writing<'a> {
    /// The stream.
    pub(crate) stream: &'a StreamId,
    /// Its territory.
    pub(crate) territory: Territory,
    /// Its version, which was decided on.
    pub(crate) version: u32,
    /// Its key.
    pub(crate) key: KeyRef,
    /// The bytes of its key. Without them only events that are open as a whole are written.
    pub(crate) data_key: Option<&'a DataKey>,
    /// The day of the decision: what an act counts from that names no day of its own.
    pub(crate) on: Date,
}

impl Writing<'_> {
    /// Separates and seals the events.
    pub(crate) fn seal(self, events: Vec<DemandEvent>) -> Result<StreamAppend, Error> {
        let sealed = events.into_iter().zip(self.version + 1..);
        let events = sealed.map(|(event, version)| self.sealed(event, version)).collect::<Result<Vec<_>, _>>()?;
        Ok(StreamAppend {
            stream_type: DEMAND,
            stream: self.stream.clone(),
            territory: Some(TerritoryCode::parse(&self.territory.to_string())?),
            expected_version: self.version,
            key: Some(self.key),
            events,
        })
    }

    fn sealed(&self, event: DemandEvent, version: u32) -> Result<NewEvent, Error> {
        let effective_on = event.effective_on(self.on);
        let encoded =
            codec::encode(event).map_err(|error| Error::Unreadable { position: 0, cause: error.to_string() })?;
        let parts: Vec<(u8, &[u8])> = encoded.parts.iter().map(|(tag, content)| (*tag, content.as_slice())).collect();
        let sealed = match (self.data_key, parts.is_empty()) {
            (_, true) => Vec::new(),
            (Some(key), false) => {
                let key_id = KeyId::new(self.key.id);
                let place = Place { stream: self.stream.as_str(), version: u64::from(version), key_id };
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
    }
}
