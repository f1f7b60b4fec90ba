//! An event of the log: bytes are a typed error, or an event that is written and read again as the same.

use cqrs_es::Aggregate as _;
use demand::{codec, upcast};

use crate::decision::{look, states};

/// The type, the version of the layout and the open part in a line each, then a line for each personal part, its tag first.
pub fn run(input: &[u8]) {
    let mut lines = input.split(|byte| *byte == b'\n');
    let mut text = || lines.next().and_then(|line| std::str::from_utf8(line).ok());
    let (Some(event_type), Some(version), Some(payload)) = (text(), text(), text()) else { return };
    let Ok(version) = version.parse() else { return };
    let parts: Vec<_> = lines.filter_map(|line| Some((*line.first()?, line[1..].to_vec()))).collect();
    let event = match codec::decode(event_type, version, payload, &parts) {
        Ok(event) => event,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    assert_eq!(event.name(), event_type);
    let written = codec::encode(event.clone()).expect("what was read can be written");
    assert_eq!((written.event_type, written.schema_version), (event_type, upcast::version_of(event_type)));
    assert!(version <= written.schema_version, "a layout that no build wrote is read");
    let again = codec::decode(written.event_type, written.schema_version, &written.payload, &written.parts);
    let again = again.expect("what was written can be read");
    assert!(again == event, "the event is written as another one");
    let twice = codec::encode(again).expect("what was read can be written");
    assert!(twice.payload == written.payload && twice.parts == written.parts, "the event is written in two ways");
    // A log that was written to behind the register's back ends no process that folds and asks.
    for mut demand in states() {
        demand.apply(event.clone());
        look(&demand);
    }
}
