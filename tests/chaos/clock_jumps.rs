//! A clock that jumps by a second, an hour, a day and a year, either way, and over the nights of summer and winter time. What
//! is recorded may bear an earlier instant than what stands before it; nothing else goes wrong.

mod life;
mod verdict;

use std::collections::BTreeSet;
use std::sync::Arc;

use client::Client;
use jiff::civil::date;
use nomenclature::Actor;
use proto::v1::ListSharedDemandsResponse;
use register::{Depth, SetClock, StockReader};
use serde_json::json;
use server::{DevelopmentIssuer, Options, Server};
use tests::cast::NICE;
use tests::dice::Dice;
use tokio::sync::oneshot;

use tests::stage::tokens;
use tests::stage::world::noon;

use self::life::Life;
use crate::lane::{self, Lane};

/// Jumps of a short run and of a whole one.
const JUMPS: (usize, usize) = (80, 800);

/// INV-16, INV-19, INV-32, INV-61, and the receipts, numbers and keys beside them.
#[tokio::test(flavor = "multi_thread")]
async fn wherever_the_clock_jumps_what_falls_due_is_done_once_and_no_day_too_early() {
    let mut lane = Lane::begin("clock_jumps");
    let clock = Arc::new(SetClock::at(noon(date(2026, 3, 15))));
    let mut life = Life::begin(Arc::clone(&clock), Dice::new(1)).await;
    let jumps = lane::either(JUMPS);
    for step in 0..jumps {
        life.jumps();
        life.acts().await;
        if step % 2 == 0 {
            life.does_the_daily_run().await;
        }
        if step % 5 == 0 {
            life.rotates_the_keys().await;
        }
        if step % 16 == 0 {
            life.is_opened_by_another_process().await;
        }
        life.asks_as_of_a_day().await;
    }
    // Time catches up with everything: who is left is listed, radiated, and erased.
    for day in [date(2039, 1, 1), date(2039, 6, 1), date(2040, 6, 2)] {
        clock.set(noon(day));
        life.does_the_daily_run().await;
        life.sends_every_notice().await;
        life.rotates_the_keys().await;
    }

    // Receipts: each command has its first answer still.
    for (request, first) in &life.done {
        let again = life.register.execute(request.clone()).await.unwrap();
        assert_eq!(again, *first);
    }
    let numbers: BTreeSet<_> = life.numbers.iter().collect();
    assert_eq!(numbers.len(), life.numbers.len(), "a number was given twice");
    // Behind an answer stood an event of a later day: nothing that is recorded since belongs before it.
    for (number, day, first) in &life.told {
        let again = life.replayed(*number, *day).await.unwrap();
        assert_eq!(again, *first, "as of {day}");
    }
    let verdict = verdict::of(&life.database);
    assert_eq!(verdict.faults, Vec::<String>::new());
    assert!(verdict.listed > 0 && verdict.radiated > 0 && verdict.erased > 0, "{verdict:?}");
    assert!(verdict.back > 0, "the clock never went back");
    let stock = StockReader::open(life.place.database.clone()).await.unwrap();
    let findings = life.register.examine(Depth::CrossRead, &stock, |_, _| ()).await.unwrap();
    // Its clock is not this machine's.
    let faults: Vec<_> = findings.checks.iter().filter(|check| check.name != "horloge").collect();
    assert!(faults.iter().all(|check| check.faults.is_empty()), "{faults:?}");
    lane.counted("jumps", jumps);
    lane.counted("commands done", life.done.len());
    lane.counted("commands refused by the rules", life.refused);
    lane.counted("events recorded before what stands before them", verdict.back);
    lane.counted("notices listed", verdict.listed);
    lane.counted("demands radiated for non-renewal", verdict.radiated);
    lane.counted("demands erased", verdict.erased);
    lane.counted("answers as of a day that stayed", life.told.len());
    life.ends().await;
    lane.held();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_was_begun_goes_on_after_the_clock_has_jumped() {
    let clock = Arc::new(SetClock::at(noon(date(2026, 3, 15))));
    let mut life = Life::begin(Arc::clone(&clock), Dice::new(2)).await;
    for _ in 0..7 {
        life.registers().await;
    }
    let issuer = Arc::new(DevelopmentIssuer::in_memory().unwrap());
    let tokens = tokens::of(issuer.clone());
    let options = Options { listen: ([127, 0, 0, 1], 0).into(), development: Some(issuer), ..Options::default() };
    let server = Server::bind(life.register.clone(), &life.place, options).await.unwrap();
    let client = Client::at(&server.address().to_string(), &tokens).unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(server.run(async {
        let _ = stopped.await;
    }));
    let head = life.register.reader().head().await.unwrap().get();
    let (mut seen, mut token) = (BTreeSet::new(), String::new());
    for day in [date(2026, 3, 15), date(2027, 3, 15), date(2026, 3, 16), date(2025, 3, 15)] {
        clock.set(noon(day));
        let asked = json!({"page_size": 2, "page_token": token, "at_least_position": head});
        let page: ListSharedDemandsResponse = client
            .call(Actor::parse(NICE).unwrap(), "SharedManagementService/ListSharedDemands", &asked)
            .await
            .unwrap();
        seen.extend(page.demands.into_iter().map(|demand| demand.number));
        token = page.next_page_token;
    }
    assert_eq!(seen, life.numbers.iter().map(ToString::to_string).collect());
    assert!(token.is_empty());
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
    life.ends().await;
}
