//! What the log takes out of an event's metadata, and what it says of an event.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::Value;
use uuid::Uuid;

use super::Unpersisted;
use crate::RecordedEvent;

/// The metadata that the log heeds: the command's id, a UUID. Without it each attempt is a command of its own.
pub const COMMAND_ID: &str = "command_id";
/// Who acts; without it the actor that the repository was made for.
pub const ACTOR: &str = "actor";
/// For which organisation; without it the one that the repository was made for.
pub const ORGANISATION: &str = "organisation";
/// The day the act counts from; without it the day of record, in UTC.
pub const EFFECTIVE_ON: &str = "effective_on";
const POSITION: &str = "position";
const RECORDED_AT: &str = "recorded_at";

/// An event's metadata: what the log keeps in fields of its own, and the rest.
#[derive(Default)]
pub(super) struct Metadata {
    pub(super) command_id: Option<Uuid>,
    pub(super) actor: Option<String>,
    pub(super) organisation: Option<String>,
    pub(super) effective_on: Option<Date>,
    pub(super) rest: BTreeMap<String, String>,
}

impl Metadata {
    pub(super) fn read(metadata: &Value) -> Result<Self, Unpersisted> {
        let all: Option<BTreeMap<String, String>> = serde_json::from_value(metadata.clone()).ok().flatten();
        let mut rest = all.ok_or(Unpersisted::Metadata("as a whole"))?;
        let command_id = rest.remove(COMMAND_ID).map(|id| Uuid::parse_str(&id));
        let effective_on = rest.remove(EFFECTIVE_ON).map(|day| day.parse());
        Ok(Self {
            command_id: command_id.transpose().map_err(|_| Unpersisted::Metadata(COMMAND_ID))?,
            actor: rest.remove(ACTOR),
            organisation: rest.remove(ORGANISATION),
            effective_on: effective_on.transpose().map_err(|_| Unpersisted::Metadata(EFFECTIVE_ON))?,
            rest,
        })
    }
}

/// The metadata of a recorded event: what came with it, and where and when it was recorded.
pub(super) fn of(event: &RecordedEvent, mut metadata: BTreeMap<String, String>) -> Value {
    metadata.extend(
        [
            (COMMAND_ID, event.command_id.to_string()),
            (ACTOR, event.actor.clone()),
            (ORGANISATION, event.organisation.clone()),
            (EFFECTIVE_ON, event.effective_on.to_string()),
            (POSITION, event.position.to_string()),
            (RECORDED_AT, event.recorded_at.to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    metadata.into_iter().map(|(name, value)| (name, Value::String(value))).collect::<serde_json::Map<_, _>>().into()
}
