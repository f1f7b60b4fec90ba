//! The table of large agglomerations.

use std::sync::LazyLock;

use jiff::civil::Date;

use super::rows;
use crate::Territory;

/// A territory that holds all or part of an agglomeration of over 300 000 inhabitants (R441-15, R441-16-1). *Provisional*:
/// no official list was found, see `data/README.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LargeAgglomeration {
    /// The territory.
    pub territory: Territory,
    /// Name of the agglomeration.
    pub name: &'static str,
    /// From which day on it counts.
    pub since: Date,
}

static TABLE: LazyLock<Vec<LargeAgglomeration>> = LazyLock::new(|| {
    let read = |[territory, name, since]: [&'static str; 3]| LargeAgglomeration {
        territory: Territory::parse(territory).expect("the table holds territories"),
        name,
        since: since.parse().expect("the table holds dates"),
    };
    rows(include_str!("../../data/agglomerations.csv")).map(read).collect()
});

/// The whole table, sorted by territory and name.
pub fn large_agglomerations() -> &'static [LargeAgglomeration] {
    &TABLE
}

/// Whether all or part of an agglomeration of over 300 000 inhabitants lies in the territory on a day.
pub fn has_large_agglomeration(territory: Territory, day: Date) -> bool {
    TABLE.iter().any(|row| row.territory == territory && row.since <= day)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_table_is_sorted_and_each_row_stands_once() {
        let keys: Vec<_> = large_agglomerations().iter().map(|row| (row.territory, row.name)).collect();
        assert!(keys.is_sorted() && keys.windows(2).all(|pair| pair[0] != pair[1]), "{keys:?}");
        assert_eq!(keys.len(), 25);
    }

    #[test]
    fn a_territory_counts_from_its_day_on() {
        let counts = |code, day| has_large_agglomeration(Territory::parse(code).unwrap(), day);
        assert!(!counts("035", date(2020, 12, 31)) && counts("035", date(2021, 1, 1)), "Rennes");
        assert!(!counts("006", date(2007, 12, 31)) && counts("006", date(2008, 1, 1)), "Nice");
        assert!(!counts("004", Date::MAX), "Digne");
    }
}
