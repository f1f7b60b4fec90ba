//! A person's demands wherever they are, so that a household counts once nationwide.

use std::collections::BTreeMap;

use jiff::civil::Date;
use nomenclature::UniqueNumber;
use serde::{Deserialize, Serialize};

use crate::month::Month;
use crate::timeline::{Days, Edges};

/// The days on which each demand of one person is in the register.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Household(BTreeMap<UniqueNumber, Vec<Days>>);

impl Household {
    /// The days of a demand, known anew.
    pub fn put(&mut self, number: UniqueNumber, days: Vec<Days>) {
        if days.is_empty() {
            self.0.remove(&number);
        } else {
            self.0.insert(number, days);
        }
    }

    /// Nothing is known of any demand.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// When the household begins and ends to be there with any of its demands, each change in its month.
    pub fn edges(&self) -> Edges<()> {
        edges(self.0.values().flatten().copied().collect())
    }
}

/// The months of the ends of a union of days.
pub(crate) fn edges(mut days: Vec<Days>) -> Edges<()> {
    days.sort_unstable();
    let mut union: Vec<Days> = Vec::new();
    for (from, until) in days {
        match union.last_mut() {
            Some((_, last)) if last.is_none_or(|last| from <= last) => *last = later(*last, until),
            _ => union.push((from, until)),
        }
    }
    let mut edges = Edges::new();
    for (from, until) in union {
        *edges.entry((Month::of(from), ())).or_default() += 1;
        if let Some(until) = until {
            *edges.entry((Month::of(until), ())).or_default() -= 1;
        }
    }
    edges.retain(|_, amount| *amount != 0);
    edges
}

/// The later of two ends, of which none is the latest.
fn later(one: Option<Date>, other: Option<Date>) -> Option<Date> {
    Some(one?.max(other?))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn number(text: &str) -> UniqueNumber {
        UniqueNumber::parse(text).unwrap()
    }

    #[test]
    fn a_household_with_two_demands_counts_once() {
        let (here, there) = (number("0061125000001G0601"), number("0831125000001G8301"));
        let mut household = Household::default();
        household.put(here, vec![(date(2025, 11, 3), Some(date(2026, 3, 1)))]);
        household.put(there, vec![(date(2026, 1, 5), Some(date(2026, 6, 2)))]);
        let month = |text| Month::parse(text).unwrap();
        assert_eq!(household.edges(), Edges::from([((month("2025-11"), ()), 1), ((month("2026-06"), ()), -1)]));
        household.put(there, Vec::new());
        assert_eq!(household.edges(), Edges::from([((month("2025-11"), ()), 1), ((month("2026-03"), ()), -1)]));
        household.put(there, vec![(date(2026, 4, 1), None)]);
        assert_eq!(household.edges().values().sum::<i64>(), 1);
        assert_eq!(household.edges().len(), 3, "it was away in March");
        household.put(here, vec![(date(2025, 11, 3), None)]);
        assert_eq!(household.edges(), Edges::from([((month("2025-11"), ()), 1)]));
    }
}
