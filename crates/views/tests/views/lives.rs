//! Random lives: the sample's forms, registered on any day, and whatever acts come in whatever order.

use std::collections::BTreeMap;

use cqrs_es::Aggregate as _;
use demand::{Act, By, Demand, DemandCommand, DemandEvent, Settings};
use event_log::{Position, RecordedEvent};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use nomenclature::{Actor, DeskCode, Sequence, Siren, Territory, UniqueNumber};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::folding::recorded;
use crate::world::lines;

/// The day on which all of them have happened.
pub const TODAY: Date = date(2026, 11, 23);
const FIRST: Date = date(2025, 1, 20);
const DESKS: [&str; 3] = ["G0601", "G0602", "006A1"];

/// Values of strategies, the same for the same seed.
pub struct Dice(TestRunner);

impl Dice {
    pub fn new(seed: u8) -> Self {
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
        Self(TestRunner::new_with_rng(Config::default(), rng))
    }

    pub fn draw<S: Strategy>(&mut self, strategy: S) -> S::Value {
        strategy.new_tree(&mut self.0).unwrap().current()
    }
}

/// What happened, in the order of the log, and each demand as its aggregate is.
pub struct Lives {
    pub events: Vec<(RecordedEvent, DemandEvent)>,
    pub demands: BTreeMap<UniqueNumber, Demand>,
}

fn acts(kind: u8, today: Date, deposit: Uuid) -> Vec<Act> {
    let day = today.to_string();
    let before = today.saturating_sub(9.days()).to_string();
    let list = json!({"list_notice": {}});
    let sent = json!({"record_notice_sent": {"sent_on": day, "channel": "POST", "reference": "LOT 1"}});
    let found = json!({"record_inadmissibility": {"decided_on": day, "ground": "IRRRES"}});
    let seised = json!({"seise_dalo": {"seised_on": day, "route": "EXP"}});
    let acts = match kind {
        8 | 9 => vec![found, warning(&day, "INADMISSIBLE", None)],
        15..=18 => vec![list],
        24 => vec![seised],
        25 => vec![seised, json!({"decide_dalo": {"decided_on": day, "decision": "PRIORITY"}})],
        19..=21 => vec![list, sent],
        _ => vec![one(kind, &day, &before, deposit)],
    };
    acts.into_iter().map(|act| serde_json::from_value(act).unwrap()).collect()
}

fn one(kind: u8, day: &str, before: &str, deposit: Uuid) -> Value {
    match kind {
        0 | 1 => json!({"renew": {"form": {}}}),
        2 => json!({"issue_certificate": {"issued_on": day, "channel": "POST"}}),
        3 | 4 => json!({"deposit_piece": {"piece_type": "TAX"}}),
        5 => json!({"set_deposit_aside": {"deposit_id": deposit, "reason": "INCOMPLETE"}}),
        6 => warning(day, "NO_ANSWER", Some(before)),
        7 => json!({"record_answer": {"received_on": day}}),
        10 => json!({"attribute": {"decided_on": day}}),
        11 => json!({"refuse_attribution": {"refused_on": day}}),
        12 => json!({"report_lease": {"signed_on": before, "reference": "courrier"}}),
        13 => json!({"report_lease": {"reference": "courrier"}}),
        14 => json!({"withdraw_lease_report": {}}),
        22 => json!({"radiate_not_renewed": {}}),
        23 => json!({"reinstate": {}}),
        26 => json!({"radiate_no_answer": {}}),
        _ => json!({"renounce": {"written_on": day, "written_act": "LETTER"}}),
    }
}

fn warning(day: &str, kind: &str, letter: Option<&str>) -> Value {
    json!({"record_warning": {"kind": kind, "letter_sent_on": letter, "sent_on": day, "proof": "REGISTERED_LETTER",
        "reference": "2C 1"}})
}

impl Lives {
    /// Three times as many households as the sample has.
    pub fn random(dice: &mut Dice) -> Self {
        let (mut days, mut demands) = (Vec::new(), BTreeMap::new());
        let registrations: Vec<_> = lines().into_iter().filter(|line| matches!(line.act, Act::Register(_))).collect();
        let thrice = (0..3).flat_map(|round| registrations.iter().cloned().map(move |line| (round, line)));
        for (round, line) in thrice {
            let Actor::Agent { organisation, .. } = line.actor else { panic!("an agent registers") };
            // Days near the ends of months clip.
            let filed = FIRST.saturating_add(dice.draw(0i64..670).days());
            let filed = if dice.draw(any::<bool>()) { filed.last_of_month() } else { filed };
            let desk = DeskCode::parse(DESKS[dice.draw(0..DESKS.len())]).unwrap();
            let sequence = Sequence::try_new(line.seq + round * 100_000).unwrap();
            let number = UniqueNumber::compose(Territory::parse("006").unwrap(), filed, sequence, desk);
            let mut life = Life { number, demand: Demand::default(), organisation, desk, dice, days: &mut days };
            let Act::Register(mut registration) = line.act else { continue };
            registration.filed_on = None;
            life.lives(filed, Act::Register(registration));
            let mut today = filed;
            let acts_to_come = life.dice.draw(prop::collection::vec((0u8..29, 0i64..60), 2..14));
            for (at, (kind, after)) in acts_to_come.into_iter().enumerate() {
                today = today.saturating_add(after.days());
                // Notices have their time.
                if let (15..=21, Demand::Active(active)) = (kind, &life.demand) {
                    today = today.max(active.expires_on().saturating_sub((after + 10).days()));
                }
                if today > TODAY {
                    break;
                }
                let deposit = deposit_of(&life.demand).unwrap_or(Uuid::from_u128(at as u128));
                for act in acts(kind, today, deposit) {
                    life.lives(today, act);
                }
            }
            demands.insert(number, life.demand);
        }
        days.sort_by_key(|(day, _, _)| *day);
        let mut versions: BTreeMap<UniqueNumber, u32> = BTreeMap::new();
        let events = days.into_iter().zip(1..).map(|((_, number, event), position)| {
            let version = versions.entry(number).or_default();
            *version += 1;
            (recorded(number, *version, Position::try_new(position).unwrap(), &event), sealed(event))
        });
        Self { events: events.collect(), demands }
    }
}

/// As the log gives it to who has no key.
fn sealed(event: DemandEvent) -> DemandEvent {
    let encoded = demand::codec::encode(event).unwrap();
    demand::codec::decode(encoded.event_type, encoded.schema_version, &encoded.payload, &[]).unwrap()
}

fn deposit_of(demand: &Demand) -> Option<Uuid> {
    Some(demand.content()?.deposits.first()?.deposit_id)
}

struct Life<'a> {
    number: UniqueNumber,
    demand: Demand,
    organisation: Siren,
    desk: DeskCode,
    dice: &'a mut Dice,
    days: &'a mut Vec<(Date, UniqueNumber, DemandEvent)>,
}

impl Life<'_> {
    /// What the rules refuse does not happen.
    fn lives(&mut self, today: Date, act: Act) {
        // Another desk may take pieces in.
        let desk = if matches!(act, Act::DepositPiece(_)) {
            DESKS[self.dice.draw(0..DESKS.len())]
        } else {
            self.desk.as_str()
        };
        let by = By {
            organisation: self.organisation,
            desk: DeskCode::parse(desk).ok(),
            channel: nomenclature::Channel::Desk,
            declares: demand::Declares::WhatItKnows,
        };
        let drawn = Uuid::from_u128(u128::from(self.dice.draw(1u64..)));
        let command =
            DemandCommand { today, by, person_ref: drawn, piece_id: drawn, settings: Settings::default(), act };
        for event in self.demand.decide(&command).unwrap_or_default() {
            self.days.push((today, self.number, event.clone()));
            self.demand.apply(sealed(event));
        }
    }
}
