//! As known at a position: the answer of then, for ever.

use event_log::{Position, RecordedEvent};
use infocentre::{AsKnown, Cell, Dimension, Infocentre, Kind, Kinds, Measure, Month, Place};
use proptest::strategy::{Strategy as _, ValueTree as _};

use crate::running::stretched;
use crate::world::{Folding, World, now};

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

/// Everything that can be asked of some places, in words.
async fn everything(infocentre: &Infocentre, as_known: AsKnown) -> String {
    let mut told = String::new();
    let range = (month("2025-06"), month("2026-11"));
    for place in ["FRA", "006", "200030195", "06088", "06004"] {
        let place = Place::parse(place).unwrap();
        for kinds in [Kinds::Households, Kinds::Only(Kind::Transfer), Kinds::Only(Kind::Association)] {
            let nationwide = place == Place::France && kinds == Kinds::Households;
            let measures: Vec<Measure> =
                Measure::ALL.iter().copied().filter(|measure| *measure != Measure::Households || nationwide).collect();
            let answer = infocentre.series(&measures, (place, kinds), range, as_known).await.unwrap();
            told.push_str(&format!("{place:?} {kinds:?} {answer:?}\n"));
        }
    }
    let cell = Cell { place: Place::parse("006").unwrap(), month: month("2026-08") };
    for dimension in [Dimension::Commune, Dimension::Epci, Dimension::Kind] {
        for measure in [Measure::Stock, Measure::SeniorityMedian, Measure::Pressure] {
            let table = infocentre.table(measure, dimension, (cell, Kinds::Households), as_known).await.unwrap();
            told.push_str(&format!("{table:?}\n"));
        }
    }
    let motives = infocentre.table(Measure::Radiated, Dimension::Motive, (cell, Kinds::Households), as_known);
    told.push_str(&format!("{:?}\n", motives.await.unwrap()));
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_earlier_positions_give_what_was_answered_when_the_log_ended_there() {
    const APART: i64 = 157;
    let world = World::new().await;
    let events = stretched(world.events().await, APART);
    let head = i64::try_from(events.len()).unwrap() * APART;
    let mut folding = Folding::new(&world, head).await;
    let mut chance = proptest::test_runner::TestRunner::deterministic();
    let mut ends: Vec<i64> = proptest::collection::vec(1..head, 49).new_tree(&mut chance).unwrap().current();
    ends.push(head);
    ends.sort_unstable();
    let (mut rest, mut then) = (events.as_slice(), Vec::new());
    for end in ends {
        let (page, behind) = rest.split_at(rest.partition_point(|event| event.position.get() <= end));
        folding.page(page, end).await;
        rest = behind;
        let answer = everything(folding.infocentre(), now()).await;
        assert!(answer.contains(&format!("position: Position({end})")));
        then.push((end, answer));
    }
    let different: std::collections::BTreeSet<&str> = then.iter().map(|(_, answer)| answer.as_str()).collect();
    assert!(different.len() >= 45, "{} different answers", different.len());
    for (end, answer) in &then {
        let as_known = AsKnown { position: Some(Position::try_new(*end).unwrap()), ..now() };
        assert!(everything(folding.infocentre(), as_known).await == *answer, "as known at {end}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_told_late_changes_the_month_of_its_day_and_not_what_was_known_before() {
    let world = World::new().await;
    world.catch_up(1_000).await;
    // The first lease that was told in a later month than it was signed in.
    let late = world.sql(
        "SELECT min(position) FROM log.events WHERE event_type = 'Radiated' \
           AND date_trunc('month', effective_on) < date_trunc('month', recorded_at AT TIME ZONE 'Europe/Paris')",
    );
    let position = Position::try_new(late.parse().unwrap()).unwrap();
    let of = format!("SELECT to_char(effective_on, 'YYYY-MM') FROM log.events WHERE position = {position}");
    let month = month(&world.sql(&of));
    let place = Place::parse("006").unwrap();
    let known = async |position: Position| {
        let as_known = AsKnown { position: Some(position), ..now() };
        let measures = [Measure::Stock, Measure::RadiatedAttribution];
        let answer =
            world.infocentre.series(&measures, (place, Kinds::Households), (month, month), as_known).await.unwrap();
        answer.content.into_iter().map(|(_, figures)| figures[0].1.observations).collect::<Vec<_>>()
    };
    let (before, after) = (known(position.before()).await, known(position).await);
    assert_eq!(after, [before[0] - 1, before[1] + 1]);
    assert_eq!(known(position.before()).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_position_beyond_the_log_and_a_view_that_is_not_built_are_told() {
    let world = World::new().await;
    let head = world.log.head().await.unwrap();
    let ask = async |position| {
        let at_least = projection::AtLeast::NOW;
        let (place, months) = (Place::France, (month("2026-01"), month("2026-01")));
        let as_known = AsKnown { at_least, position };
        world.infocentre.series(&[Measure::Stock], (place, Kinds::Households), months, as_known).await
    };
    let behind = ask(Some(head)).await.unwrap_err();
    assert!(
        matches!(
            behind,
            infocentre::Error::Query(projection::QueryError::Projection(projection::Error::Behind { .. }))
        ),
        "{behind:?}"
    );
    world.catch_up(1_000).await;
    assert_eq!(ask(Some(head)).await.unwrap().position, head);
    let beyond = ask(Some(head.next())).await.unwrap_err();
    assert!(
        matches!(
            beyond,
            infocentre::Error::Query(projection::QueryError::Projection(projection::Error::BeyondHead { .. }))
        ),
        "{beyond:?}"
    );
}

/// Half of the households fill in the later form: what they say in its words counts as it does in those of the older one.
#[tokio::test(flavor = "multi_thread")]
async fn figures_are_the_same_whichever_form_the_households_filled_in() {
    let mut told = Vec::new();
    for words in [["SQUAT", "03"], ["V3OST", "V3ND"]] {
        let world = World::new().await;
        let mut events = world.events().await;
        let mut rewritten = 0;
        let half = |event: &RecordedEvent| event.stream.as_str().bytes().map(u32::from).sum::<u32>().is_multiple_of(2);
        for event in events.iter_mut().filter(|event| half(event)) {
            let Ok(mut payload) = serde_json::from_str::<serde_json::Value>(&event.payload) else { continue };
            let Some(facts) = payload.get_mut("facts") else { continue };
            // Who is a tenant of social housing stays one, on either form.
            if !facts["present_dwelling"].to_string().contains("HLM") {
                facts["present_dwelling"] = vec![words[0]].into();
            }
            facts["reasons"] = vec![words[1]].into();
            event.payload = payload.to_string();
            rewritten += 1;
        }
        assert!(rewritten > 50, "{rewritten}");
        let head = events.last().unwrap().position.get();
        let mut folding = Folding::new(&world, head).await;
        folding.page(&events, head).await;
        told.push(everything(folding.infocentre(), now()).await);
    }
    assert!(told[0] == told[1], "a code of the later form changes a figure");
}
