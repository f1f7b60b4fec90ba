//! Things that happen so many times a year, spread over its days.

use jiff::civil::{Date, Weekday};

use super::chances::SEASON;

/// When they happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rhythm {
    /// As people file: by the season, on working days mostly.
    Filings,
    /// On working days.
    Office,
}

impl Rhythm {
    fn weight(self, day: Date) -> f64 {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        match self {
            Self::Filings => f64::from(SEASON[day.month() as usize - 1]) * if weekend { 0.35 } else { 1.0 },
            Self::Office if weekend => 0.0,
            Self::Office => 1.0,
        }
    }
}

/// So many a year: what is left of a day goes to the next one, so that a year has exactly as many.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    per_year: f64,
    rhythm: Rhythm,
    year: i16,
    weight_of_year: f64,
    left: f64,
}

impl Flow {
    pub(crate) fn new(per_year: f64, rhythm: Rhythm) -> Self {
        // Half a step ahead: the first comes in the middle of the time between two.
        Self { per_year, rhythm, year: 0, weight_of_year: 1.0, left: 0.5 }
    }

    /// How many on a day. To be asked day after day.
    pub(crate) fn on(&mut self, day: Date) -> u32 {
        if day.year() != self.year {
            self.year = day.year();
            let first = day.first_of_year();
            let days = std::iter::successors(Some(first), |day| day.tomorrow().ok());
            self.weight_of_year =
                days.take_while(|day| day.year() == self.year).map(|day| self.rhythm.weight(day)).sum();
        }
        self.left += self.per_year * self.rhythm.weight(day) / self.weight_of_year;
        let whole = self.left.floor();
        self.left -= whole;
        whole as u32
    }

    /// One more came another way.
    pub(crate) fn came(&mut self) {
        self.left -= 1.0;
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_year_has_exactly_as_many_and_no_office_works_on_sunday() {
        for (rhythm, per_year) in [(Rhythm::Filings, 2_094.6), (Rhythm::Office, 349.2), (Rhythm::Office, 0.4)] {
            let mut flow = Flow::new(per_year, rhythm);
            let mut day = date(2024, 1, 1);
            let mut years = [0.0, 0.0];
            while day.year() < 2026 {
                let count = flow.on(day);
                assert!(rhythm == Rhythm::Filings || day.weekday() != Weekday::Sunday || count == 0);
                years[usize::from(day.year() == 2025)] += f64::from(count);
                day = day.tomorrow().unwrap();
            }
            for year in years {
                assert!((year - per_year).abs() <= 1.0, "{year} {per_year}");
            }
        }
    }

    #[test]
    fn fewer_file_in_august() {
        let mut flow = Flow::new(20_000.0, Rhythm::Filings);
        let mut month = |from: Date| -> u32 {
            let days = std::iter::successors(Some(from), |day| day.tomorrow().ok());
            days.take_while(|day| day.month() == from.month()).map(|day| flow.on(day)).sum()
        };
        let (august, september) = (month(date(2025, 8, 1)), month(date(2025, 9, 1)));
        assert!(august * 10 < september * 8, "{august} {september}");
    }

    #[test]
    fn what_comes_another_way_counts() {
        let mut flow = Flow::new(365.0 * 7.0 / 5.0, Rhythm::Office);
        let before = flow.on(date(2025, 3, 3));
        flow.came();
        // Two a day, and a half ahead: four without the one that came.
        assert_eq!(before + flow.on(date(2025, 3, 4)), 3);
    }
}
