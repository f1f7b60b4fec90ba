//! What was read becomes an act: decided on a demand in each of its states, it is refused by a type, or gives events that the
//! codec holds.

use std::sync::LazyLock;

use cqrs_es::Aggregate as _;
use demand::claims::claims_of;
use demand::{Act, By, Declares, Demand, DemandCommand, DemandEvent, Settings, codec};
use jiff::civil::{Date, date};
use nomenclature::{Channel, DeskCode, Siren};
use uuid::Uuid;

/// The act that registers the household of the states: a couple with a child.
const REGISTRATION: &str = include_str!("registration.json");
/// The day that everything is decided on: two weeks after that registration.
pub const TODAY: Date = date(2025, 8, 15);

static STATES: LazyLock<[Demand; 3]> = LazyLock::new(|| {
    let act = |text: &str| serde_json::from_str(text).expect("the act can be read");
    let after = |demand: &Demand, act: Act| {
        let mut demand = demand.clone();
        let events = demand.decide(&command(act, Channel::Desk)).expect("the act is accepted");
        events.into_iter().for_each(|event| demand.apply(event));
        demand
    };
    let unregistered = Demand::default();
    let active = after(&unregistered, act(REGISTRATION));
    let renounced = r#"{"renounce":{"written_on":"2025-08-14","written_act":"LETTER"}}"#;
    let radiated = after(&active, act(renounced));
    [unregistered, active, radiated]
});

/// A demand before it is one, active, and radiated.
pub fn states() -> [Demand; 3] {
    STATES.clone()
}

fn command(act: Act, channel: Channel) -> DemandCommand {
    DemandCommand {
        today: TODAY,
        by: By {
            organisation: Siren::parse("732829320").expect("the SIREN is well formed"),
            desk: DeskCode::parse("G0601").ok(),
            channel,
            declares: Declares::WhatItKnows,
        },
        person_ref: Uuid::from_u128(1),
        piece_id: Uuid::from_u128(2),
        settings: Settings::default(),
        act,
    }
}

/// Decides an act everywhere.
pub fn decide(act: &Act, channel: Channel) {
    let command = command(act.clone(), channel);
    for mut demand in states() {
        match demand.decide(&command) {
            Ok(events) => {
                for event in events {
                    holds(&event);
                    demand.apply(event);
                }
                look(&demand);
            }
            Err(rejection) => {
                assert!(!rejection.reason.code().is_empty());
                for violation in &rejection.violations {
                    assert!(!violation.field.is_empty() && !violation.reason.code().is_empty());
                }
            }
        }
    }
}

/// What views and the run of a day ask of a demand is answered, whatever its events say.
pub fn look(demand: &Demand) {
    let settings = Settings::default();
    for pending in demand.pending() {
        let (falls, earliest) = (pending.falls(&settings), pending.falls_at_the_earliest(&settings));
        assert!(earliest.day() <= falls.day(), "a delay falls due before it can");
    }
    demand.status_on(TODAY);
    let _ = claims_of(demand);
    let _ = demand.decide(&command(Act::Renew { form: Box::default() }, Channel::Desk));
}

/// The event is read as it was written.
fn holds(event: &DemandEvent) {
    let written = codec::encode(event.clone()).expect("an event that was decided can be written");
    let read = codec::decode(written.event_type, written.schema_version, &written.payload, &written.parts);
    assert!(read.expect("what was written can be read") == *event, "the event is read as another one");
}
