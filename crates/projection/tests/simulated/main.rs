//! Runners in a world that goes wrong: some processes race for views in memory, over a log in memory, in one thread and in
//! time that passes at once. What happens follows from a seed.
//!
//! `SIM_SEED=n` plays one seed, `SIM_SEEDS=n` so many of them.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod chance;
mod process;
mod view;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

/// How many seeds are played when nobody asks for others.
const SEEDS: u64 = 1_000;

fn asked(name: &str) -> Option<u64> {
    let asked = std::env::var(name).ok()?;
    Some(asked.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// Plays a seed; a failure says which one it was.
fn play(seed: u64) -> world::Played {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    match catch_unwind(AssertUnwindSafe(|| runtime.block_on(world::play(seed)))) {
        Ok(played) => played,
        Err(cause) => {
            let told = cause.downcast_ref::<String>().map(String::as_str).or(cause.downcast_ref::<&str>().copied());
            panic!(
                "seed {seed}: {}\nagain: SIM_SEED={seed} cargo test -p projection --test simulated whatever_happens",
                told.unwrap_or("it failed")
            )
        }
    }
}

#[test]
fn whatever_happens_a_view_is_the_fold_of_the_log_up_to_where_it_stands() {
    let seeds = match asked("SIM_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..asked("SIM_SEEDS").unwrap_or(SEEDS),
    };
    let (mut all, count) = (world::Played::default(), seeds.end - seeds.start);
    for seed in seeds {
        all += play(seed);
    }
    // A world in which nothing goes wrong shows nothing.
    if count >= SEEDS {
        assert!(
            all.deaths > count && all.lost > count && all.crashes > count / 4 && all.stopped > count / 20,
            "{all:?}"
        );
        assert!(all.commits > 10 * count && all.switches > count / 2, "{all:?}");
    }
}

#[test]
fn a_seed_plays_the_same_way_each_time() {
    for seed in 0..20 {
        assert_eq!(play(seed), play(seed), "seed {seed}");
    }
}
