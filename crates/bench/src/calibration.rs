//! A fixed piece of work, timed in every repeat: how fast a core is here and now.
//!
//! Figures without a peer in the same run (a search, the lag of a view) can only be bounded in milliseconds. A bound says
//! how many on the machine it was set on; on a slower one it grows with this. It says nothing of disks.

use std::hint::black_box;
use std::time::{Duration, Instant};

const NUMBERS: usize = 1 << 15;
const ROUNDS: u32 = 20;

/// What the work took, in the middle, on the machine that the bounds in milliseconds were set on.
pub const REFERENCE_MS: f64 = 8.5;

/// Sorts and writes the same numbers again and again; milliseconds.
pub fn calibrate() -> f64 {
    let started = Instant::now();
    for round in 0..ROUNDS {
        black_box(work(black_box(round)));
    }
    let took: Duration = started.elapsed();
    took.as_secs_f64() * 1e3
}

fn work(round: u32) -> usize {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64 ^ u64::from(round);
    let mut numbers: Vec<u64> = Vec::with_capacity(NUMBERS);
    numbers.resize_with(NUMBERS, || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    });
    numbers.sort_unstable();
    numbers.iter().step_by(16).map(|number| number.to_string().len()).sum()
}
