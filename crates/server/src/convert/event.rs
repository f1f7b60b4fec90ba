//! An event as an auditor gets it.

use proto::v1;

use super::answer::instant;

/// Writes an event with everything its leaf hash is made of.
pub fn write(event: event_log::RecordedEvent) -> v1::RecordedEvent {
    v1::RecordedEvent {
        position: event.position.get(),
        stream_type: event.stream_type.to_string(),
        stream: event.stream.to_string(),
        version: event.version,
        territory: event.territory.map(|territory| territory.to_string()),
        event_type: event.event_type,
        schema_version: event.schema_version.into(),
        effective_on: event.effective_on.to_string(),
        recorded_at: Some(instant(event.recorded_at)),
        actor: event.actor,
        organisation: event.organisation,
        command_id: event.command_id.to_string(),
        key_id: event.key_id,
        commitment: event.commitment.map(Vec::from),
        payload: event.payload,
        sealed: event.sealed,
        leaf: event.leaf.to_vec(),
    }
}
