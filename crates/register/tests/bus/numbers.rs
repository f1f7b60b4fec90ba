//! Unique numbers (INV-03, INV-04, INV-05).

use std::collections::HashSet;

use jiff::civil::date;
use nomenclature::UniqueNumber;

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
    // As after a restore of the counters alone.
    world.tamper("UPDATE register.number_counters SET next_sequence = 1");
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
    let again = world.another().await;
    let next = again.execute(request(NICE, None, register(form(person("Deux", "Anne", "1980-01-01"))))).await.unwrap();
    assert!(next.number.sequence() > last.unwrap().sequence());
}
