//! Events of an agent to bytes and back: the open part as text, who he is apart.

use personal::Pii;

use super::Person;
use super::event::AgentEvent;

/// Version of the layout of every event so far.
pub const SCHEMA_VERSION: u16 = 1;

/// The tag of the sealed part that says who he is.
const PERSON: u8 = b'n';

/// The event cannot be read: unknown type or version, or malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unreadable agent event")]
pub struct Unreadable;

/// An event ready for the log, its personal parts not yet sealed.
pub struct Encoded {
    /// The open part: its fields, without its name.
    pub payload: String,
    /// Personal parts: tag and content as JSON.
    pub parts: Vec<(u8, Vec<u8>)>,
}

personal::redact!(Encoded);

/// Separates an event into its open and its personal parts.
///
/// # Errors
/// [`Unreadable`] when it has no text form.
pub fn encode(mut event: AgentEvent) -> Result<Encoded, Unreadable> {
    let mut parts = Vec::new();
    if let AgentEvent::AgentEntered { person, .. } = &mut event
        && let Some(person) = person.take()
    {
        parts.push((PERSON, serde_json::to_vec(&person).map_err(|_| Unreadable)?));
    }
    // The name stands in a column of the log: `{"Name":{...}}` becomes `{...}`.
    let tagged = serde_json::to_string(&event).map_err(|_| Unreadable)?;
    let inner = tagged.strip_prefix(&format!("{{\"{}\":", event.name())).and_then(|rest| rest.strip_suffix('}'));
    Ok(Encoded { payload: inner.ok_or(Unreadable)?.to_owned(), parts })
}

/// Reads an event back. Without its parts it is the same event, who he is sealed.
///
/// # Errors
/// [`Unreadable`].
pub fn decode(
    event_type: &str,
    schema_version: u16,
    payload: &str,
    parts: &[(u8, Vec<u8>)],
) -> Result<AgentEvent, Unreadable> {
    if schema_version != SCHEMA_VERSION || !event_type.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(Unreadable);
    }
    let mut event = serde_json::from_str(&format!("{{\"{event_type}\":{payload}}}")).map_err(|_| Unreadable)?;
    for (tag, content) in parts {
        match (&mut event, *tag) {
            (AgentEvent::AgentEntered { person, .. }, PERSON) => {
                *person = Pii::Clear(serde_json::from_slice::<Person>(content).map_err(|_| Unreadable)?);
            }
            _ => return Err(Unreadable),
        }
    }
    Ok(event)
}
