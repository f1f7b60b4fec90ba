//! The chain of upcasters, as the stock store runs it: it ends, and gives what the codec of the house gives.

use cqrs_es::EventEnvelope;
use cqrs_es::persist::SerializedEvent;
use demand::{Demand, codec, upcast};
use serde_json::{Value, json};

/// The type, the version of the layout and the open part, in a line each.
pub fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut lines = text.split('\n');
    let (Some(event_type), Some(version), Some(payload)) = (lines.next(), lines.next(), lines.next()) else { return };
    let Ok(payload) = serde_json::from_str::<Value>(payload) else { return };
    let stored = SerializedEvent::new(
        "0061126000001006A1".to_owned(),
        1,
        "demand".to_owned(),
        event_type.to_owned(),
        version.to_owned(),
        json!({ event_type: payload }),
        json!({}),
    );
    let current = upcast::version_of(event_type).to_string();
    let upcasters = register::upcasters();
    let event = upcasters.iter().fold(stored.clone(), |event, upcaster| {
        let can = upcaster.can_upcast(&event.event_type, &event.event_version);
        if can { upcaster.upcast(event) } else { event }
    });
    let more = |event: &SerializedEvent| {
        upcasters.iter().any(|upcaster| upcaster.can_upcast(&event.event_type, &event.event_version))
    };
    assert!(!more(&event), "the chain ends before the last layout");
    assert!(version != current || event == stored, "an event of the last layout is changed");

    let Ok(read) = event.event_version.parse::<u16>() else { return };
    let open = event.payload.get(&event.event_type).map(Value::to_string).unwrap_or_default();
    let ours = codec::decode(&event.event_type, read, &open, &[]);
    if read == upcast::version_of(&event.event_type) {
        let stock = EventEnvelope::<Demand>::try_from(event).map(|envelope| envelope.payload);
        assert!(stock.ok() == ours.ok(), "the stock store and the codec read two events");
    } else {
        assert!(ours.is_err(), "a layout that no build wrote is read");
    }
}
