//! The same person in other territories, over random registrations, radiations and returns in several of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use demand::event::DemandEvent;
use event_log::Position;
use jiff::civil::date;
use nomenclature::{Sequence, Territory, UniqueNumber};
use projection::{AtLeast, Opened, Projection as _, QueryError};
use proptest::prelude::*;
use sqlx::Connection as _;
use uuid::Uuid;
use views::shared_management::SharedManagement;
use views::{Reading, SeenEvent};

use crate::folding::{Plain, recorded};
use crate::lives::{Dice, Lives};
use crate::world::{World, everywhere, later};

const TERRITORIES: [&str; 4] = ["006", "013", "02A", "111"];

/// A demand as this test keeps it.
#[derive(Clone, Copy)]
struct Kept {
    person: Option<Uuid>,
    active: bool,
}

struct Country {
    events: Vec<(event_log::RecordedEvent, SeenEvent)>,
    kept: BTreeMap<UniqueNumber, Kept>,
}

/// Registrations and radiations of the lives, each moved to some territory and given to one of few persons.
fn country(dice: &mut Dice) -> Country {
    let lives = Lives::random(dice);
    let (mut events, mut kept) = (Vec::new(), BTreeMap::new());
    let (mut moved, mut versions) = (BTreeMap::new(), BTreeMap::<UniqueNumber, u32>::new());
    for (from, mut event) in lives.events {
        let old = UniqueNumber::parse(from.stream.as_str()).unwrap();
        let number = *moved.entry(old).or_insert_with(|| {
            let territory = Territory::parse(TERRITORIES[dice.draw(0..TERRITORIES.len())]).unwrap();
            let sequence = Sequence::try_new(old.sequence().value()).unwrap();
            UniqueNumber::compose(territory, date(2026, 1, 1), sequence, old.desk())
        });
        match &mut event {
            DemandEvent::Registered(registered) => {
                let person = dice.draw(prop::option::weighted(0.9, 1u128..25)).map(Uuid::from_u128);
                (registered.territory, registered.person_ref) = (number.territory(), person);
                kept.insert(number, Kept { person, active: true });
            }
            DemandEvent::Radiated(_) => kept.get_mut(&number).unwrap().active = false,
            DemandEvent::Reinstated(reinstated) => {
                let person = kept[&number].person;
                reinstated.person_ref = person;
                kept.insert(number, Kept { person, active: true });
            }
            _ => {}
        }
        let version = versions.entry(number).or_default();
        *version += 1;
        let position = Position::try_new(i64::try_from(events.len()).unwrap() + 1).unwrap();
        let recorded = recorded(number, *version, position, &event);
        events.push((recorded, SeenEvent { event, reading: Reading::Clear, identity: None }));
    }
    Country { events, kept }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_elsewhere_is_found_by_his_reference_and_counted_once() {
    for seed in [1, 2] {
        let (world, mut dice) = (World::caught_up().await, Dice::new(seed));
        let country = country(&mut dice);
        world.sql(
            "TRUNCATE views.shared_demands, views.shared_demand_communes, views.shared_demand_types, \
             views.shared_demand_situations, \
             views.shared_demand_tokens",
        );
        let mut session = world.database().await;
        sqlx::raw_sql("SET search_path TO views").execute(&mut session).await.unwrap();
        let projection = SharedManagement::new(Arc::new(Plain));
        let mut rest = country.events.as_slice();
        while !rest.is_empty() {
            let (page, after) = rest.split_at(dice.draw(1..=rest.len().min(300)));
            let opened: Vec<_> =
                page.iter().map(|(recorded, event)| Opened { recorded, event: event.clone() }).collect();
            let mut transaction = session.begin().await.unwrap();
            projection.fold(&opened, &mut transaction).await.unwrap();
            transaction.commit().await.unwrap();
            rest = after;
        }
        let (mut several, mut radiated) = (0, 0);
        for (number, Kept { person, active }) in &country.kept {
            let found = world.view.elsewhere(everywhere(), *number, AtLeast::NOW, later()).await.unwrap().demands;
            if !active {
                radiated += 1;
                assert_eq!(found, None, "a radiated demand leads nowhere");
                continue;
            }
            let expected: Vec<(Territory, UniqueNumber)> = country
                .kept
                .iter()
                .filter(|(other, kept)| {
                    kept.active && person.is_some() && kept.person == *person && other.territory() != number.territory()
                })
                .map(|(other, _)| (other.territory(), *other))
                .collect();
            several += usize::from(expected.len() > 1);
            assert_eq!(found, Some(expected), "seed {seed}");
        }
        assert!(several > 10 && radiated > 3, "{several} {radiated}");

        // The national count, as whoever reads the tables counts it: everybody once, associations for themselves.
        let active = || country.kept.values().filter(|kept| kept.active);
        let persons: BTreeSet<Uuid> = active().filter_map(|kept| kept.person).collect();
        let households = persons.len() + active().filter(|kept| kept.person.is_none()).count();
        let counted = world.sql(
            "SELECT count(DISTINCT person_ref) + count(*) FILTER (WHERE person_ref IS NULL) \
             FROM views.shared_demands WHERE radiated_on IS NULL",
        );
        assert_eq!(counted.parse::<usize>().unwrap(), households);
        assert!(households < active().count(), "somebody is in several territories");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_elsewhere_is_of_a_position_that_the_view_has_reached() {
    let world = World::new().await;
    let (_, number) = world.numbers[0];
    let refused = world.view.elsewhere(everywhere(), number, AtLeast::NOW, later()).await.unwrap_err();
    assert!(matches!(refused, QueryError::Projection(projection::Error::Behind { .. })), "{refused}");
    world.catch_up(1_000).await;
    let head = world.log.head().await.unwrap();
    assert_eq!(
        world.view.elsewhere(everywhere(), number, world.at_head().await, later()).await.unwrap().position,
        head
    );
    let beyond = AtLeast { position: head.next(), within: crate::world::LONG };
    let refused = world.view.elsewhere(everywhere(), number, beyond, later()).await.unwrap_err();
    assert!(matches!(refused, QueryError::Projection(projection::Error::BeyondHead { .. })), "{refused}");
    let nobody = UniqueNumber::parse("0061126999999G0601").unwrap();
    assert_eq!(world.view.elsewhere(everywhere(), nobody, AtLeast::NOW, later()).await.unwrap().demands, None);
}
