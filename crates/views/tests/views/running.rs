use cqrs_es::Aggregate as _;
use demand::Demand;
use event_log::StreamSpan;
use proptest::strategy::{Strategy as _, ValueTree as _};
use vault::envelope;
use views::IDENTITY;

use crate::world::{World, everywhere, later};

#[tokio::test(flavor = "multi_thread")]
async fn the_running_view_equals_a_rebuild_row_by_row_after_any_pages_and_deaths() {
    let world = World::new().await;
    let mut chance = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..12 {
        let (page, moves) = (1_u32..200, 1_usize..4).new_tree(&mut chance).unwrap().current();
        let killed = world.run(page);
        let mut progress = 0;
        // Dies somewhere between two of its words, mostly in the middle of a page.
        killed
            .handle
            .wait_until(|state| {
                progress += 1;
                progress > moves || *state == projection::State::Live
            })
            .await;
        killed.kill().await;
    }
    world.catch_up(70).await;
    let running = world.tables();
    assert!(running.len() > 10_000);
    for page in [1_000, 13] {
        assert_eq!(world.runner(page).0.rebuild().await.unwrap(), world.log.head().await.unwrap());
        assert!(world.tables() == running, "the rebuild has other rows");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_view_says_of_each_demand_what_its_stream_says() {
    let world = World::caught_up().await;
    let (mut active, mut gone) = (0, 0);
    for (_, number) in &world.numbers {
        let stream = event_log::StreamId::parse(number.to_string()).unwrap();
        let events = world.log.read_stream(&stream, StreamSpan::ALL).await.unwrap();
        let last = events.last().unwrap();
        let decoded = events
            .iter()
            .map(|event| demand::codec::decode(&event.event_type, event.schema_version, &event.payload, &[]).unwrap());
        let answer = world.view.get(everywhere(), *number, world.at_head().await, later()).await.unwrap();
        let mut folded = Demand::default();
        decoded.for_each(|event| folded.apply(event));
        match (folded, answer.demand) {
            (Demand::Active(demand), Some(shared)) => {
                assert_eq!((shared.version, shared.position), (last.version, last.position));
                assert_eq!((&shared.facts, shared.expires_on), (&demand.facts, demand.expires_on()));
                assert_eq!((&shared.pieces, &shared.attributions), (&demand.pieces, &demand.attributions));
                assert_eq!((shared.person_ref, shared.forced), (demand.person_ref, demand.forced));
                let identity = shared.identity.unwrap();
                let at = events.iter().find(|event| event.version == identity.version).unwrap();
                let own = envelope::cut(&at.sealed, IDENTITY).unwrap().unwrap();
                assert_eq!((&identity.sealed, Some(identity.key_id)), (&own, at.key_id));
                let other = |rubric| envelope::cut(&identity.sealed, rubric).unwrap();
                assert!((b'b'..=b'h').all(|rubric| other(rubric).is_none()), "the view holds more than who asks");
                active += 1;
            }
            (Demand::Radiated(_), None) => gone += 1,
            (demand, answer) => panic!("{demand:?} and {answer:?}"),
        }
    }
    assert!(active > 40 && gone > 3, "{active} active, {gone} gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_event_stops_the_view_at_its_place() {
    let world = World::new().await;
    let position: i64 = world.sql("SELECT max(position) / 2 FROM log.events").parse().unwrap();
    world.sql(&format!("UPDATE log.events SET sealed = sealed || '\\x00' WHERE position = {position}"));
    let (at, _) = world.run(50).stopped().await;
    assert_eq!(at.get(), position);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reader_cannot_write() {
    let world = World::caught_up().await;
    for refused in [
        "UPDATE views.shared_demands SET forced = true",
        "DELETE FROM views.shared_demand_tokens",
        "INSERT INTO views.shared_demand_communes VALUES ('2026-01-01', '006', '06088', 'x')",
        "TRUNCATE views.shared_demand_types",
        "SELECT * FROM vault.keys",
    ] {
        let error = sqlx::query(refused).execute(&world.reader).await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().code().unwrap(), "42501", "{refused}: {error}");
    }
}
