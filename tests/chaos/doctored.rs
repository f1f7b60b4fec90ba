//! The checker on doctored evidence: each sabotage must be found, and named for what it is.

use jiff::Timestamp;
use jiff::civil::date;
use nomenclature::{Actor, UniqueNumber};
use serde_json::Value;
use tests::cast::{self, ANTIBES, NICE};
use tests::ledger::Entry;
use tests::wire::{Ack, Order, Reply};
use uuid::Uuid;

use tests::stage::checker::faults;
use tests::stage::evidence::{Evidence, Row};

const FIRST: &str = "0061126000001G0601";
const SECOND: &str = "0061126000002G0604";

/// A day at two desks, written by hand: two households register, one renews, one leaves; a third act is refused.
fn sound() -> Evidence {
    let mut scene = Scene::default();
    scene.row("organisation", "732829320", 1, "Registered", "operator", 100, Some(1));
    scene.asks(1, NICE, None, cast::register(cast::form("Lune", "Zoé", "1990-02-28")));
    scene.does(1, FIRST, 1, &["Registered", "PieceAdded"]);
    scene.asks(2, ANTIBES, None, cast::register(cast::form("Soleil", "Paul", "1988-07-14")));
    scene.does(2, SECOND, 1, &["Registered", "PieceAdded"]);
    scene.asks(3, NICE, Some(FIRST), cast::renew());
    scene.does(3, FIRST, 3, &["Renewed"]);
    scene.asks(4, NICE, Some(FIRST), cast::renew());
    scene.refuses(4, "ALREADY_RENEWED_TODAY");
    scene.asks(5, ANTIBES, Some(SECOND), cast::renounce("2026-11-23"));
    scene.does(5, SECOND, 3, &["Radiated"]);
    scene.asks(6, NICE, None, cast::register(cast::form("LUNE", "Zoé", "1990-02-28")));
    scene.refuses(6, "DUPLICATE_DEMAND");
    Evidence {
        head: scene.events.len() as i64,
        ledger: scene.ledger,
        events: scene.events,
        claims: vec![FIRST.to_owned()],
    }
}

#[derive(Default)]
struct Scene {
    ledger: Vec<Entry>,
    events: Vec<Row>,
}

impl Scene {
    #[expect(clippy::too_many_arguments, reason = "a row has as many columns")]
    fn row(
        &mut self,
        stream_type: &str,
        stream: &str,
        version: u32,
        event_type: &str,
        organisation: &str,
        command: u128,
        command_size: Option<i64>,
    ) {
        self.events.push(Row {
            position: self.events.len() as i64 + 1,
            stream_type: stream_type.to_owned(),
            stream: stream.to_owned(),
            version,
            event_type: event_type.to_owned(),
            organisation: organisation.to_owned(),
            command_id: Uuid::from_u128(command),
            command_size,
        });
    }

    fn asks(&mut self, command: u128, actor: &str, number: Option<&str>, act: Value) {
        self.ledger.push(Entry::Intent(Box::new(Order {
            command_id: Uuid::from_u128(command),
            version: None,
            again: false,
            actor: Actor::parse(actor).unwrap(),
            number: number.map(|number| UniqueNumber::parse(number).unwrap()),
            act: serde_json::from_value(act).unwrap(),
        })));
    }

    fn does(&mut self, command: u128, stream: &str, from_version: u32, events: &[&str]) {
        let Some(Entry::Intent(order)) = self.ledger.last() else { panic!("nothing was asked") };
        let organisation = order.actor.organisation_code().to_owned();
        for (index, event) in events.iter().enumerate() {
            let size = (index == 0).then_some(events.len() as i64);
            self.row("demand", stream, from_version + index as u32, event, &organisation, command, size);
        }
        let last = self.events.last().unwrap();
        self.ledger.push(Entry::Answer(Reply::Ack(Ack {
            command_id: last.command_id,
            number: UniqueNumber::parse(stream).unwrap(),
            version: last.version,
            position: last.position,
            effective_on: date(2026, 11, 23),
            recorded_at: Timestamp::UNIX_EPOCH,
        })));
    }

    fn refuses(&mut self, command: u128, reason: &str) {
        let reason = reason.to_owned();
        self.ledger.push(Entry::Answer(Reply::Refused { command_id: Uuid::from_u128(command), reason }));
    }
}

/// What the checker says about evidence that somebody has doctored.
fn after(doctor: impl FnOnce(&mut Evidence)) -> Vec<String> {
    let mut evidence = sound();
    doctor(&mut evidence);
    faults(&evidence)
}

fn assert_found(faults: &[String], what: &str) {
    assert!(faults.iter().any(|fault| fault.contains(what)), "{what:?} not found: {faults:?}");
}

/// Closes the gap that a removed event leaves, as a thorough forger would.
fn renumber(evidence: &mut Evidence) {
    for (position, row) in (1..).zip(&mut evidence.events) {
        row.position = position;
    }
    evidence.head = evidence.events.len() as i64;
}

fn acks(evidence: &mut Evidence) -> impl Iterator<Item = &mut Ack> {
    evidence.ledger.iter_mut().filter_map(|entry| match entry {
        Entry::Answer(Reply::Ack(ack)) => Some(ack),
        _ => None,
    })
}

#[test]
fn sound_evidence_has_no_fault() {
    assert_eq!(faults(&sound()), Vec::<String>::new());
}

#[test]
fn a_lost_acknowledgement_is_found_even_when_the_gap_was_closed() {
    let lost = after(|evidence| {
        evidence.events.retain(|row| row.event_type != "Renewed");
        renumber(evidence);
    });
    assert_found(&lost, "was acknowledged at position 6 and is lost");
}

#[test]
fn half_a_command_is_found() {
    let half = after(|evidence| {
        evidence.events.remove(4);
        renumber(evidence);
    });
    assert_found(&half, r#"did ["Registered"]"#);
}

#[test]
fn a_doubled_effect_is_found() {
    let doubled = after(|evidence| {
        let mut again = evidence.events[5].clone();
        (again.position, again.version) = (8, 4);
        evidence.events.push(again);
        evidence.head = 8;
    });
    assert_found(&doubled, "was done 2 times");
}

#[test]
fn a_gap_is_found_in_positions_and_in_versions_and_at_the_end() {
    assert_found(&after(|evidence| drop(evidence.events.remove(2))), "position 3 is missing");
    assert_found(&after(|evidence| evidence.head += 1), "the head says 8, the last event stands at 7");
    let versions = after(|evidence| evidence.events[5].version = 4);
    assert_found(&versions, "goes from version 2 to 4");
}

#[test]
fn a_lost_claim_and_a_claim_left_behind_are_found() {
    assert_found(&after(|evidence| evidence.claims.clear()), "has lost its claim");
    let left = after(|evidence| evidence.claims.push(SECOND.to_owned()));
    assert_found(&left, "holds a claim that is not its own");
}

#[test]
fn an_answer_that_the_log_contradicts_is_found() {
    for (doctor, what) in [
        ((|ack: &mut Ack| ack.version += 1) as fn(&mut Ack), "version 3 position 3, the log has"),
        (|ack| ack.position += 1, "version 2 position 4, the log has"),
        (|ack| ack.number = UniqueNumber::parse(SECOND).unwrap(), "was answered 0061126000002G0604 version 2"),
    ] {
        let contradicted = after(|evidence| doctor(acks(evidence).next().unwrap()));
        assert_found(&contradicted, what);
    }
}

#[test]
fn a_number_given_twice_is_found() {
    let twice = after(|evidence| {
        let first = acks(evidence).next().unwrap().number;
        acks(evidence).nth(1).unwrap().number = first;
    });
    assert_found(&twice, "number 0061126000001G0601 was given twice");
}

#[test]
fn an_event_that_nobody_asked_for_is_found() {
    let unasked = after(|evidence| {
        let mut row = evidence.events[6].clone();
        (row.position, row.version, row.command_id) = (8, 4, Uuid::from_u128(99));
        evidence.events.push(row);
        evidence.head = 8;
    });
    assert_found(&unasked, "which nobody asked for");
}

#[test]
fn a_refused_command_with_an_effect_is_found() {
    let done = after(|evidence| {
        let mut row = evidence.events[5].clone();
        (row.position, row.version, row.command_id) = (8, 4, Uuid::from_u128(4));
        evidence.events.push(row);
        evidence.head = 8;
    });
    assert_found(&done, "was refused (ALREADY_RENEWED_TODAY) and stands at position 8");
}

#[test]
fn a_refusal_that_nothing_explains_is_found() {
    let odd = after(|evidence| {
        for entry in &mut evidence.ledger {
            if let Entry::Answer(Reply::Refused { reason, .. }) = entry {
                *reason = "DEMAND_NOT_FOUND".to_owned();
            }
        }
    });
    assert_found(&odd, "was refused: DEMAND_NOT_FOUND");
}

#[test]
fn a_command_that_nobody_settled_is_found() {
    let open = after(|evidence| evidence.ledger.retain(|entry| !matches!(entry, Entry::Answer(Reply::Refused { .. }))));
    assert_found(&open, "was never settled");
}

#[test]
fn a_person_with_two_active_demands_is_found() {
    let twice = after(|evidence| {
        let mut scene = Scene { ledger: evidence.ledger.clone(), events: evidence.events.clone() };
        scene.asks(7, ANTIBES, None, cast::register(cast::form("LUNE", "Zoé", "1990-02-28")));
        scene.does(7, "0061126000003G0604", 1, &["Registered", "PieceAdded"]);
        evidence.claims.push("0061126000003G0604".to_owned());
        (evidence.head, evidence.ledger, evidence.events) = (9, scene.ledger, scene.events);
    });
    assert_eq!(twice, ["the person registered at 2 was registered again at 8"]);
}
