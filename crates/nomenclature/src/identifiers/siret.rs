//! The national number of an establishment.

use super::siren::{Siren, luhn_sum};
use super::{identifier, is_digits};

identifier! {
    /// SIRET of an establishment: the SIREN of its organisation, then five digits, the last of which makes the Luhn sum of all
    /// fourteen a multiple of ten.
    Siret, 14, is_siret
}

/// The organisation whose establishments are told otherwise: the sum of their digits is a multiple of five (INSEE).
const LA_POSTE: &str = "356000000";

impl Siret {
    /// The organisation that the establishment belongs to.
    pub fn siren(&self) -> Siren {
        siren_of(&self.0).expect("parse lets a SIREN in only")
    }
}

fn siren_of(bytes: &[u8; 14]) -> Option<Siren> {
    let digits = std::str::from_utf8(bytes.get(..9)?).ok()?;
    Siren::parse(digits).ok()
}

fn is_siret(bytes: &[u8; 14]) -> bool {
    let Some(siren) = siren_of(bytes).filter(|_| is_digits(bytes)) else { return false };
    let digits = || bytes.iter().map(|digit| u32::from(digit - b'0'));
    luhn_sum(bytes).is_multiple_of(10) || (siren.as_str() == LA_POSTE && digits().sum::<u32>().is_multiple_of(5))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ParseError;

    /// Two that keep to the rule, the seat of La Poste, which does too, and an office of it, which does not.
    const RIGHT: &[&str] = &["73282932000074", "55203253400646", "35600000000048", "35600000049837"];

    #[test]
    fn a_siret_is_a_siren_and_five_digits_of_which_the_last_checks_all() {
        for right in RIGHT {
            assert_eq!(Siret::parse(right).unwrap().siren().as_str(), &right[..9]);
        }
        for last in b'0'..=b'9' {
            let text = format!("7328293200007{}", char::from(last));
            assert_eq!(Siret::parse(&text).is_ok(), text == RIGHT[0], "{text}");
        }
    }

    #[test]
    fn one_wrong_digit_is_always_seen() {
        let right = b"73282932000074";
        for at in 0..14 {
            for digit in b'0'..=b'9' {
                let mut bytes = *right;
                bytes[at] = digit;
                assert_eq!(is_siret(&bytes), bytes == *right);
            }
        }
    }

    #[test]
    fn nothing_but_fourteen_digits_is_a_siret() {
        let no_siren = "73282932100072";
        assert!(luhn_sum(b"73282932100072").is_multiple_of(10), "its own sum is right");
        for text in
            ["", "732829320", "7328293200007", "732829320000740", "732 829 320 00074", "00000000000000", no_siren]
        {
            assert_eq!(Siret::parse(text), Err(ParseError::Siret), "{text:?}");
        }
    }
}
