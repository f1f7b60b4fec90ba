//! What happens by chance, and how often.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Numbers that follow from a seed (splitmix64). Clones draw from the same ones.
#[derive(Clone, Debug)]
pub struct Dice(Arc<Mutex<u64>>);

impl Dice {
    pub fn of(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15))))
    }

    fn next(&self) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// One of `0..sides`.
    pub fn roll(&self, sides: u64) -> u64 {
        self.next() % sides
    }

    /// Once in so many times.
    pub fn once_in(&self, times: u64) -> bool {
        self.roll(times) == 0
    }

    /// From one number to another, both included.
    pub fn between(&self, least: u64, most: u64) -> u64 {
        least + self.roll(most - least + 1)
    }

    pub fn millis(&self, least: u64, most: u64) -> Duration {
        Duration::from_millis(self.between(least, most))
    }

    /// How long something on the way takes: often nothing, seldom long.
    pub fn way(&self) -> Duration {
        match self.roll(16) {
            0..8 => Duration::ZERO,
            8..15 => self.millis(1, 8),
            _ => self.millis(10, 400),
        }
    }
}
