//! The calendar and the late radiations against what each demand says, one by one, over random lives.

use std::collections::BTreeMap;

use demand::abnormal::{Row, Table};
use demand::housed::KnownHoused;
use demand::pending::{Delay, Falls};
use demand::{DeadlineKind, Demand, Settings};
use jiff::civil::{Date, date};
use nomenclature::{CommuneCode, DeskCode, DwellingType, Siren, Territory, UniqueNumber};
use projection::{AtLeast, Opened, Projection as _, QueryError};
use proptest::prelude::*;
use sqlx::Connection as _;
use views::Within;
use views::deadlines;
use views::deadlines::{CalendarQuery, Deadlines, KeepDeadlines, LateQuery, Which};

use crate::lives::{Dice, Lives, TODAY};
use crate::world::{World, everywhere, later};

fn here() -> Territory {
    Territory::parse("006").unwrap()
}

/// What a calendar tells of a deadline.
type Told = (Date, UniqueNumber, DeadlineKind, Date, Falls, DeskCode, Option<Siren>);

fn told(deadline: &deadlines::Deadline) -> Told {
    let deadlines::Deadline { place, falls, desk, organisation } = *deadline;
    (place.due_on, place.number, place.kind, place.since, falls, desk, organisation)
}

/// Whether somebody who has access to some demands has it to one, or a desk of his has to act.
fn is_within(within: Option<&Within>, demand: &Demand, desk: DeskCode) -> bool {
    let sought = demand.content().map(|content| content.facts.communes.as_slice()).unwrap_or_default();
    within.is_none_or(|within| {
        within.desks.contains(&desk) || sought.iter().any(|commune| within.communes.contains(commune))
    })
}

/// Everything that runs on the demands, looked for in each of them.
fn everything(demands: &BTreeMap<UniqueNumber, Demand>, query: &CalendarQuery) -> Vec<Told> {
    let mut found = Vec::new();
    for (number, demand) in demands {
        for pending in demand.pending() {
            let falls = pending.falls(&query.settings);
            let desk = pending.desk.unwrap_or(number.desk());
            let kind = DeadlineKind::Delay(pending.delay);
            if !is_within(query.within.as_ref(), demand, desk) {
                continue;
            }
            found.push((falls.day(), *number, kind, pending.since, falls, desk, pending.organisation));
        }
        let from = demand.abnormal_from(query.day, &query.abnormal);
        if let Some(from) = from.filter(|_| is_within(query.within.as_ref(), demand, number.desk())) {
            let filed_on = demand.content().unwrap().filed_on;
            let falls = Falls::From(from);
            found.push((from, *number, DeadlineKind::AbnormalWait, filed_on, falls, number.desk(), None));
        }
    }
    found.retain(|(due_on, _, kind, _, falls, desk, _)| {
        (query.kinds.is_empty() || query.kinds.contains(kind))
            && query.from.is_none_or(|from| from <= *due_on)
            && query.until.is_none_or(|until| *due_on <= until)
            && query.desk.is_none_or(|asked| asked == *desk)
            && (query.which == Which::All || falls.is_due_on(query.day))
    });
    found.sort_unstable();
    found
}

async fn walked(view: &Deadlines, query: &CalendarQuery) -> Vec<Told> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page =
            view.calendar(everywhere(), CalendarQuery { after, ..query.clone() }, AtLeast::NOW, later()).await.unwrap();
        assert!(page.deadlines.len() <= usize::from(query.limit));
        found.extend(page.deadlines.iter().map(told));
        match page.next {
            Some(next) => after = Some(next),
            None => return found,
        }
    }
}

/// The lives in the live tables, page by page of any size.
async fn folded(world: &World, lives: &Lives, dice: &mut Dice) {
    world.catch_up_deadlines(1_000).await;
    world.sql(
        "TRUNCATE views.deadline_demands, views.deadline_entries, views.deadline_communes, views.deadline_notices",
    );
    let mut session = world.database().await;
    sqlx::raw_sql("SET search_path TO views").execute(&mut session).await.unwrap();
    let mut rest = lives.events.as_slice();
    while !rest.is_empty() {
        let (page, after) = rest.split_at(dice.draw(1..=rest.len().min(300)));
        let opened: Vec<_> = page.iter().map(|(recorded, event)| Opened { recorded, event: event.clone() }).collect();
        let mut transaction = session.begin().await.unwrap();
        KeepDeadlines.fold(&opened, &mut transaction).await.unwrap();
        transaction.commit().await.unwrap();
        rest = after;
    }
}

fn settings(dice: &mut Dice) -> Settings {
    let later = Settings {
        notice_earliest_months: 3,
        notice_months: 2,
        renewal_tolerance_months: 4,
        late_notice_months: 5,
        no_answer_months: 1,
        piece_storage_days: 7,
        ..Settings::default()
    };
    [Settings::default(), later][dice.draw(0..2usize)]
}

fn abnormal(dice: &mut Dice) -> Table {
    let mut table = Table::default();
    let (nice, small) = (CommuneCode::parse("06088").unwrap(), DwellingType::parse("T1").unwrap());
    let rows = [(None, None, 14), (Some(nice), None, 9), (None, Some(small), 20), (Some(nice), Some(small), 3)];
    for (commune, dwelling_type, months) in rows {
        if dice.draw(any::<bool>()) {
            table.put(Row { commune, dwelling_type, valid_from: date(2025, 1, 1), months: Some(months) });
        }
    }
    table
}

/// R441-2-6 c to e: of some communes of the sample, and of some desks.
fn within(dice: &mut Dice) -> Option<Within> {
    let communes = dice.draw(prop::sample::subsequence(vec!["06004", "06029", "06069", "06088", "06155"], 0..4));
    let desks = dice.draw(prop::sample::subsequence(vec!["G0602", "006A1", "G9999"], 0..3));
    let within = Within {
        communes: communes.into_iter().map(|commune| CommuneCode::parse(commune).unwrap()).collect(),
        desks: desks.into_iter().map(|desk| DeskCode::parse(desk).unwrap()).collect(),
    };
    dice.draw(any::<bool>()).then_some(within)
}

fn query(dice: &mut Dice) -> CalendarQuery {
    let all: Vec<DeadlineKind> = DeadlineKind::all().collect();
    let days = |days: Option<i64>| days.map(|days| date(2025, 2, 1).saturating_add(jiff::Span::new().days(days)));
    let desk = dice.draw(prop::option::of(prop::sample::select(vec!["G0601", "G0602", "006A1", "G9999"])));
    CalendarQuery {
        within: within(dice),
        kinds: if dice.draw(any::<bool>()) { Vec::new() } else { dice.draw(prop::sample::subsequence(all, 1..4)) },
        from: days(dice.draw(prop::option::of(0i64..1_000))),
        until: days(dice.draw(prop::option::of(100i64..1_200))),
        which: if dice.draw(any::<bool>()) { Which::All } else { Which::Due },
        desk: desk.filter(|_| dice.draw(any::<bool>())).map(|desk| DeskCode::parse(desk).unwrap()),
        ..CalendarQuery::of(here(), TODAY, settings(dice), abnormal(dice))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_11_inv_38_inv_54_a_calendar_is_what_each_demand_says_whatever_is_asked_in_pages_of_any_size() {
    for seed in 1..=3 {
        let (world, mut dice) = (World::new().await, Dice::new(seed));
        let lives = Lives::random(&mut dice);
        folded(&world, &lives, &mut dice).await;
        let view = Deadlines::new(world.reader.clone());
        let (mut rows, mut narrowed, mut kinds) = (0, 0, std::collections::BTreeSet::new());
        for _ in 0..60 {
            let mut query = query(&mut dice);
            let expected = everything(&lives.demands, &query);
            let sizes = if expected.len() < 40 { vec![1, 2, 7] } else { vec![23, 50, 200] };
            query.limit = dice.draw(prop::sample::select(sizes));
            assert_eq!(walked(&view, &query).await, expected, "seed {seed}: {query:?}");
            rows += expected.len();
            let all = everything(&lives.demands, &CalendarQuery { within: None, ..query.clone() });
            narrowed += usize::from(!expected.is_empty() && expected.len() < all.len());
            kinds.extend(expected.iter().map(|(_, _, kind, ..)| *kind));
        }
        assert!(rows > 1_000 && narrowed > 5 && kinds.len() == 12, "{rows} {narrowed} {kinds:?}");
    }
}

/// More of one day and kind than is read at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_day_on_which_much_falls_due_is_paged_through_by_number() {
    let world = World::new().await;
    world.catch_up_deadlines(1_000).await;
    world.sql(
        "TRUNCATE views.deadline_entries; \
         INSERT INTO views.deadline_entries (since, prolonged_by, ordinal, territory, delay, number, desk) \
         SELECT d, CASE WHEN k = 'NON_RENEWAL' AND n % 5 = 0 THEN d + n % 40 END, 0, '006', k, \
           '0060126' || lpad((n * 7919 % 100000)::text, 6, '0') || 'G0601', 'G0601' \
         FROM generate_series(1, 700) AS n, (VALUES ('CERTIFICATE'), ('NON_RENEWAL')) AS k(k), \
           (VALUES ('2026-01-28'::date), ('2026-01-29'), ('2026-01-31'), ('2026-02-01')) AS d(d)",
    );
    let view = Deadlines::new(world.reader.clone());
    for limit in [60, 500] {
        let query = CalendarQuery { limit, ..CalendarQuery::of(here(), TODAY, Settings::default(), Table::default()) };
        let found = walked(&view, &query).await;
        assert_eq!(found.len(), 700 * 2 * 4);
        assert!(found.is_sorted(), "by day, then number");
        let of_february = found.iter().filter(|(due_on, ..)| *due_on == date(2026, 2, 28)).count();
        assert_eq!(of_february, 2_100, "three days end with February");
    }
}

/// The lists of the law: certificates that are late for the prefect, pieces that are late for the desks.
#[tokio::test(flavor = "multi_thread")]
async fn inv_11_inv_38_the_alert_lists_hold_what_is_late_and_nothing_else() {
    let (world, mut dice) = (World::new().await, Dice::new(9));
    let lives = Lives::random(&mut dice);
    folded(&world, &lives, &mut dice).await;
    let view = Deadlines::new(world.reader.clone());
    let last_in_time = |delay, since: Date| match delay {
        Delay::Certificate => nomenclature::add_months(since, 1),
        _ => since.saturating_add(jiff::Span::new().days(15)),
    };
    for delay in [Delay::Certificate, Delay::Storage] {
        let waited: Vec<Date> = match delay {
            Delay::Certificate => in_register(&lives).flat_map(|demand| demand.certificates.pending.clone()).collect(),
            _ => in_register(&lives)
                .flat_map(|demand| demand.deposits.iter().map(|deposit| deposit.deposited_on).collect::<Vec<_>>())
                .collect(),
        };
        let (first, last) = (*waited.iter().min().unwrap(), *waited.iter().max().unwrap());
        let mut counts = Vec::new();
        for day in [first, last_in_time(delay, first), last, last_in_time(delay, last), TODAY] {
            let query = CalendarQuery {
                kinds: vec![DeadlineKind::Delay(delay)],
                which: Which::Due,
                limit: 25,
                ..CalendarQuery::of(here(), day, Settings::default(), Table::default())
            };
            let late = waited.iter().filter(|since| last_in_time(delay, **since) < day).count();
            assert_eq!(walked(&view, &query).await.len(), late, "{delay:?} on {day}");
            counts.push(late);
        }
        let (nobody, some) = ((counts[0], counts[1]), counts[2]);
        assert!(nobody == (0, 0) && 0 < some && some < waited.len(), "{delay:?}: {counts:?} of {}", waited.len());
    }
}

fn in_register(lives: &Lives) -> impl Iterator<Item = &demand::ActiveDemand> {
    lives.demands.values().filter_map(|demand| match demand {
        Demand::Active(demand) => Some(&**demand),
        _ => None,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_26_inv_53_late_radiations_are_those_that_somebody_knows_of_the_oldest_first() {
    let (world, mut dice) = (World::new().await, Dice::new(4));
    let lives = Lives::random(&mut dice);
    folded(&world, &lives, &mut dice).await;
    let view = Deadlines::new(world.reader.clone());
    let mut found_any = Vec::new();
    let some =
        Within { communes: vec![CommuneCode::parse("06088").unwrap()], desks: vec![DeskCode::parse("G0602").unwrap()] };
    let asked = [(TODAY, None), (date(2026, 6, 30), None), (date(2025, 1, 1), None), (TODAY, Some(some))];
    for (until, within) in asked {
        let mut expected: Vec<(Date, UniqueNumber, Vec<KnownHoused>)> = Vec::new();
        for (number, demand) in &lives.demands {
            let Demand::Active(active) = demand else { continue };
            if !is_within(within.as_ref(), demand, number.desk()) {
                continue;
            }
            let days = active.attributions.iter().map(|open| open.decided_on);
            let days = days.chain(active.lease_reports.iter().map(|one| one.signed_on.unwrap_or(one.reported_on)));
            if let Some(since) = days.min().filter(|since| *since <= until) {
                expected.push((since, *number, demand.known_housed()));
            }
        }
        expected.sort();
        for limit in [1, 3, 500] {
            let (mut found, mut after) = (Vec::new(), None);
            loop {
                let query = LateQuery { territory: here(), within: within.clone(), until, after, limit };
                let page = view.late(everywhere(), &query, AtLeast::NOW, later()).await.unwrap();
                assert!(page.late.len() <= usize::from(limit));
                found.extend(page.late.into_iter().map(|late| (late.place.since, late.place.number, late.known)));
                match page.next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
            assert_eq!(found, expected, "until {until} by {limit}");
        }
        found_any.push(expected.len());
    }
    assert!(found_any[0] > 10 && (1..found_any[0]).contains(&found_any[3]), "{found_any:?}");
}

/// Rows after random pages, as PostgreSQL writes them, are those of one page.
#[tokio::test(flavor = "multi_thread")]
async fn random_lives_in_random_pages_leave_the_same_rows() {
    let (world, mut dice) = (World::new().await, Dice::new(7));
    let lives = Lives::random(&mut dice);
    folded(&world, &lives, &mut dice).await;
    let rows = world.deadline_tables();
    assert!(rows.len() > 20_000);
    for seed in [1, 2] {
        folded(&world, &lives, &mut Dice::new(seed)).await;
        assert!(world.deadline_tables() == rows, "other pages leave other rows");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calendar_says_its_position_waits_for_it_and_ends_with_its_caller() {
    let world = World::new().await;
    let view = Deadlines::new(world.reader.clone());
    let query = CalendarQuery::of(here(), TODAY, Settings::default(), Table::default());
    let late = LateQuery { territory: here(), within: None, until: TODAY, after: None, limit: 5 };
    let behind = |error| matches!(error, QueryError::Projection(projection::Error::Behind { .. }));
    assert!(
        behind(view.calendar(everywhere(), query.clone(), AtLeast::NOW, later()).await.unwrap_err()),
        "it is not built"
    );
    assert!(behind(view.late(everywhere(), &late, AtLeast::NOW, later()).await.unwrap_err()), "it is not built");
    world.catch_up_deadlines(1_000).await;
    let head = world.log.head().await.unwrap();
    let page = view.calendar(everywhere(), query.clone(), world.at_head().await, later()).await.unwrap();
    assert_eq!((page.position, page.deadlines.len()), (head, 50));
    assert_eq!(view.late(everywhere(), &late, world.at_head().await, later()).await.unwrap().position, head);
    let beyond = AtLeast { position: head.next(), within: crate::world::LONG };
    let refused = view.calendar(everywhere(), query.clone(), beyond, later()).await.unwrap_err();
    assert!(matches!(refused, QueryError::Projection(projection::Error::BeyondHead { .. })), "{refused}");
    let elsewhere = Territory::parse("083").unwrap();
    let foreign = CalendarQuery { territory: elsewhere, ..query.clone() };
    assert!(view.calendar(everywhere(), foreign, AtLeast::NOW, later()).await.unwrap().deadlines.is_empty());
    let refused = view.calendar(everywhere(), query, AtLeast::NOW, tokio::time::Instant::now()).await.unwrap_err();
    assert!(matches!(refused, QueryError::TimedOut | QueryError::Database { .. }), "{refused}");
}
