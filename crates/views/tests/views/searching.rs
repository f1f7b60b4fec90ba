use std::collections::BTreeSet;
use std::time::Duration;

use demand::Act;
use demand::claims::PersonKey;
use demand::form::identity::PersonDraft;
use event_log::Position;
use jiff::civil::date;
use nomenclature::{Territories, Territory, UniqueNumber};
use projection::{AtLeast, QueryError};
use tokio::time::Instant;
use views::Error;
use views::Within;
use views::shared_management::{Query, SharedDemand};

use crate::world::{World, everywhere, later, lines};

fn home() -> Query {
    Query { limit: 500, ..Query::of(Territory::parse("006").unwrap()) }
}

async fn search(world: &World, query: &Query) -> Vec<SharedDemand> {
    world.view.search(everywhere(), query, AtLeast::NOW, later()).await.unwrap().demands
}

fn numbers(demands: &[SharedDemand]) -> Vec<UniqueNumber> {
    demands.iter().map(|demand| demand.number).collect()
}

/// A single person of the sample who never changes the identity, and the number.
fn somebody(world: &World, active: &[UniqueNumber]) -> (PersonDraft, UniqueNumber) {
    let found = lines().into_iter().find_map(|line| {
        let Act::Register(registration) = line.act else { return None };
        let person = registration.form.identity?.applicant?;
        let (_, number) = world.numbers.iter().find(|(household, _)| *household == line.household)?;
        let accented = person.surname.as_deref().is_some_and(|name| !name.is_ascii() || name.contains(' '));
        (accented && active.contains(number)).then_some((person, *number))
    });
    found.expect("somebody in the sample has an accent in his name")
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_find_what_the_rows_say_alone_and_together() {
    let world = World::caught_up().await;
    let all = search(&world, &home()).await;
    assert!(all.is_sorted_by_key(|demand| (demand.filed_on, demand.number)));
    let communes: BTreeSet<_> = all.iter().flat_map(|demand| demand.facts.communes.clone()).collect();
    let types: Vec<_> = all.iter().flat_map(|demand| demand.facts.dwelling_types.clone()).collect();
    for commune in communes.into_iter().take(12) {
        let query = Query { commune: Some(commune), ..home() };
        let seek = |demand: &&SharedDemand| demand.facts.communes.contains(&commune);
        let expected: Vec<_> = all.iter().filter(seek).map(|demand| demand.number).collect();
        assert_eq!(numbers(&search(&world, &query).await), expected);
        for dwelling_type in [types[0], types[types.len() - 1]] {
            let query = Query { dwelling_type: Some(dwelling_type), ..query.clone() };
            let both = all.iter().filter(seek).filter(|demand| demand.facts.dwelling_types.contains(&dwelling_type));
            assert_eq!(numbers(&search(&world, &query).await), both.map(|demand| demand.number).collect::<Vec<_>>());
        }
        for number in [expected[0], all[0].number] {
            let query = Query { number: Some(number), ..query.clone() };
            let found = numbers(&search(&world, &query).await);
            assert_eq!(found, if expected.contains(&number) { vec![number] } else { Vec::new() });
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_found_however_the_name_is_spelt_and_by_nothing_else() {
    let world = World::caught_up().await;
    let active = numbers(&search(&world, &home()).await);
    let (person, number) = somebody(&world, &active);
    let surname = person.surname.unwrap();
    let spellings = [surname.clone(), surname.to_uppercase(), demand::spelling::fold(&surname).to_lowercase()];
    let key = |surname: &str, birth_date| PersonKey {
        surname: surname.to_owned(),
        given_names: person.given_names.clone().unwrap(),
        birth_date,
    };
    let born = person.birth_date.as_deref().unwrap().parse().unwrap();
    for surname in &spellings {
        let query = Query { person: Some(key(surname, born)), ..home() };
        assert_eq!(numbers(&search(&world, &query).await), [number]);
        let query = Query { name: Some(surname.clone()), ..home() };
        assert!(numbers(&search(&world, &query).await).contains(&number));
        let both = Query { person: Some(key(surname, born)), ..query };
        assert_eq!(numbers(&search(&world, &both).await), [number]);
    }
    let other_day = Query { person: Some(key(&surname, date(1901, 1, 1))), ..home() };
    assert!(search(&world, &other_day).await.is_empty());
    let nobody = Query { name: Some("Personne de ce nom".to_owned()), ..home() };
    assert!(search(&world, &nobody).await.is_empty());
    let empty = Query { name: Some(" -'12 ".to_owned()), ..home() };
    assert!(matches!(
        world.view.search(everywhere(), &empty, AtLeast::NOW, later()).await,
        Err(Error::NameWithoutLetters)
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_searches_across_territories() {
    let world = World::caught_up().await;
    let all = search(&world, &home()).await;
    let (person, number) = somebody(&world, &numbers(&all));
    let elsewhere = Query { limit: 500, ..Query::of(Territory::parse("083").unwrap()) };
    assert!(search(&world, &elsewhere).await.is_empty());
    for query in [
        Query { name: person.surname.clone(), ..elsewhere.clone() },
        Query { number: Some(number), ..elsewhere.clone() },
        Query { commune: all[0].facts.communes.first().copied(), ..elsewhere.clone() },
    ] {
        let found = world.view.search(everywhere(), &query, AtLeast::NOW, later()).await.unwrap();
        assert!(found.demands.is_empty() && found.next.is_none());
        assert_eq!(found.position, world.log.head().await.unwrap());
    }
}

/// The sample is of one territory: asked of several, it comes in the same order, page by page.
#[tokio::test(flavor = "multi_thread")]
async fn a_search_of_several_territories_is_of_all_of_them_in_one_order() {
    let world = World::caught_up().await;
    let all = numbers(&search(&world, &home()).await);
    let several: Territories = ["006", "083", "111"].map(|code| Territory::parse(code).unwrap()).into_iter().collect();
    let query = Query { limit: 500, ..Query::of(several) };
    assert_eq!(numbers(&search(&world, &query).await), all);
    let first = Query { limit: 3, ..Query::of(several) };
    let found = world.view.search(everywhere(), &first, AtLeast::NOW, later()).await.unwrap();
    let second = Query { after: found.next, ..first };
    let both = [numbers(&found.demands), numbers(&search(&world, &second).await)].concat();
    assert_eq!(both, all[..6]);
    let foreign = several.without(Territory::parse("006").unwrap().into());
    for nobody in [foreign, Territories::NONE] {
        assert_eq!(numbers(&search(&world, &Query::of(nobody)).await), []);
    }
}

/// R441-2-6 c and d: whoever has access to some communes finds what seeks one of them, and what his desks registered.
#[tokio::test(flavor = "multi_thread")]
async fn a_search_within_some_communes_finds_their_demands_and_those_of_its_desks() {
    let world = World::caught_up().await;
    let all = search(&world, &home()).await;
    let communes = vec![all[0].facts.communes[0], all[all.len() - 1].facts.communes[0]];
    let desks = vec![all[1].desk];
    let is_within = |demand: &&SharedDemand| {
        desks.contains(&demand.desk) || demand.facts.communes.iter().any(|commune| communes.contains(commune))
    };
    let within = Some(Within { communes: communes.clone(), desks: desks.clone() });
    let expected: Vec<_> = all.iter().filter(is_within).map(|demand| demand.number).collect();
    assert!(expected.len() < all.len(), "some are not within");
    assert_eq!(numbers(&search(&world, &Query { within: within.clone(), ..home() }).await), expected);
    let sought = all[2].facts.communes.first().copied();
    let both =
        all.iter().filter(is_within).filter(|demand| sought.is_some_and(|it| demand.facts.communes.contains(&it)));
    let expected: Vec<_> = both.map(|demand| demand.number).collect();
    assert_eq!(numbers(&search(&world, &Query { within, commune: sought, ..home() }).await), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_give_everybody_once_whatever_leaves_in_between() {
    let world = World::caught_up().await;
    let all = numbers(&search(&world, &home()).await);
    let commune = search(&world, &home()).await[0].facts.communes[0];
    let both = search(&world, &home()).await;
    let communes = vec![both[0].facts.communes[0], both[both.len() - 1].facts.communes[0]];
    // Some of what the desk registered seeks one of them, too.
    let within = Some(Within { communes, desks: vec![both[0].desk] });
    for query in [home(), Query { commune: Some(commune), ..home() }, Query { within, ..home() }] {
        let whole = numbers(&search(&world, &query).await);
        for limit in [1, 7] {
            let (mut paged, mut after) = (Vec::new(), None);
            loop {
                let page = Query { limit, after, ..query.clone() };
                let found = world.view.search(everywhere(), &page, AtLeast::NOW, later()).await.unwrap();
                assert!(found.demands.len() <= usize::from(limit));
                paged.extend(numbers(&found.demands));
                after = found.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(paged, whole);
        }
    }
    let first = world.view.search(everywhere(), &Query { limit: 5, ..home() }, AtLeast::NOW, later()).await.unwrap();
    world.sql(&format!("DELETE FROM views.shared_demands WHERE number = '{}'", all[4]));
    let second = Query { limit: 5, after: first.next, ..home() };
    assert_eq!(numbers(&search(&world, &second).await), all[5..10]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_tells_its_position_and_waits_for_the_one_asked() {
    let world = World::new().await;
    let head = world.log.head().await.unwrap();
    let number = world.numbers[0].1;
    let soon = |position| AtLeast { position, within: Duration::from_millis(40) };
    let not_built = world.view.get(everywhere(), number, AtLeast::NOW, later()).await;
    assert!(
        matches!(
            &not_built,
            Err(Error::Query(QueryError::Projection(projection::Error::Behind { position: Position::ZERO, .. })))
        ),
        "{not_built:?}"
    );
    let behind = world.view.get(everywhere(), number, soon(head), later()).await;
    assert!(
        matches!(behind, Err(Error::Query(QueryError::Projection(projection::Error::Behind { .. })))),
        "{behind:?}"
    );
    let beyond = world.view.get(everywhere(), number, soon(head.next()), later()).await;
    assert!(
        matches!(beyond, Err(Error::Query(QueryError::Projection(projection::Error::BeyondHead { .. })))),
        "{beyond:?}"
    );

    let running = world.run(30);
    let view = world.view.clone().hinted_by(&running.handle);
    assert_eq!(view.get(everywhere(), number, world.at_head().await, later()).await.unwrap().position, head);
    assert_eq!(world.view.get(everywhere(), number, world.at_head().await, later()).await.unwrap().position, head);
    running.kill().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_takes_too_long_ends_in_the_database_too() {
    let world = World::caught_up().await;
    // Somebody holds the table for longer than the search may take.
    let mut holder = world.database().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE views.shared_demands").execute(&mut holder).await.unwrap();
    let until = Instant::now() + Duration::from_millis(50);
    let found = world.view.search(everywhere(), &home(), AtLeast::NOW, until).await;
    assert!(matches!(found, Err(Error::Query(QueryError::TimedOut))), "{found:?}");
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    assert_eq!(world.sql(waiting), "0", "nobody waits for the answer of a statement that goes on");
    sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.unwrap();
    assert!(!world.view.search(everywhere(), &home(), AtLeast::NOW, later()).await.unwrap().demands.is_empty());
}
