//! Civil dates: months that end, the day in Paris, dates read from text.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::ParseError;

static PARIS: LazyLock<TimeZone> =
    LazyLock::new(|| TimeZone::get("Europe/Paris").expect("the time zones are built into the program"));

/// The same day of the month `months` later (earlier when negative), clipped to the month's end.
///
/// 31 January and one month is 28 February, or 29: a delay of months never runs into a month too many. A delay of *n*
/// months from day D ends at the end of the day that this gives; adding months twice is not adding them at once. Beyond
/// the calendar (years -9999 to 9999) the first or last day is given.
pub fn add_months(day: Date, months: i32) -> Date {
    let count = i64::from(day.year()) * 12 + i64::from(day.month()) - 1 + i64::from(months);
    let first = i16::try_from(count.div_euclid(12)).ok().zip(i8::try_from(count.rem_euclid(12) + 1).ok());
    match first.and_then(|(year, month)| Date::new(year, month, 1).ok()) {
        Some(first) => {
            let clipped = day.day().min(first.days_in_month());
            Date::new(first.year(), first.month(), clipped).expect("the day is in the month")
        }
        None if months < 0 => Date::MIN,
        None => Date::MAX,
    }
}

/// The civil day of an instant in Paris, which is the day of the register wherever the desk is.
pub fn paris_day(instant: Timestamp) -> Date {
    PARIS.to_datetime(instant).date()
}

/// Reads a civil date written `YYYY-MM-DD`, year 0001 to 9999, and nothing else.
pub fn parse_date(text: &str) -> Result<Date, ParseError> {
    let &[a, b, c, d, b'-', m, n, b'-', x, y] = text.as_bytes() else {
        return Err(ParseError::Date);
    };
    let year = number(&[a, b, c, d])?;
    let month = i8::try_from(number(&[m, n])?).map_err(|_| ParseError::Date)?;
    let day = i8::try_from(number(&[x, y])?).map_err(|_| ParseError::Date)?;
    match year {
        0 => Err(ParseError::Date),
        _ => Date::new(year, month, day).map_err(|_| ParseError::ImpossibleDate),
    }
}

fn number(digits: &[u8]) -> Result<i16, ParseError> {
    digits.iter().try_fold(0, |sum, digit| match digit {
        b'0'..=b'9' => Ok(sum * 10 + i16::from(digit - b'0')),
        _ => Err(ParseError::Date),
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    /// Lengths as a school child knows them, with no help from the library under test.
    fn length(year: i32, month: i32) -> i32 {
        match month {
            2 if year % 400 == 0 || (year % 4 == 0 && year % 100 != 0) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    /// Turns the pages of the calendar one month at a time.
    fn turn(day: Date, months: i32) -> (i32, i32, i32) {
        let (mut year, mut month) = (i32::from(day.year()), i32::from(day.month()));
        for _ in 0..months.abs() {
            month += months.signum();
            if month == 13 {
                (year, month) = (year + 1, 1);
            } else if month == 0 {
                (year, month) = (year - 1, 12);
            }
        }
        (year, month, i32::from(day.day()).min(length(year, month)))
    }

    #[test]
    fn a_delay_in_months_is_clipped_to_the_end_of_the_month() {
        let cases = [
            (date(2026, 1, 31), 1, date(2026, 2, 28)),
            (date(2024, 1, 31), 1, date(2024, 2, 29)),
            (date(2024, 2, 29), 12, date(2025, 2, 28)),
            (date(2024, 2, 29), 48, date(2028, 2, 29)),
            (date(2026, 3, 31), -1, date(2026, 2, 28)),
            (date(2026, 11, 30), 3, date(2027, 2, 28)),
            (date(2026, 12, 31), 2, date(2027, 2, 28)),
            (date(2026, 11, 23), 0, date(2026, 11, 23)),
            (date(2026, 1, 15), -1, date(2025, 12, 15)),
        ];
        for (day, months, expected) in cases {
            assert_eq!(add_months(day, months), expected, "{day} and {months} months");
        }
    }

    #[test]
    fn months_never_leave_the_calendar() {
        assert_eq!(add_months(date(2026, 1, 1), i32::MAX), Date::MAX);
        assert_eq!(add_months(date(2026, 1, 1), i32::MIN), Date::MIN);
        assert_eq!(add_months(Date::MAX, 1), Date::MAX);
        assert_eq!(add_months(Date::MIN, -1), Date::MIN);
        assert_eq!(add_months(Date::MAX, 0), Date::MAX);
        assert_eq!(add_months(Date::MIN, 0), Date::MIN);
    }

    #[test]
    fn the_day_changes_at_midnight_in_paris() {
        let day = |text: &str| paris_day(text.parse().unwrap());
        assert_eq!(day("2026-01-14T22:59:59.999999999Z"), date(2026, 1, 14));
        assert_eq!(day("2026-01-14T23:00:00Z"), date(2026, 1, 15));
        assert_eq!(day("2026-07-14T21:59:59Z"), date(2026, 7, 14));
        assert_eq!(day("2026-07-14T22:00:00Z"), date(2026, 7, 15));
        // Clocks go back in the night of 25 October 2026: the day lasts 25 hours.
        assert_eq!(day("2026-10-24T22:00:00Z"), date(2026, 10, 25));
        assert_eq!(day("2026-10-25T22:59:59Z"), date(2026, 10, 25));
        assert_eq!(day("2026-10-25T23:00:00Z"), date(2026, 10, 26));
        assert_eq!(paris_day(Timestamp::MAX).year(), 9999);
        assert_eq!(paris_day(Timestamp::MIN).year(), -9999);
    }

    #[test]
    fn a_date_is_read_in_one_form_only() {
        assert_eq!(parse_date("2026-11-23"), Ok(date(2026, 11, 23)));
        assert_eq!(parse_date("2024-02-29"), Ok(date(2024, 2, 29)));
        assert_eq!(parse_date("0001-01-01"), Ok(date(1, 1, 1)));
        assert_eq!(parse_date("9999-12-31"), Ok(date(9999, 12, 31)));
        let malformed = [
            "",
            "2026-11-2",
            "2026-11-023",
            "26-11-23",
            "2026/11/23",
            "23-11-2026",
            "20261123",
            "2026-W48-1",
            "2026-11-23T00",
            " 2026-11-2",
            "2026-11-23\0",
            "+026-11-23",
            "-001-11-23",
            "0000-01-01",
            "2026-1a-23",
            "２026-11-2",
            "2026–11-2",
            "2026-11-23 ",
        ];
        for text in malformed {
            assert_eq!(parse_date(text), Err(ParseError::Date), "{text:?}");
        }
        for text in ["2026-02-29", "1900-02-29", "2026-04-31", "2026-13-01", "2026-00-10", "2026-01-00", "2026-01-99"] {
            assert_eq!(parse_date(text), Err(ParseError::ImpossibleDate), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn months_are_those_of_a_calendar_turned_by_hand(
            year in 1600i16..=2400, month in 1i8..=12, day in 1i8..=31, months in -600i32..=600,
        ) {
            prop_assume!(i32::from(day) <= length(year.into(), month.into()));
            let day = date(year, month, day);
            let sum = add_months(day, months);
            prop_assert_eq!((i32::from(sum.year()), i32::from(sum.month()), i32::from(sum.day())), turn(day, months));
        }

        #[test]
        fn a_later_day_never_ends_a_delay_earlier(ordinal in 1i16..=365, year in 1900i16..=2100, months in -60i32..=60) {
            let day = date(year, 1, 1).saturating_add(jiff::Span::new().days(ordinal));
            let next = day.tomorrow().unwrap();
            prop_assert!(add_months(day, months) <= add_months(next, months));
        }

        #[test]
        fn a_written_date_reads_back(year in 1i16..=9999, month in 1i8..=12, day in 1i8..=28) {
            let day = date(year, month, day);
            prop_assert_eq!(parse_date(&day.to_string()), Ok(day));
        }

        #[test]
        fn any_text_is_a_date_or_refused_without_panic(text in "\\PC{0,12}|[0-9-]{10}") {
            if let Ok(day) = parse_date(&text) {
                prop_assert_eq!(day.to_string(), text);
            }
        }
    }
}
