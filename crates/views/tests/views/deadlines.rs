//! The deadlines: the running view against a rebuild, and against what each stream says.

use std::collections::BTreeSet;

use cqrs_es::Aggregate as _;
use demand::pending::Delay;
use demand::{Demand, Settings};
use event_log::StreamSpan;
use jiff::civil::{Date, date};
use nomenclature::{Territory, UniqueNumber};
use views::deadlines::{Deadlines, DueQuery, Place};

use crate::world::{World, everywhere};

/// A day on which much of the sample is due, and one on which nearly all of it is.
const DAYS: [Date; 3] = [date(2026, 9, 1), date(2026, 11, 23), date(2028, 6, 1)];

fn here() -> Territory {
    Territory::parse("006").unwrap()
}

/// Each demand folded from its stream, personal parts sealed.
async fn demands(world: &World) -> Vec<(UniqueNumber, Demand)> {
    let mut demands = Vec::new();
    for (_, number) in &world.numbers {
        let stream = event_log::StreamId::parse(number.to_string()).unwrap();
        let mut demand = Demand::default();
        for event in world.log.read_stream(&stream, StreamSpan::ALL).await.unwrap() {
            demand.apply(demand::codec::decode(&event.event_type, event.schema_version, &event.payload, &[]).unwrap());
        }
        demands.push((*number, demand));
    }
    demands
}

/// Everything due, walked in pages.
async fn due(view: &Deadlines, delay: Delay, day: Date, most: u16) -> Vec<(UniqueNumber, Date)> {
    let (mut found, mut after): (Vec<_>, Option<Place>) = (Vec::new(), None);
    loop {
        let query = DueQuery { territory: here(), delay, day, settings: &Settings::default(), after, most };
        let page = view.due(&query).await.unwrap();
        assert!(page.due.len() <= usize::from(most));
        found.extend(page.due.iter().map(|due| (due.number, due.pending.since)));
        match page.next {
            Some(next) => after = Some(next),
            None => return found,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_running_view_equals_a_rebuild_row_by_row_after_any_pages() {
    let world = World::new().await;
    world.catch_up_deadlines(17).await;
    let running = world.deadline_tables();
    assert!(running.len() > 10_000);
    for page in [1_000, 3] {
        assert_eq!(world.deadlines(page).0.rebuild().await.unwrap(), world.log.head().await.unwrap());
        assert!(world.deadline_tables() == running, "the rebuild has other rows");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_is_what_the_streams_say_in_pages_of_any_size() {
    let world = World::new().await;
    world.catch_up_deadlines(1_000).await;
    let (view, demands, mut some) =
        (Deadlines::new(world.reader.clone()).for_upkeep(everywhere()), demands(&world).await, 0);
    assert_eq!(view.territories().await.unwrap(), [here()]);
    for day in DAYS {
        for delay in Delay::ALL {
            let pending = demands.iter().flat_map(|(number, demand)| {
                demand.pending().into_iter().map(move |pending| (*number, pending)).collect::<Vec<_>>()
            });
            let expected: BTreeSet<_> = pending
                .filter(|(_, pending)| pending.delay == *delay && pending.falls(&Settings::default()).is_due_on(day))
                .map(|(number, pending)| (pending.since, number))
                .collect();
            for most in [1, 7, 500] {
                let found = due(&view, *delay, day, most).await;
                let ordered: Vec<_> = expected.iter().map(|(since, number)| (*number, *since)).collect();
                assert_eq!(found, ordered, "{delay:?} on {day} by {most}");
            }
            some += expected.len();
        }
        let active = demands.iter().filter(|(_, demand)| {
            matches!(demand, Demand::Active(demand) if demand.expires_on() < day && !demand.has_known_lease())
        });
        assert_eq!(view.expired(here(), day).await.unwrap(), active.count() as u64);
    }
    assert!(some > 200, "{some}");
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_54_who_waits_is_whoever_is_in_the_register_with_what_he_seeks() {
    let world = World::new().await;
    world.catch_up_deadlines(1_000).await;
    let view = Deadlines::new(world.reader.clone()).for_upkeep(everywhere());
    let mut expected: Vec<_> = demands(&world)
        .await
        .into_iter()
        .filter_map(|(number, demand)| match demand {
            Demand::Active(demand) => {
                Some((number, demand.filed_on, demand.facts.communes.clone(), demand.facts.dwelling_types.clone()))
            }
            _ => None,
        })
        .collect();
    expected.sort_by_key(|(number, filed_on, ..)| (*filed_on, *number));
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = view.waiting(here(), after, 11).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some((last.filed_on, last.number));
        found.extend(page.into_iter().map(|one| (one.number, one.filed_on, one.communes, one.types)));
    }
    assert_eq!(found, expected);
    assert!(found.len() > 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_view_holds_nothing_personal_and_its_reader_writes_nothing() {
    let world = World::new().await;
    world.catch_up_deadlines(1_000).await;
    let rows = world.deadline_tables();
    let names = crate::world::lines().into_iter().filter_map(|line| match line.act {
        demand::Act::Register(registration) => registration.form.identity?.applicant?.surname,
        _ => None,
    });
    let mut looked = 0;
    for name in names.filter(|name| name.len() > 5) {
        assert!(!rows.contains(&name), "a surname of the sample is in the view");
        looked += 1;
    }
    assert!(looked > 20);
    for refused in [
        "UPDATE views.deadline_demands SET version = 1",
        "DELETE FROM views.deadline_entries",
        "TRUNCATE views.deadline_notices",
    ] {
        let error = sqlx::query(refused).execute(&world.reader).await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().code().unwrap(), "42501", "{refused}: {error}");
    }
}

/// A state that an older program wrote must be read as it was meant: whoever changes the form of the state so that this
/// fails raises the version of the projection, and puts the new form here.
#[test]
fn the_form_of_the_kept_state_belongs_to_the_version_of_the_view() {
    use projection::Projection as _;
    let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    let line = crate::world::lines().into_iter().find(|line| matches!(line.act, demand::Act::Register(_))).unwrap();
    let nomenclature::Actor::Agent { organisation, desk: Some(desk), .. } = line.actor else { panic!() };
    let command = demand::DemandCommand {
        today: line.day,
        by: demand::By {
            organisation,
            desk: Some(desk),
            channel: line.channel,
            declares: demand::Declares::WhatItKnows,
        },
        person_ref: uuid::Uuid::nil(),
        piece_id: uuid::Uuid::nil(),
        settings: Settings::default(),
        act: line.act,
    };
    let mut demand = Demand::default();
    for event in demand.decide(&command).unwrap() {
        demand.apply(event);
    }
    let state = serde_json::to_value(&demand).unwrap();
    assert_eq!(
        (views::deadlines::KeepDeadlines::VERSION, keys(&state["Active"]).as_str()),
        (
            4,
            "absences attributions certificates dalo deposits facts filed_on forced gaps inadmissibilities \
             last_renewed_on lease_reports notice person_ref piece_types pieces presented_on rubrics separated_from \
             separated_to territory warnings"
        )
    );
}
