//! A civil month.

use std::fmt;

use jiff::civil::Date;
use nomenclature::add_months;
use serde::{Deserialize, Serialize};

/// A month of the calendar, in months since year 0: so that months are counted by subtraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Month(i32);

const YEAR_ONE: Date = Date::constant(1, 1, 1);

impl Month {
    /// Before every other month.
    pub(crate) const BEGINNING: Self = Self(i32::MIN);

    /// The month that holds a day.
    pub fn of(day: Date) -> Self {
        Self(i32::from(day.year()) * 12 + i32::from(day.month()) - 1)
    }

    /// Reads `YYYY-MM`, year 0001 to 9999, and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        nomenclature::parse_date(&format!("{text}-01")).ok().map(Self::of)
    }

    /// The last month of a year.
    pub(crate) fn december(year: i32) -> Self {
        Self(year * 12 + 11)
    }

    /// Its year.
    pub fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// Its first day.
    pub fn first_day(self) -> Date {
        add_months(YEAR_ONE, self.0 - 12)
    }

    /// Its last day.
    pub fn last_day(self) -> Date {
        self.first_day().last_of_month()
    }

    /// So many months later; earlier when negative.
    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        Self(self.0.saturating_add(months))
    }

    /// How many months lie between an earlier month and this one.
    pub fn since(self, earlier: Self) -> i32 {
        self.0.saturating_sub(earlier.0)
    }

    /// Every month from this one to another, both included; none when the other lies before.
    pub fn to(self, last: Self) -> impl DoubleEndedIterator<Item = Self> {
        (self.0..=last.0).map(Self)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.0.rem_euclid(12) + 1)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_month_has_a_first_and_a_last_day() {
        let february = Month::of(date(2024, 2, 17));
        assert_eq!(february.to_string(), "2024-02");
        assert_eq!((february.first_day(), february.last_day()), (date(2024, 2, 1), date(2024, 2, 29)));
        assert_eq!(february.plus(-2).to_string(), "2023-12");
        assert_eq!(february.plus(-2), Month::december(2023));
        assert_eq!(february.since(february.plus(-14)), 14);
        assert_eq!(Month::parse("0001-01").unwrap().first_day(), date(1, 1, 1));
        assert_eq!(Month::parse("9999-12").unwrap().last_day(), date(9999, 12, 31));
    }

    #[test]
    fn a_month_is_read_in_one_form_only() {
        assert_eq!(Month::parse("2026-11"), Some(Month::of(date(2026, 11, 30))));
        for text in ["", "2026", "2026-13", "2026-00", "2026-1", "26-11", "2026-11-01", "0000-01", "2026/11"] {
            assert_eq!(Month::parse(text), None, "{text:?}");
        }
    }
}
