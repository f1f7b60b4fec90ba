//! The repository.

use std::collections::BTreeMap;
use std::sync::Arc;

use cqrs_es::Aggregate;
use cqrs_es::persist::{
    PersistedEventRepository, PersistenceError, ReplayFeed, ReplayStream, SerializedEvent, SerializedSnapshot,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Unpersisted;
use super::metadata::{self, Metadata};
use crate::{
    Command, Error, EventLog, NewEvent, Position, Reader, RecordedEvent, Refusal, StreamAppend, StreamId, StreamSpan,
    StreamType, Verdict, wire,
};

/// The form of what is written as an event's payload.
const SCHEMA_VERSION: u16 = 1;
/// Events read at once, and as many wait for who replays.
const PAGE: u32 = 200;

/// Keeps the events of cqrs-es aggregates in the log. Cheap to clone.
#[derive(Clone)]
pub struct LogEventRepository {
    log: EventLog,
    organisation: String,
    actor: String,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

/// An event's payload as the log keeps it.
#[derive(Serialize, Deserialize)]
struct Kept {
    version: String,
    payload: Value,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    metadata: BTreeMap<String, String>,
}

impl LogEventRepository {
    /// A repository over a log, for an organisation and an actor that metadata may name otherwise, with the clock that
    /// gives instants of record.
    pub fn new(
        log: EventLog,
        organisation: impl Into<String>,
        actor: impl Into<String>,
        clock: impl Fn() -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        Self { log, organisation: organisation.into(), actor: actor.into(), clock: Arc::new(clock) }
    }

    async fn read<A: Aggregate>(
        &self,
        aggregate_id: &str,
        span: StreamSpan,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        let stream = stream::<A>(aggregate_id)?;
        let events = self.log.reader().read_stream(&stream, span).await.map_err(of_log)?;
        events.iter().map(serialized).collect()
    }

    fn command<A: Aggregate>(
        &self,
        first: &SerializedEvent,
        events: &[SerializedEvent],
    ) -> Result<Command, PersistenceError> {
        let told = Metadata::read(&first.metadata).map_err(unknown)?;
        let recorded_at = (self.clock)();
        let today = TimeZone::UTC.to_datetime(recorded_at).date();
        let mut new = Vec::with_capacity(events.len());
        for (sequence, event) in (first.sequence..).zip(events) {
            if (event.sequence, &event.aggregate_id) != (sequence, &first.aggregate_id) {
                return Err(unknown(Unpersisted::Sequence));
            }
            let told = Metadata::read(&event.metadata).map_err(unknown)?;
            let kept =
                Kept { version: event.event_version.clone(), payload: event.payload.clone(), metadata: told.rest };
            new.push(NewEvent {
                event_type: event.event_type.clone().into(),
                schema_version: SCHEMA_VERSION,
                effective_on: told.effective_on.unwrap_or(today),
                payload: serde_json::to_string(&kept)?,
                sealed: Vec::new(),
            });
        }
        let before = first.sequence.checked_sub(1).and_then(|before| u32::try_from(before).ok());
        let stream = stream::<A>(&first.aggregate_id)?;
        Ok(Command {
            id: told.command_id.unwrap_or_else(Uuid::new_v4),
            organisation: told.organisation.unwrap_or_else(|| self.organisation.clone()),
            actor: told.actor.unwrap_or_else(|| self.actor.clone()),
            // Not of the events: what a repeat decides depends on what it did before.
            body_digest: Sha256::digest(stream.as_str()).into(),
            recorded_at,
            streams: vec![StreamAppend {
                stream_type: stream_type::<A>()?,
                stream,
                territory: None,
                expected_version: before.ok_or(unknown(Unpersisted::Sequence))?,
                key: None,
                events: new,
            }],
            claims: Vec::new(),
        })
    }
}

impl PersistedEventRepository for LogEventRepository {
    async fn get_events<A: Aggregate>(&self, aggregate_id: &str) -> Result<Vec<SerializedEvent>, PersistenceError> {
        self.read::<A>(aggregate_id, StreamSpan::ALL).await
    }

    async fn get_last_events<A: Aggregate>(
        &self,
        aggregate_id: &str,
        last_sequence: usize,
    ) -> Result<Vec<SerializedEvent>, PersistenceError> {
        let after = u32::try_from(last_sequence).unwrap_or(u32::MAX);
        self.read::<A>(aggregate_id, StreamSpan::after(after)).await
    }

    async fn get_snapshot<A: Aggregate>(&self, _: &str) -> Result<Option<SerializedSnapshot>, PersistenceError> {
        Err(unknown(Unpersisted::Snapshot))
    }

    async fn persist<A: Aggregate>(
        &self,
        events: &[SerializedEvent],
        snapshot_update: Option<(String, Value, usize)>,
    ) -> Result<(), PersistenceError> {
        if snapshot_update.is_some() {
            return Err(unknown(Unpersisted::Snapshot));
        }
        let Some(first) = events.first() else { return Ok(()) };
        let command = self.command::<A>(first, events)?;
        let at = wire::truncated(command.recorded_at);
        match self.log.append(vec![command]).await.map_err(of_log)?.pop() {
            Some(Verdict::Committed(_)) => Ok(()),
            Some(Verdict::Repeated(receipt)) => {
                // An answer lost on its way makes a repeat of the first attempt, too.
                let events = self.log.reader().read_range(receipt.first..=receipt.first).await.map_err(of_log)?;
                let ours = |event: &RecordedEvent| (event.version as usize, event.recorded_at) == (first.sequence, at);
                if events.iter().any(ours) { Ok(()) } else { Err(unknown(Unpersisted::AlreadyCommitted(receipt))) }
            }
            Some(Verdict::Refused(Refusal::VersionConflict { .. })) => Err(PersistenceError::OptimisticLockError),
            Some(Verdict::Refused(refusal)) => Err(unknown(Unpersisted::Refused(refusal))),
            None => Err(unknown(Unpersisted::Sequence)),
        }
    }

    async fn stream_events<A: Aggregate>(&self, aggregate_id: &str) -> Result<ReplayStream, PersistenceError> {
        let (mut feed, replay) = ReplayStream::new(PAGE as usize);
        let (reader, stream) = (self.log.reader().clone(), stream::<A>(aggregate_id)?);
        tokio::spawn(async move {
            match reader.read_stream(&stream, StreamSpan::ALL).await {
                Ok(events) => {
                    push(&mut feed, &events).await;
                }
                Err(error) => drop(feed.push(Err(of_log(error))).await),
            }
        });
        Ok(replay)
    }

    async fn stream_all_events<A: Aggregate>(&self) -> Result<ReplayStream, PersistenceError> {
        let (mut feed, replay) = ReplayStream::new(PAGE as usize);
        let (reader, stream_type) = (self.log.reader().clone(), stream_type::<A>()?);
        tokio::spawn(async move {
            if let Err(error) = replay_type(&reader, &stream_type, &mut feed).await {
                // Nobody is there any more when this fails.
                drop(feed.push(Err(of_log(error))).await);
            }
        });
        Ok(replay)
    }
}

/// Everything of a type that the log has, in order of position.
async fn replay_type(reader: &Reader, stream_type: &StreamType, feed: &mut ReplayFeed) -> Result<(), Error> {
    let end = reader.head().await?;
    let mut position = Position::ZERO;
    while position < end {
        let mut page = reader.read_type_after(stream_type, position, PAGE).await?;
        page.events.retain(|event| event.position <= end);
        if !push(feed, &page.events).await {
            break;
        }
        position = page.complete_to;
    }
    Ok(())
}

/// Whether somebody still listens.
async fn push(feed: &mut ReplayFeed, events: &[RecordedEvent]) -> bool {
    for event in events {
        if feed.push(serialized(event)).await.is_err() {
            return false;
        }
    }
    true
}

fn stream_type<A: Aggregate>() -> Result<StreamType, PersistenceError> {
    StreamType::parse(A::TYPE).map_err(of_log)
}

fn stream<A: Aggregate>(aggregate_id: &str) -> Result<StreamId, PersistenceError> {
    StreamId::parse(format!("{}/{aggregate_id}", A::TYPE)).map_err(of_log)
}

fn serialized(event: &RecordedEvent) -> Result<SerializedEvent, PersistenceError> {
    let kept: Kept = serde_json::from_str(&event.payload)?;
    let stream = event.stream.as_str();
    let aggregate_id = stream.split_once('/').map_or(stream, |(_, id)| id).to_owned();
    Ok(SerializedEvent {
        aggregate_id,
        sequence: event.version as usize,
        aggregate_type: event.stream_type.to_string(),
        event_type: event.event_type.clone(),
        event_version: kept.version,
        payload: kept.payload,
        metadata: metadata::of(event, kept.metadata),
    })
}

fn of_log(error: Error) -> PersistenceError {
    match error {
        Error::Connection { .. } | Error::Unreachable { .. } | Error::OutcomeUnknown { .. } => {
            PersistenceError::ConnectionError(Box::new(error))
        }
        error => unknown(Unpersisted::Log(error)),
    }
}

fn unknown(error: Unpersisted) -> PersistenceError {
    PersistenceError::UnknownError(Box::new(error))
}
