//! Events of an organisation to text and back. They hold no personal data: nothing is sealed.

use super::event::OrganisationEvent;

/// Version of the layout of every event so far.
pub const SCHEMA_VERSION: u16 = 1;

/// The event cannot be read: unknown type or version, or malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unreadable organisation event")]
pub struct Unreadable;

/// The open payload of an event: its fields, without its name.
pub fn encode(event: &OrganisationEvent) -> Result<String, Unreadable> {
    // The name stands in a column of the log: `{"Name":{...}}` becomes `{...}`.
    let tagged = serde_json::to_string(event).map_err(|_| Unreadable)?;
    let inner = tagged.strip_prefix(&format!("{{\"{}\":", event.name())).and_then(|rest| rest.strip_suffix('}'));
    inner.map(str::to_owned).ok_or(Unreadable)
}

/// Reads an event back.
pub fn decode(event_type: &str, schema_version: u16, payload: &str) -> Result<OrganisationEvent, Unreadable> {
    if schema_version != SCHEMA_VERSION || !event_type.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(Unreadable);
    }
    serde_json::from_str(&format!("{{\"{event_type}\":{payload}}}")).map_err(|_| Unreadable)
}
