//! Versions of the form.

use jiff::civil::Date;

use crate::ParseError;
use crate::identifiers::text_form;

/// Version of the form Cerfa 14069 whose code lists a demand was filled with.
///
/// Only `02` is encoded whole. Of `03` a summary names some values: they are there, provisional. The codes of the others
/// (`04` of 2020, `05` of 2022) are not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FormVersion {
    /// Cerfa 14069*02, arrêté of 24 July 2013.
    V02,
    /// Cerfa 14069*03, arrêté of 6 August 2018. Provisional.
    V03,
}

impl FormVersion {
    /// Every version encoded here, the oldest first.
    pub const ALL: &'static [Self] = &[Self::V02, Self::V03];

    /// The number after the star: `02`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::V02 => "02",
            Self::V03 => "03",
        }
    }

    /// Reads the number after the star.
    pub fn parse(code: &str) -> Result<Self, ParseError> {
        match code {
            "02" => Ok(Self::V02),
            "03" => Ok(Self::V03),
            _ => Err(ParseError::Code { list: "form-version" }),
        }
    }

    /// Day of the arrêté that fixed the form; of `03`, the day from which it could be used.
    pub const fn in_force_from(self) -> Date {
        match self {
            Self::V02 => Date::constant(2013, 7, 24),
            Self::V03 => Date::constant(2018, 9, 10),
        }
    }

    /// Day from which the State's next form could be used.
    pub const fn superseded_on(self) -> Option<Date> {
        match self {
            Self::V02 => Some(Date::constant(2018, 9, 10)),
            Self::V03 => Some(Date::constant(2021, 2, 1)),
        }
    }

    /// Day from which the paper form is no longer accepted by the State.
    pub const fn refused_from(self) -> Option<Date> {
        match self {
            Self::V02 => Some(Date::constant(2019, 9, 10)),
            Self::V03 => None,
        }
    }

    /// Last day on which the register takes codes of the version for what is typed anew; what was written stays readable.
    ///
    /// Provisional parameter: without end for both, although the State gave them up. The codes that replaced them are not
    /// published, and a demand must be registrable.
    pub const fn accepted_until(self) -> Option<Date> {
        match self {
            Self::V02 | Self::V03 => None,
        }
    }

    /// Whether the register takes codes of the version on a day. The oldest one also stands for the days before it.
    pub fn acceptance(self, day: Date) -> Acceptance {
        if self != Self::V02 && day < self.in_force_from() {
            Acceptance::NotYet
        } else if self.accepted_until().is_some_and(|last| last < day) {
            Acceptance::Superseded
        } else {
            Acceptance::Accepted
        }
    }

    /// Whether its code lists are encoded whole.
    const fn is_whole(self) -> bool {
        matches!(self, Self::V02)
    }

    /// The version whose code lists the register writes on a day: the latest whole one that it takes then, and the oldest
    /// one for days before them all.
    pub fn in_force(day: Date) -> Self {
        let takes = |version: &Self| version.is_whole() && version.acceptance(day) == Acceptance::Accepted;
        Self::ALL.iter().copied().rev().find(takes).unwrap_or(Self::V02)
    }
}

/// Whether the register takes codes of a version on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// The form did not exist.
    NotYet,
    /// Yes.
    Accepted,
    /// No longer for what is typed anew.
    Superseded,
}

impl std::fmt::Display for FormVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.code())
    }
}

text_form!(FormVersion);

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn every_day_has_a_version() {
        for day in [date(2011, 3, 28), date(2013, 7, 24), date(2016, 11, 24), date(2026, 11, 23)] {
            assert_eq!(FormVersion::in_force(day), FormVersion::V02);
        }
    }

    #[test]
    fn both_versions_are_taken_once_the_later_one_exists() {
        for (version, day, expected) in [
            (FormVersion::V02, date(2012, 1, 1), Acceptance::Accepted),
            (FormVersion::V02, date(2026, 11, 23), Acceptance::Accepted),
            (FormVersion::V03, date(2018, 9, 9), Acceptance::NotYet),
            (FormVersion::V03, date(2018, 9, 10), Acceptance::Accepted),
            (FormVersion::V03, date(2026, 11, 23), Acceptance::Accepted),
        ] {
            assert_eq!(version.acceptance(day), expected, "{version} {day}");
        }
    }

    #[test]
    fn a_version_reads_back_and_unknown_ones_are_refused() {
        for version in FormVersion::ALL {
            assert_eq!(FormVersion::parse(version.code()), Ok(*version));
        }
        for text in ["", "2", "01", "04", "05", "14069*02"] {
            assert!(FormVersion::parse(text).is_err(), "{text:?}");
        }
    }
}
