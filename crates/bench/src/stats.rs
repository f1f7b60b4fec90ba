//! Least, middle and greatest of a few repeats, and percentiles of many latencies.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

/// What some repeats came to. With few repeats the spread says more than any interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Least.
    pub min: f64,
    /// Middle; of an even number the mean of the two in the middle.
    pub median: f64,
    /// Greatest.
    pub max: f64,
}

impl Spread {
    /// Of no values there is none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (min, max) = (*values.first()?, *values.last()?);
        let median = f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2]);
        Some(Self { min, median, max })
    }

    /// The same in another unit.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self { min: self.min * factor, median: self.median * factor, max: self.max * factor }
    }
}

/// `min/median/max`, with the precision given.
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(0);
        write!(f, "{:.digits$}/{:.digits$}/{:.digits$}", self.min, self.median, self.max)
    }
}

/// The latency that this share of the calls does not exceed, in milliseconds. Sorts.
pub fn percentile_ms(latencies: &mut [Duration], share: f64) -> Option<f64> {
    latencies.sort_unstable();
    let last = latencies.len().checked_sub(1)?;
    let place = (last as f64 * share).round() as usize;
    Some(latencies[place.min(last)].as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_least_middle_and_greatest() {
        assert_eq!(Spread::of([]), None);
        assert_eq!(Spread::of([3.0, 1.0, 2.0]), Some(Spread { min: 1.0, median: 2.0, max: 3.0 }));
        assert_eq!(Spread::of([4.0, 1.0]), Some(Spread { min: 1.0, median: 2.5, max: 4.0 }));
        assert_eq!(format!("{:.1}", Spread { min: 1.0, median: 2.0, max: 3.0 }), "1.0/2.0/3.0");
    }

    #[test]
    fn a_percentile_is_one_of_the_latencies() {
        let mut latencies: Vec<Duration> = (1..=100).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile_ms(&mut latencies, 0.0), Some(1.0));
        assert_eq!(percentile_ms(&mut latencies, 0.99), Some(99.0));
        assert_eq!(percentile_ms(&mut latencies, 1.0), Some(100.0));
        assert_eq!(percentile_ms(&mut [], 0.5), None);
    }
}
