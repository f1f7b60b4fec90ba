//! Unique numbers (INV-03, INV-04, INV-05).

use event_log::Standby;
use std::collections::HashSet;

use jiff::civil::date;
use nomenclature::UniqueNumber;
use register::{Depth, Place};

use crate::world::*;

#[tokio::test(flavor = "multi_thread")]
async fn inv_04_two_processes_at_once_never_give_one_number_twice() {
    let world = World::new().await;
    let registers = [world.register.clone(), world.another().await];
    let mut calls = tokio::task::JoinSet::new();
    for n in 0..240_usize {
        let register = registers[n % 2].clone();
        let person = person("Lot", &format!("Anne{}", letters(n)), "1980-01-01");
        calls.spawn(async move { register.execute(request(NICE, None, register_act(person))).await });
    }
    let mut numbers = HashSet::new();
    while let Some(answer) = calls.join_next().await {
        assert!(numbers.insert(answer.unwrap().unwrap().number));
    }
    assert_eq!(numbers.len(), 240);
}

fn register_act(person: demand::form::identity::PersonDraft) -> demand::Act {
    register(form(person))
}

/// A name that differs for each n, in letters.
fn letters(mut n: usize) -> String {
    let mut text = String::new();
    loop {
        text.push(char::from(b'a' + u8::try_from(n % 26).unwrap()));
        n /= 26;
        if n == 0 {
            return text;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_04_a_process_that_comes_back_goes_on_with_new_numbers() {
    let world = World::new().await;
    let first = world.register(NICE, form(person("Un", "Anne", "1980-01-01"))).await.unwrap().number;
    let again = world.another().await;
    let second =
        again.execute(request(NICE, None, register(form(person("Deux", "Anne", "1980-01-01"))))).await.unwrap();
    assert!(second.number.sequence() > first.sequence());
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_04_a_refusal_costs_no_number() {
    let world = World::new().await;
    let first = world.register(NICE, form(person("Un", "Anne", "1980-01-01"))).await.unwrap().number;
    for _ in 0..5 {
        world.register(ANTIBES, form(person("Un", "Anne", "1980-01-01"))).await.expect_err("a duplicate");
        world.register(NICE, form(person("", "Anne", "1980-01-01"))).await.expect_err("no surname");
    }
    let second = world.register(NICE, form(person("Deux", "Anne", "1980-01-01"))).await.unwrap().number;
    assert_eq!(second.sequence().value(), first.sequence().value() + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_05_the_number_bears_territory_month_of_filing_and_desk() {
    let world = World::new().await;
    let mut registration = registration("006", form(person("Lune", "Zoé", "1990-02-28")));
    registration.filed_on = some("2026-10-31");
    let answer = world.act(NICE, None, demand::Act::Register(Box::new(registration))).await.unwrap();
    let text = answer.number.to_string();
    assert_eq!((&text[..7], &text[13..]), ("0061026", "G0601"));
    assert_eq!(answer.effective_on, date(2026, 10, 31));
    assert_eq!(UniqueNumber::parse(&text).unwrap(), answer.number);
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_18_the_number_outlives_renewal_modification_and_another_desk() {
    let world = World::new().await;
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    world.clock.set(noon(date(2027, 10, 1)));
    assert_eq!(world.act(ANTIBES, Some(number), renew()).await.unwrap().number, number);
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_04_a_counter_that_was_set_back_gives_no_number_twice() {
    let world = World::new().await;
    let first = world.register(NICE, form(person("Un", "Anne", "1980-01-01"))).await.unwrap().number;
    // As after a restore of the counters alone, by a program that knew no marks.
    world.tamper("UPDATE register.number_counters SET next_sequence = 1");
    forget_the_marks(&world);
    let again = world.another().await;
    let second =
        again.execute(request(NICE, None, register(form(person("Deux", "Anne", "1980-01-01"))))).await.unwrap();
    assert_ne!(second.number, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_04_a_counter_that_was_set_back_far_costs_one_look_and_no_refusal() {
    let world = World::new().await;
    let mut last = None;
    // More than an act is decided anew.
    for n in 0..12 {
        let name = format!("Un{}", char::from(b'a' + n));
        last = Some(world.register(NICE, form(person(&name, "Anne", "1980-01-01"))).await.unwrap().number);
    }
    world.tamper("UPDATE register.number_counters SET next_sequence = 1");
    forget_the_marks(&world);
    let again = world.another().await;
    let next = again.execute(request(NICE, None, register(form(person("Deux", "Anne", "1980-01-01"))))).await.unwrap();
    assert!(next.number.sequence() > last.unwrap().sequence());
}

fn forget_the_marks(world: &World) {
    std::fs::remove_file(world.keys.path().join("numbers-006.marks")).unwrap();
}

/// What the log of a restored database does not know any more was given all the same.
#[tokio::test(flavor = "multi_thread")]
async fn inv_04_a_restored_database_gives_no_number_that_it_has_forgotten() {
    let world = World::new().await;
    let mut registration = registration("006", form(person("Avant", "Anne", "1980-01-01")));
    registration.filed_on = some("2026-10-31");
    let earlier = world.act(NICE, None, demand::Act::Register(Box::new(registration))).await.unwrap().number;
    let last = world.register(NICE, form(person("Un", "Anne", "1980-01-01"))).await.unwrap().number;
    let given: Vec<String> = [earlier, last].iter().map(ToString::to_string).collect();
    // Both registrations are lost, with the counter of one of them.
    world.tamper("DELETE FROM register.number_counters WHERE month = '1126'");
    world.tamper("UPDATE register.number_counters SET next_sequence = 1");
    world.tamper("TRUNCATE log.claims");
    world.tamper(&format!("DELETE FROM log.events WHERE stream IN ('{}')", given.join("','")));
    world.tamper("UPDATE log.head SET position = (SELECT max(position) FROM log.events)");

    let place = Place {
        database: options(&world.database),
        keys: world.keys.path().to_owned(),
        connections: 2,
        standby: Standby::NotAsked,
        clock: world.clock.clone(),
    };
    let forgotten = register::forgotten(&place).await.unwrap();
    let told: Vec<_> = forgotten.numbers.iter().map(|n| (&*n.territory, &*n.month, n.next, n.free_from)).collect();
    assert_eq!(told, [("006", "1026", 1, 101), ("006", "1126", 1, 101)]);
    let faulty = register::examine(&place, Depth::Usual, |_, _| ()).await.unwrap();
    let numbers = faulty.checks.iter().find(|check| check.name == "numéros").unwrap();
    assert_eq!(numbers.faults.len(), 2, "{numbers:?}");

    let again = world.another().await;
    assert_eq!(register::forgotten(&place).await.unwrap().numbers, []);
    let next = again.execute(request(NICE, None, register(form(person("Deux", "Anne", "1980-01-01"))))).await.unwrap();
    assert_eq!(next.number.sequence().value(), 101);
    // The key folder is an old copy, too: a margin, also for months that were never used.
    let everywhere = 2 * nomenclature::Territory::all().len();
    assert_eq!(again.leap_numbers(1000, date(2026, 11, 20)).await.unwrap(), everywhere);
    let next = again.execute(request(NICE, None, register(form(person("Trois", "Anne", "1980-01-01"))))).await.unwrap();
    assert_eq!(next.number.sequence().value(), 1201);
    let elsewhere = cluster()
        .psql(
            &world.database,
            "SELECT next_sequence FROM register.number_counters WHERE territory = '083' AND month = '1026'",
        )
        .unwrap();
    assert_eq!(elsewhere, "1001");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_with_altered_marks_does_not_open() {
    let world = World::new().await;
    world.register(NICE, form(person("Un", "Anne", "1980-01-01"))).await.unwrap();
    let path = world.keys.path().join("numbers-006.marks");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("101", "001", 1)).unwrap();
    let refused = open(&world.database, world.keys.path(), &world.clock).await;
    assert!(matches!(refused, Err(register::Error::Vault(vault::Error::MarksAltered { .. }))));
}
