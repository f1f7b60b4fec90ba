//! Exact distributions: how many there are of each value.

use std::collections::BTreeMap;

/// How many of each value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram(BTreeMap<i32, i64>);

impl Histogram {
    /// So many more, or fewer, of a value.
    pub fn add(&mut self, value: i32, amount: i64) {
        *self.0.entry(value).or_default() += amount;
    }

    /// Everything of another one.
    pub fn merge(&mut self, other: &Self) {
        for (value, amount) in &other.0 {
            self.add(*value, *amount);
        }
    }

    /// Values and how many there are of each, without those that came to nothing.
    pub fn iter(&self) -> impl Iterator<Item = (i32, i64)> {
        self.0.iter().filter(|(_, amount)| **amount != 0).map(|(value, amount)| (*value, *amount))
    }

    /// How many in all.
    pub fn count(&self) -> i64 {
        self.0.values().sum()
    }

    /// The smallest value such that at least `part` of `parts` of them are not above it: of the n values in order, the one of
    /// rank ⌈n × part / parts⌉. None of nothing.
    pub fn quantile(&self, part: i64, parts: i64) -> Option<i32> {
        let rank = (self.count() * part + parts - 1) / parts;
        let mut passed = 0;
        self.iter()
            .find(|(_, amount)| {
                passed += amount;
                passed >= rank.max(1)
            })
            .map(|(value, _)| value)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_quantile_is_a_value_of_a_rank(mut values in proptest::collection::vec(-50_i32..50, 0..60), part in 1_i64..=10) {
            let mut histogram = Histogram::default();
            for value in &values {
                histogram.add(*value, 1);
            }
            histogram.add(7, 1);
            histogram.add(7, -1);
            values.sort_unstable();
            let rank = (0..).find(|rank| rank * 10 >= values.len() as i64 * part).unwrap();
            let expected = usize::try_from(rank - 1).ok().and_then(|index| values.get(index).copied());
            prop_assert_eq!(histogram.quantile(part, 10), expected);
        }
    }
}
