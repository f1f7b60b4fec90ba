//! The fold without a database: events decided by the domain, in the sample's order.

use std::collections::BTreeMap;

use cqrs_es::Aggregate as _;
use demand::event::DemandEvent;
use demand::{Act, By, Declares, Demand, DemandCommand, codec};
use event_log::{Position, RecordedEvent, StreamId, StreamType, TerritoryCode};
use nomenclature::{Sequence, UniqueNumber};
use projection::Opened;
use proptest::prelude::*;
use uuid::Uuid;
use views::shared_management::{Row, Rows};
use views::{Blinder, Reading, SeenEvent};

use crate::world::lines;

/// Not keyed: good enough to tell parts apart.
pub struct Plain;

impl Blinder for Plain {
    fn blind(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut hash = [0; 32];
        for (at, byte) in parts.join(&0xFF).into_iter().enumerate() {
            hash[at % 32] = u8::rotate_left(hash[at % 32], 3) ^ byte;
        }
        hash
    }
}

struct Told {
    events: Vec<(RecordedEvent, SeenEvent)>,
    demands: BTreeMap<UniqueNumber, Demand>,
}

/// What the domain decides on the sample, without claims and rights; and each demand as its aggregate is.
fn told() -> &'static Told {
    static TOLD: std::sync::OnceLock<Told> = std::sync::OnceLock::new();
    TOLD.get_or_init(|| {
        let mut events = Vec::new();
        let mut demands: BTreeMap<UniqueNumber, Demand> = BTreeMap::new();
        let mut numbers: BTreeMap<u32, UniqueNumber> = BTreeMap::new();
        let mut versions: BTreeMap<UniqueNumber, u32> = BTreeMap::new();
        for line in lines() {
            let nomenclature::Actor::Agent { organisation, desk: Some(desk), .. } = line.actor else { continue };
            let registers = matches!(line.act, Act::Register(_));
            if registers && numbers.contains_key(&line.household) {
                continue;
            }
            let number = *numbers.entry(line.household).or_insert_with(|| {
                let territory = nomenclature::Territory::parse("006").unwrap();
                UniqueNumber::compose(territory, line.day, Sequence::try_new(line.seq).unwrap(), desk)
            });
            let demand = demands.entry(number).or_default();
            let command = DemandCommand {
                today: line.day,
                by: By { organisation, desk: Some(desk), channel: line.channel, declares: Declares::WhatItKnows },
                person_ref: Uuid::from_u128(u128::from(line.household)),
                piece_id: Uuid::from_u128(u128::from(line.seq) << 64),
                settings: demand::Settings::default(),
                act: line.act,
            };
            for event in demand.decide(&command).unwrap_or_default() {
                let version = versions.entry(number).or_default();
                *version += 1;
                let position = Position::try_new(i64::try_from(events.len()).unwrap() + 1).unwrap();
                events.push((recorded(number, *version, position, &event), event.clone()));
                demand.apply(event);
            }
        }
        let seen = |recorded: &RecordedEvent, event| SeenEvent {
            event,
            reading: Reading::Clear,
            identity: Some(recorded.sealed.clone()),
        };
        let events = events.into_iter().map(|(recorded, event): (RecordedEvent, _)| {
            let event = seen(&recorded, event);
            (recorded, event)
        });
        Told { events: events.collect(), demands }
    })
}

pub fn recorded(number: UniqueNumber, version: u32, position: Position, event: &DemandEvent) -> RecordedEvent {
    let encoded = codec::encode(event.clone()).unwrap();
    RecordedEvent {
        position,
        recorded_at: "2026-11-23T12:00:00Z".parse().unwrap(),
        command_id: Uuid::nil(),
        key_id: Some(i64::from(number.sequence().value())),
        effective_on: event.effective_on(jiff::civil::date(2026, 11, 23)),
        version,
        schema_version: encoded.schema_version,
        command_size: Some(1),
        stream_type: StreamType::from_static("demand"),
        territory: Some(TerritoryCode::parse("006").unwrap()),
        stream: StreamId::parse(number.to_string()).unwrap(),
        event_type: encoded.event_type.to_owned(),
        organisation: "000005173".to_owned(),
        actor: "000005173/-/a".to_owned(),
        payload: encoded.payload,
        sealed: encoded.parts.into_iter().flat_map(|(_, part)| part).collect(),
        commitment: None,
        leaf: [0; 32],
        body_digest: None,
    }
}

fn fold(rows: &mut Rows, (recorded, event): &(RecordedEvent, SeenEvent)) {
    rows.fold(&Opened { recorded, event: event.clone() }, &Plain);
}

fn whole() -> Rows {
    let mut rows = Rows::default();
    told().events.iter().for_each(|event| fold(&mut rows, event));
    rows
}

/// Folds page by page, each with nothing in hand but the rows that it touches.
fn in_pages(ends: &[usize]) -> Rows {
    let mut kept = Rows::default();
    let mut from = 0;
    let events = &told().events;
    for end in ends.iter().copied().chain([events.len()]) {
        let page = &events[from..end.max(from)];
        from = end.max(from);
        let mut hand = Rows::default();
        for (recorded, _) in page {
            let number = UniqueNumber::parse(recorded.stream.as_str()).unwrap();
            kept.get(number).into_iter().for_each(|row: &Row| hand.put(row.clone()));
        }
        page.iter().for_each(|event| fold(&mut hand, event));
        hand.iter().for_each(|row| kept.put(row.clone()));
    }
    kept
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_split_of_pages_gives_the_same_rows(mut ends in prop::collection::vec(0..told().events.len(), 0..40)) {
        ends.sort_unstable();
        prop_assert!(in_pages(&ends) == whole());
    }
}

#[test]
fn a_row_says_what_its_demand_says() {
    let rows = whole();
    let (mut active, mut radiated) = (0, 0);
    for (number, demand) in &told().demands {
        let Some(content) = demand.content() else {
            assert!(rows.get(*number).is_none());
            continue;
        };
        let row = rows.get(*number).unwrap();
        let shared = &row.demand;
        assert_eq!((shared.number, shared.territory), (*number, content.territory));
        assert_eq!((shared.filed_on, shared.last_renewed_on), (content.filed_on, content.last_renewed_on));
        assert_eq!(shared.expires_on, content.expires_on());
        assert_eq!((shared.person_ref, shared.forced), (content.person_ref, content.forced));
        assert_eq!(shared.facts, content.facts);
        assert_eq!(shared.pieces, content.pieces);
        assert_eq!(shared.attributions, content.attributions);
        assert!(shared.identity.is_some() && !row.tokens.is_empty());
        match demand {
            Demand::Radiated(demand) => {
                assert_eq!(row.radiated_on, Some(demand.radiated_on));
                radiated += 1;
            }
            _ => active += 1,
        }
    }
    assert!(active > 40 && radiated > 3, "{active} active, {radiated} radiated");
}

#[test]
fn the_identity_is_that_of_the_last_event_that_carried_it_unchanged() {
    let rows = whole();
    let mut changed = 0;
    for row in rows.iter() {
        let identity = row.demand.identity.as_ref().unwrap();
        let mut carrying = told().events.iter().filter(|(recorded, event)| {
            let rubrics = match &event.event {
                DemandEvent::Registered(event) => &event.rubrics,
                DemandEvent::Modified(event) => &event.rubrics,
                DemandEvent::Renewed(event) => &event.rubrics,
                _ => return false,
            };
            recorded.stream.as_str() == row.demand.number.to_string() && rubrics.letters().contains('a')
        });
        let (last, _) = carrying.next_back().unwrap();
        assert_eq!((identity.version, Some(identity.key_id)), (last.version, last.key_id));
        assert_eq!(identity.sealed, last.sealed);
        changed += usize::from(identity.version > 1);
    }
    assert!(changed > 0, "somebody's identity changes in the sample");
}

#[test]
fn an_erased_person_leaves_facts_and_no_more() {
    let rows = whole();
    let mut erased = Rows::default();
    for (recorded, event) in &told().events {
        // Readable when the demand was registered, erased before the next event.
        let reading = if recorded.version == 1 { Reading::Clear } else { Reading::Erased };
        let event = SeenEvent { reading, ..event.clone() };
        erased.fold(&Opened { recorded, event }, &Plain);
    }
    for row in erased.iter().filter(|row| row.demand.version > 1) {
        assert!(row.demand.identity.is_none() && row.tokens.is_empty());
        let readable = rows.get(row.demand.number).unwrap();
        assert_eq!((&row.demand.facts, row.demand.version), (&readable.demand.facts, readable.demand.version));
    }
}
