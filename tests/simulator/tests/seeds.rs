//! Many seeds, each a simulation: `SIM_SEEDS=n` for so many, `SIM_SEED=n` for one of them.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use simulator::ledger::Told;
use simulator::{Plan, run, smallest};

const SEEDS: u64 = 1_000;

fn said(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Lives through a plan; fails with the smallest one that fails, and how to see it again.
fn lives(plan: Plan) -> Told {
    match run(plan) {
        Ok(lived) => lived.told,
        Err(faults) => {
            let small = smallest(plan);
            let of_small = run(small).err().unwrap_or_default();
            panic!(
                "seed {}:\n  {}\nsmallest:\n  {}\nto see it again:\n  {small} cargo test --package simulator --test seeds -- one_seed",
                plan.seed,
                faults.join("\n  "),
                of_small.join("\n  "),
            );
        }
    }
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_happens_twice() {
    if said("SIM_SEED").is_some() {
        return;
    }
    let (next, seeds) = (Arc::new(AtomicU64::new(0)), said("SIM_SEEDS").unwrap_or(SEEDS));
    let lived = Arc::new(Mutex::new(Told::default()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let workers: Vec<_> = (0..threads)
        .map(|_| {
            let (next, lived) = (Arc::clone(&next), Arc::clone(&lived));
            std::thread::spawn(move || {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        return;
                    }
                    let told = lives(Plan::of(seed));
                    lived.lock().unwrap().add(told);
                }
            })
        })
        .collect();
    for worker in workers {
        worker.join().expect("no seed fails");
    }
    let told = *lived.lock().unwrap();
    eprintln!("{seeds} seeds: {told:?}");
    // It was worth it: everything that can happen has happened, often.
    let often = seeds / 4;
    let Told { committed, repeated, refused, unknown, fenced, duplicates, deaths } = told;
    assert!(committed > 4 * seeds, "{told:?}");
    for count in [repeated, refused, unknown, fenced * 20, duplicates, deaths] {
        assert!(count >= often, "{told:?}");
    }
}

#[test]
fn one_seed() {
    let Some(seed) = said("SIM_SEED") else { return };
    let plan = std::env::var("SIM_PLAN").ok().and_then(|said| Plan::parse(seed, &said));
    eprintln!("{:?}", lives(plan.unwrap_or(Plan::of(seed))));
}

#[test]
fn the_same_seed_lives_the_same_life() {
    for seed in 0..32 {
        let plan = Plan::of(seed);
        let lives: BTreeSet<_> = (0..2).map(|_| run(plan).expect("lived").history).collect();
        assert_eq!(lives.len(), 1, "{plan}");
    }
}
