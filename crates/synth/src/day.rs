//! Days that acts and births fall on.

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use nomenclature::add_months;

use crate::dice::Dice;

/// The day that many days later, or earlier.
pub(crate) fn after(day: Date, days: i32) -> Date {
    day.saturating_add(days.days())
}

/// The day, or the Monday after it when desks are closed; never beyond the last day of the sample.
pub(crate) fn at_a_desk(day: Date, last: Date) -> Date {
    let days = match day.weekday() {
        Weekday::Saturday => 2,
        Weekday::Sunday => 1,
        _ => 0,
    };
    after(day, days).min(last)
}

/// Desks are closed.
pub(crate) fn is_closed(day: Date) -> bool {
    matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The day, or the Monday after it when desks are closed.
pub(crate) fn open_day(day: Date) -> Date {
    at_a_desk(day, Date::MAX)
}

/// A day of birth of somebody who is `from` to `to` years old on a day.
pub(crate) fn of_birth(dice: &mut Dice, day: Date, from: i32, to: i32) -> Date {
    let months = dice.between(from * 12, to.max(from) * 12 + 10);
    after(add_months(day, -months), -dice.between(1, 27))
}

/// Whole years between a birth and a day.
pub(crate) fn age(born: Date, day: Date) -> i32 {
    let years = i32::from(day.year()) - i32::from(born.year());
    if (day.month(), day.day()) < (born.month(), born.day()) { years - 1 } else { years }
}

/// How many days from one to the other.
pub(crate) fn between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::dice::Purpose;

    #[test]
    fn desks_are_closed_on_saturday_and_sunday() {
        let last = date(2026, 10, 31);
        assert_eq!(at_a_desk(date(2025, 8, 2), last), date(2025, 8, 4));
        assert_eq!(at_a_desk(date(2025, 8, 3), last), date(2025, 8, 4));
        assert_eq!(at_a_desk(date(2025, 8, 4), last), date(2025, 8, 4));
        assert_eq!(at_a_desk(last, last), last);
    }

    #[test]
    fn a_birth_gives_the_age_that_was_asked_for() {
        let mut dice = Dice::new(1, Purpose::Household, 0);
        let day = date(2026, 3, 1);
        for _ in 0..1_000 {
            let age = age(of_birth(&mut dice, day, 30, 49), day);
            assert!((30..=49).contains(&age), "{age}");
        }
        assert_eq!(age(date(2000, 2, 29), date(2026, 2, 28)), 25);
        assert_eq!(between(date(2025, 12, 31), date(2026, 2, 1)), 32);
    }
}
