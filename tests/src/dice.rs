//! Chance with a seed: the same seed draws the same.

use std::time::Duration;

/// SplitMix64: plenty for choosing what to do next.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Dice that nobody has thrown yet.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// One of so many.
    pub fn below(&mut self, many: usize) -> usize {
        usize::try_from(self.next() >> 1).unwrap_or(0) % many
    }

    /// No time at all up to so many milliseconds, to the microsecond.
    pub fn millis(&mut self, most: usize) -> Duration {
        Duration::from_micros(u64::try_from(self.below(most * 1_000 + 1)).unwrap_or(0))
    }

    /// Other dice, for somebody who throws at the same time.
    pub fn others(&mut self) -> Self {
        Self(self.next())
    }
}
