//! What was counted of one place in some blocks, packed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::counted::Counted;
use crate::histogram::Histogram;
use crate::kind::Kind;
use crate::leaf::Entry;
use crate::month::Month;

/// Number of some counts, and the sum of their values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many.
    pub count: i64,
    /// Sum of the values.
    pub sum: i64,
}

/// Counts by kind and month, with the values of those that have any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rollup {
    pub(crate) counts: BTreeMap<(Counted, Kind, Month), Tally>,
    pub(crate) values: BTreeMap<(Counted, Kind, Month), Histogram>,
}

/// A column that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("a packed column cannot be read")]
pub struct Unpacked;

type PackedCounts = Vec<(Counted, Kind, Month, Tally)>;
/// Values as the distance to the one before.
type PackedValues = Vec<(i32, i64)>;
type PackedMonths = Vec<(Counted, Kind, Month, PackedValues)>;
type PackedYear = Vec<(Kind, PackedValues)>;

/// The values of a year, packed: the stock's as a whole, and everything month by month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct YearOfValues {
    pub year: i32,
    pub whole: Vec<u8>,
    pub months: Vec<u8>,
}

impl Rollup {
    /// Counts an entry in.
    pub(crate) fn add(&mut self, entry: &Entry) {
        let key = (entry.counted, entry.kind, entry.month);
        let tally = self.counts.entry(key).or_default();
        tally.count += entry.amount;
        if entry.counted.has_histogram() {
            tally.sum += entry.amount * i64::from(entry.value);
            self.values.entry(key).or_default().add(entry.value, entry.amount);
        }
    }

    pub(crate) fn packed_counts(&self) -> Result<Vec<u8>, postcard::Error> {
        let kept = self.counts.iter().filter(|(_, tally)| **tally != Tally::default());
        let packed: PackedCounts =
            kept.map(|((counted, kind, month), tally)| (*counted, *kind, *month, *tally)).collect();
        if packed.is_empty() { Ok(Vec::new()) } else { postcard::to_allocvec(&packed) }
    }

    pub(crate) fn take_counts(&mut self, packed: &[u8]) -> Result<(), Unpacked> {
        if packed.is_empty() {
            return Ok(());
        }
        for (counted, kind, month, Tally { count, sum }) in
            postcard::from_bytes::<PackedCounts>(packed).map_err(|_| Unpacked)?
        {
            let tally = self.counts.entry((counted, kind, month)).or_default();
            tally.count += count;
            tally.sum += sum;
        }
        Ok(())
    }

    /// The values, each year for itself.
    pub(crate) fn packed_values(&self) -> Result<Vec<YearOfValues>, postcard::Error> {
        let mut years: BTreeMap<i32, (BTreeMap<Kind, Histogram>, PackedMonths)> = BTreeMap::new();
        for ((counted, kind, month), values) in &self.values {
            let packed = packed(values);
            if packed.is_empty() {
                continue;
            }
            let (whole, months) = years.entry(month.year()).or_default();
            if counted.is_stock() {
                whole.entry(*kind).or_default().merge(values);
            }
            months.push((*counted, *kind, *month, packed));
        }
        let years = years.into_iter().map(|(year, (whole, months))| {
            let whole: PackedYear = whole.iter().map(|(kind, values)| (*kind, packed(values))).collect();
            Ok(YearOfValues { year, whole: postcard::to_allocvec(&whole)?, months: postcard::to_allocvec(&months)? })
        });
        years.collect()
    }

    /// Takes in the values of a year, month by month.
    pub(crate) fn take_months(&mut self, packed: &[u8]) -> Result<(), Unpacked> {
        for (counted, kind, month, values) in postcard::from_bytes::<PackedMonths>(packed).map_err(|_| Unpacked)? {
            unpack(self.values.entry((counted, kind, month)).or_default(), &values);
        }
        Ok(())
    }

    /// Takes in the stock's values of a whole year, as if all of it were of the last month.
    pub(crate) fn take_year(&mut self, year: i32, packed: &[u8]) -> Result<(), Unpacked> {
        for (kind, values) in postcard::from_bytes::<PackedYear>(packed).map_err(|_| Unpacked)? {
            unpack(self.values.entry((Counted::Stock, kind, Month::december(year))).or_default(), &values);
        }
        Ok(())
    }
}

fn packed(values: &Histogram) -> PackedValues {
    let mut before = 0;
    values
        .iter()
        .map(|(value, amount)| {
            let gap = value.wrapping_sub(before);
            before = value;
            (gap, amount)
        })
        .collect()
}

fn unpack(histogram: &mut Histogram, packed: &PackedValues) {
    let mut value = 0_i32;
    for (gap, amount) in packed {
        value = value.wrapping_add(*gap);
        histogram.add(value, *amount);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entries() -> impl Strategy<Value = Vec<Entry>> {
        let counted = prop_oneof![Just(Counted::Stock), Just(Counted::Housed), Just(Counted::Renewed)];
        let one = (counted, 0_usize..3, 24_000_i32..24_040, -3_i32..20_000, -1_i64..=1);
        let entry = one.prop_map(|(counted, kind, month, value, amount)| Entry {
            offset: 0,
            commune: None,
            kind: Kind::ALL[kind],
            counted,
            month: Month::december(0).plus(month),
            value,
            amount,
        });
        proptest::collection::vec(entry, 0..80)
    }

    proptest! {
        #[test]
        fn parts_that_are_packed_and_put_together_are_the_whole(one in entries(), other in entries()) {
            let (mut whole, mut merged) = (Rollup::default(), Rollup::default());
            for part in [one, other] {
                let mut rollup = Rollup::default();
                for entry in &part {
                    rollup.add(entry);
                    whole.add(entry);
                }
                merged.take_counts(&rollup.packed_counts().unwrap()).unwrap();
                for year in rollup.packed_values().unwrap() {
                    merged.take_months(&year.months).unwrap();
                }
            }
            prop_assert_eq!(merged.packed_counts().unwrap(), whole.packed_counts().unwrap());
            prop_assert_eq!(merged.packed_values().unwrap(), whole.packed_values().unwrap());
        }
    }

    #[test]
    fn bytes_of_something_else_are_an_error() {
        let mut rollup = Rollup::default();
        assert!(rollup.take_counts(&[3, 200, 0]).is_err());
        assert!(rollup.take_months(&[200]).is_err());
        assert!(rollup.take_year(2026, &[9, 9]).is_err());
    }
}
