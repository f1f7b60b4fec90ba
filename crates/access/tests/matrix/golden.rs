//! Golden samples, a name and a payload a line: never edited. A new layout gets its next version, an upcaster and samples of
//! its own.

use access::agent::event::AgentEvent;
use access::agent::{self, Person};
use access::codec;
use personal::Pii;

fn lines(golden: &str) -> impl Iterator<Item = (&str, &str)> {
    golden.lines().map(|line| line.split_once(' ').unwrap())
}

#[test]
fn every_event_of_an_organisation_ever_written_reads_back_to_the_same_bytes() {
    let golden = concat!(
        include_str!("../golden/organisation.v1.txt"),
        include_str!("../golden/participation.v1.txt"),
        include_str!("../golden/alerts.v1.txt"),
        include_str!("../golden/system_users.v1.txt")
    );
    let mut names = Vec::new();
    for (name, sample) in lines(golden) {
        let event = codec::decode(name, 1, sample).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(event.name(), name);
        assert_eq!(codec::encode(&event).unwrap(), sample);
        names.push(name);
    }
    names.dedup();
    assert_eq!(names.len(), 21, "every event has a sample");
    assert!(codec::decode("DeskOpened", 2, "{}").is_err());
}

#[test]
fn every_event_of_an_agent_ever_written_reads_back_to_the_same_bytes() {
    let mut names = Vec::new();
    for (name, sample) in lines(include_str!("../golden/agent.v1.txt")) {
        let event = agent::codec::decode(name, 1, sample, &[]).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(event.name(), name);
        let encoded = agent::codec::encode(event).unwrap();
        assert_eq!((encoded.payload.as_str(), encoded.parts.len()), (sample, 0));
        names.push(name);
    }
    names.dedup();
    assert_eq!(names.len(), 13, "every event has a sample");
}

/// Who an agent is stands in no open part, and comes back from the sealed one alone.
#[test]
fn who_an_agent_is_travels_apart() {
    let person = Person { name: "Lune Zoé".into(), email: "zoe.lune@exemple.fr".into() };
    let event = AgentEvent::AgentEntered { organisation: crate::siren(), desk: None, person: Pii::Clear(person) };
    let encoded = agent::codec::encode(event.clone()).unwrap();
    assert_eq!(encoded.payload, r#"{"organisation":"732829320","desk":null,"person":null}"#);
    assert_eq!(
        String::from_utf8(encoded.parts[0].1.clone()).unwrap(),
        r#"{"name":"Lune Zoé","email":"zoe.lune@exemple.fr"}"#
    );
    let opened = agent::codec::decode("AgentEntered", 1, &encoded.payload, &encoded.parts).unwrap();
    assert_eq!(opened, event);
    assert!(!format!("{opened:?}").contains("Lune"));
    assert!(agent::codec::decode("AccountAsked", 1, "{}", &encoded.parts).is_err(), "a part without a place");
    let open = r#"{"organisation":"732829320","desk":null,"person":{"name":"a","email":"b"}}"#;
    assert!(agent::codec::decode("AgentEntered", 1, open, &[]).is_err(), "a name in the open part");
}
