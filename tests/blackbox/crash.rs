//! Kill -9 under load: nothing acknowledged is lost, nothing is done twice, nothing appears that nobody asked for.
//!
//! Three kinds of process: this one with its database; the load with the ledger; workers, which hold the register and are
//! killed. A kill of processes keeps what the kernel holds: that a power cut loses nothing either rests on the settings
//! that the register insists on at its start, not on this test.

mod checker;
mod evidence;
mod processes;
mod sabotage;

use std::collections::HashMap;
use std::sync::Arc;

use private_postgres::test_util::TestCluster;
use register::{Depth, Register, StockReader, SystemClock};
use tests::ledger::{Entry, Ledger};
use tests::wire::{Order, Reply};
use tokio::task::JoinSet;

use crate::world;
use evidence::Evidence;
use processes::Load;

const CYCLES: usize = 5;
/// Acknowledgements between two kills.
const ACKS_BETWEEN: usize = 250;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_or_doubled_by_five_kills_under_load() {
    let cluster = TestCluster::start().unwrap();
    let (database, url) = world::new_database(&cluster);
    let folder = tempfile::tempdir().unwrap();
    let (keys, ledger) = (folder.path().join("keys"), folder.path().join("ledger.ndjson"));
    world::bring_in_the_cast(&world::open(&url, &keys, Arc::new(SystemClock)).await).await;

    let mut load = Load::start(&url, &keys, &ledger);
    for cycle in 1..=CYCLES {
        load.runs_until(load.acks() + ACKS_BETWEEN);
        if cycle % 2 == 1 {
            load.kill_the_worker();
        } else {
            cluster.kill_postmaster();
            cluster.restart().unwrap();
        }
    }
    load.runs_until(load.acks() + ACKS_BETWEEN);
    let told = load.stops();

    let evidence = Evidence::gather(&cluster, &database, Ledger::read(&ledger).unwrap());
    assert_eq!(checker::faults(&evidence), Vec::<String>::new());
    assert!(told.died_with.iter().any(|unanswered| *unanswered > 0), "no worker was killed under load");

    let register = world::open(&url, &keys, Arc::new(SystemClock)).await;
    let stock = StockReader::open(url.parse().unwrap()).await.unwrap();
    let findings = register.examine(Depth::CrossRead, &stock, |_, _| ()).await.unwrap();
    assert!(findings.is_sound(), "{findings:?}");
    let repeated = every_ack_is_given_again(&register, &evidence.ledger).await;
    assert_eq!(register.reader().head().await.unwrap().get(), evidence.head, "a repeat wrote something");
    let hurt = evidence
        .ledger
        .iter()
        .filter(|entry| matches!(entry, Entry::Answer(Reply::Unknown { .. } | Reply::Failed { .. })));
    eprintln!(
        "crash: {CYCLES} kills, workers died with {:?} orders open, {} orders failed with their database; {} events, \
         {repeated} acknowledgements kept and given again",
        told.died_with,
        hurt.count(),
        evidence.head
    );
}

/// Sends every acknowledged command once more; each must get its first answer. Returns how many there were.
async fn every_ack_is_given_again(register: &Register, ledger: &[Entry]) -> usize {
    let mut orders: HashMap<_, Order> = HashMap::new();
    let mut calls = JoinSet::new();
    let mut repeated = 0;
    for entry in ledger {
        match entry {
            Entry::Intent(order) => drop(orders.insert(order.command_id, (**order).clone())),
            Entry::Answer(Reply::Ack(first)) => {
                let (register, order, first) = (register.clone(), orders[&first.command_id].clone(), first.clone());
                calls.spawn(async move {
                    let answer = register.execute(order.request()).await;
                    assert_eq!(Reply::of(order.command_id, &answer), Reply::Ack(first));
                });
                repeated += 1;
            }
            Entry::Answer(_) => {}
        }
        if calls.len() >= 16 {
            calls.join_next().await.unwrap().unwrap();
        }
    }
    calls.join_all().await;
    repeated
}
