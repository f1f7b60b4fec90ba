//! Texts people typed: kept byte for byte, bounded, never printed.

use jiff::civil::Date;
use nomenclature::ParseError;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use crate::rejection::FieldReason;
use crate::spelling;

/// A text of at most `MAX` characters (counted in composed form), kept as it was given.
///
/// Reading it back from the log checks nothing: a limit that changes later must not make history unreadable.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text<const MAX: usize>(String);

personal::redact!(Text<const MAX: usize>);

impl<const MAX: usize> Text<MAX> {
    /// Checks length and characters; changes nothing.
    pub fn parse(text: &str) -> Result<Self, FieldReason> {
        if text.chars().any(is_forbidden) {
            return Err(FieldReason::ForbiddenCharacter);
        }
        // The byte bound first: counting must not cost more than the field is worth.
        if text.len() > MAX * 16 || text.nfc().count() > MAX {
            return Err(FieldReason::TooLong);
        }
        Ok(Self(text.to_owned()))
    }

    /// A [`Text`] with at least one letter, in whatever script.
    pub fn name(text: &str) -> Result<Self, FieldReason> {
        let parsed = Self::parse(text)?;
        if spelling::has_letter(text) { Ok(parsed) } else { Err(FieldReason::NotAName) }
    }

    /// An e-mail address, as far as its form can tell.
    pub fn email(text: &str) -> Result<Self, FieldReason> {
        let parsed = Self::parse(text)?;
        let well_formed = text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.')
        });
        let plain = text.matches('@').count() == 1 && !text.contains(char::is_whitespace);
        if well_formed && plain { Ok(parsed) } else { Err(FieldReason::Malformed) }
    }

    /// A telephone number: digits only.
    pub fn phone(text: &str) -> Result<Self, FieldReason> {
        let parsed = Self::parse(text)?;
        if text.bytes().all(|b| b.is_ascii_digit()) { Ok(parsed) } else { Err(FieldReason::Malformed) }
    }

    /// The text as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Control characters, direction overrides (they make a name look like another) and code points that are no characters.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}' | '\u{FDD0}'..='\u{FDEF}' | '\u{2028}' | '\u{2029}')
        || (c as u32) & 0xFFFE == 0xFFFE
}

/// A date of birth: a day that exists, not in the future, of somebody who may be alive.
pub(crate) fn birth_date(text: &str, today: Date) -> Result<Date, FieldReason> {
    let date = date(text)?;
    if date > today {
        return Err(FieldReason::InTheFuture);
    }
    if i32::from(today.year()) - i32::from(date.year()) > 130 {
        return Err(FieldReason::ImpossibleDate);
    }
    Ok(date)
}

/// A day of the past that somebody now alive can have lived: at most 130 years ago, not in the future.
pub(crate) fn past_day(text: &str, today: Date) -> Result<Date, FieldReason> {
    birth_date(text, today)
}

/// A day soon: from two months ago to a year ahead.
pub(crate) fn near_day(text: &str, today: Date) -> Result<Date, FieldReason> {
    let day = date(text)?;
    let near = nomenclature::add_months(today, -2)..=nomenclature::add_months(today, 12);
    if near.contains(&day) { Ok(day) } else { Err(FieldReason::ImpossibleDate) }
}

/// A civil date written `AAAA-MM-JJ`.
pub(crate) fn date(text: &str) -> Result<Date, FieldReason> {
    nomenclature::parse_date(text).map_err(|error| match error {
        ParseError::ImpossibleDate => FieldReason::ImpossibleDate,
        _ => FieldReason::Malformed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_every_script_and_normal_form_are_kept_byte_for_byte() {
        for name in ["D'Août-Lévêque", "Zoe\u{301}", "Zo\u{e9}", "Nguyễn", "محمد", "李", "Ναυσικᾶ", "O’Neill", "ß"]
        {
            assert_eq!(Text::<36>::name(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn length_is_counted_in_composed_characters() {
        let decomposed = "e\u{301}".repeat(36);
        assert!(Text::<36>::name(&decomposed).is_ok());
        assert_eq!(Text::<36>::name(&"é".repeat(37)), Err(FieldReason::TooLong));
        assert_eq!(Text::<36>::parse(&"x".repeat(10_000_000)), Err(FieldReason::TooLong));
    }

    #[test]
    fn nul_and_direction_overrides_are_refused() {
        for text in ["a\0b", "a\u{202E}b", "a\nb", "\u{FEFF}a", "a\u{FFFE}"] {
            assert_eq!(Text::<36>::parse(text), Err(FieldReason::ForbiddenCharacter));
        }
        assert_eq!(Text::<36>::name("'-. 12"), Err(FieldReason::NotAName));
    }

    #[test]
    fn impossible_and_future_births_are_refused() {
        let today = jiff::civil::date(2026, 11, 23);
        assert_eq!(birth_date("1990-02-29", today), Err(FieldReason::ImpossibleDate));
        assert_eq!(birth_date("2026-11-24", today), Err(FieldReason::InTheFuture));
        assert_eq!(birth_date("1789-07-14", today), Err(FieldReason::ImpossibleDate));
        assert_eq!(birth_date("01/02/1990", today), Err(FieldReason::Malformed));
        assert!(birth_date("2000-02-29", today).is_ok());
    }
}
