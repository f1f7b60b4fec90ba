//! Versions of the form.

use jiff::civil::Date;

use crate::ParseError;
use crate::identifiers::text_form;

/// Version of the form Cerfa 14069 whose code lists a demand was filled with.
///
/// Only `02` is encoded: the codes of the later ones (`03` of 2018, `04` of 2020, `05` of 2022) are not known officially.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FormVersion {
    /// Cerfa 14069*02, arrêté of 24 July 2013.
    V02,
}

impl FormVersion {
    /// Every version encoded here, the oldest first.
    pub const ALL: &'static [Self] = &[Self::V02];

    /// The number after the star: `02`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::V02 => "02",
        }
    }

    /// Reads the number after the star.
    pub fn parse(code: &str) -> Result<Self, ParseError> {
        match code {
            "02" => Ok(Self::V02),
            _ => Err(ParseError::Code { list: "form-version" }),
        }
    }

    /// Day of the arrêté that fixed the form.
    pub const fn in_force_from(self) -> Date {
        match self {
            Self::V02 => Date::constant(2013, 7, 24),
        }
    }

    /// Day from which the State's next form could be used.
    pub const fn superseded_on(self) -> Option<Date> {
        match self {
            Self::V02 => Some(Date::constant(2018, 9, 10)),
        }
    }

    /// Day from which the paper form is no longer accepted by the State.
    pub const fn refused_from(self) -> Option<Date> {
        match self {
            Self::V02 => Some(Date::constant(2019, 9, 10)),
        }
    }

    /// The version whose code lists the register writes on a day: the latest one encoded that had begun, and the oldest
    /// one for days before them all.
    pub fn in_force(day: Date) -> Self {
        Self::ALL.iter().copied().rev().find(|version| version.in_force_from() <= day).unwrap_or(Self::V02)
    }
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
    fn a_version_reads_back_and_unknown_ones_are_refused() {
        for version in FormVersion::ALL {
            assert_eq!(FormVersion::parse(version.code()), Ok(*version));
        }
        for text in ["", "2", "01", "03", "05", "14069*02"] {
            assert!(FormVersion::parse(text).is_err(), "{text:?}");
        }
    }
}
