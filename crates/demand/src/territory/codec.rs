//! Events of a territory to text and back. Nothing of them is sealed.

use super::Event;
use crate::codec::CodecError;

/// Version of the layout of every event so far.
pub const SCHEMA_VERSION: u16 = 1;

/// The open payload of an event: its fields, without its name, which stands in a column of the log.
pub fn encode(event: &Event) -> Result<String, CodecError> {
    Ok(match event {
        Event::SettingChanged(event) => serde_json::to_string(event),
        Event::SettingWithdrawn(event) => serde_json::to_string(event),
        Event::AbnormalDelaySet(event) => serde_json::to_string(event),
        Event::AbnormalDelayEnded(event) => serde_json::to_string(event),
    }?)
}

/// Reads an event back.
pub fn decode(event_type: &str, schema_version: u16, payload: &str) -> Result<Event, CodecError> {
    if schema_version != SCHEMA_VERSION {
        return Err(CodecError::UnknownVersion { event_type: event_type.to_owned(), version: schema_version });
    }
    Ok(match event_type {
        "SettingChanged" => Event::SettingChanged(serde_json::from_str(payload)?),
        "SettingWithdrawn" => Event::SettingWithdrawn(serde_json::from_str(payload)?),
        "AbnormalDelaySet" => Event::AbnormalDelaySet(serde_json::from_str(payload)?),
        "AbnormalDelayEnded" => Event::AbnormalDelayEnded(serde_json::from_str(payload)?),
        other => return Err(CodecError::UnknownType(other.to_owned())),
    })
}
