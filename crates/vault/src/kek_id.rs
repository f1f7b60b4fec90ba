use std::fmt;

use jiff::civil::Date;

/// Name of a key-encryption key: the ISO week it came into use, as `kek-2026-W48`. Ordered by time.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KekId {
    year: u16,
    week: u8,
}

impl KekId {
    /// The key of the week of a day. Years before 0 are taken as 0.
    pub fn of(day: Date) -> Self {
        let week = day.iso_week_date();
        Self { year: week.year().unsigned_abs(), week: week.week().unsigned_abs() }
    }

    /// Reads a name of exactly the form `kek-2026-W48`, weeks 1 to 53.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = |text: &str, length| {
            let plain = text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| text.parse::<u16>().ok()).flatten()
        };
        let (year, week) = text.strip_prefix("kek-")?.split_once("-W")?;
        let (year, week) = (digits(year, 4)?, u8::try_from(digits(week, 2)?).ok()?);
        (1..=53).contains(&week).then_some(Self { year, week })
    }
}

impl fmt::Display for KekId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "kek-{:04}-W{:02}", self.year, self.week)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_week_is_the_iso_week_and_its_year() {
        assert_eq!(KekId::of(date(2026, 11, 23)).to_string(), "kek-2026-W48");
        // 1 January 2027 is a Friday of week 53 of 2026.
        assert_eq!(KekId::of(date(2027, 1, 1)).to_string(), "kek-2026-W53");
        assert_eq!(KekId::of(date(2024, 12, 30)).to_string(), "kek-2025-W01");
    }

    #[test]
    fn a_name_is_read_back_and_anything_else_refused() {
        let id = KekId::of(date(2026, 11, 23));
        assert_eq!(KekId::parse(&id.to_string()), Some(id));
        for text in
            ["", "kek-2026-48", "kek-2026-W00", "kek-2026-W54", "kek-26-W48", "kek-2026-W4", "kek-+026-W48", "é"]
        {
            assert_eq!(KekId::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn later_weeks_are_greater() {
        assert!(KekId::of(date(2026, 12, 28)) < KekId::of(date(2027, 1, 4)));
    }
}
