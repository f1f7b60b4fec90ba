//! The national number of an organisation.

use super::{identifier, is_digits};

identifier! {
    /// SIREN of an organisation: nine digits, the last of which makes the Luhn sum a multiple of ten.
    Siren, 9, is_siren
}

fn is_siren(bytes: &[u8; 9]) -> bool {
    is_digits(bytes) && bytes != b"000000000" && luhn_sum(bytes).is_multiple_of(10)
}

/// Luhn sum of digits: every second one from the right is doubled, and its digits added.
pub(super) fn luhn_sum(digits: &[u8]) -> u32 {
    let sum = |(index, digit): (usize, &u8)| {
        let digit = u32::from(digit - b'0');
        match (index % 2, digit * 2) {
            (0, _) => digit,
            (_, doubled @ 0..=9) => doubled,
            (_, doubled) => doubled - 9,
        }
    };
    digits.iter().rev().enumerate().map(sum).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ParseError;

    #[test]
    fn the_last_digit_checks_the_others() {
        // The département of Alpes-Maritimes and the metropolis of Nice.
        for right in ["220600019", "200030195"] {
            assert_eq!(Siren::parse(right).unwrap().as_str(), right);
            for last in b'0'..=b'9' {
                let text = format!("{}{}", &right[..8], char::from(last));
                assert_eq!(Siren::parse(&text).is_ok(), text == right, "{text}");
            }
        }
    }

    #[test]
    fn one_wrong_digit_is_always_seen() {
        let right = b"200030195";
        for at in 0..9 {
            for digit in b'0'..=b'9' {
                let mut bytes = *right;
                bytes[at] = digit;
                assert_eq!(is_siren(&bytes), bytes == *right);
            }
        }
    }

    #[test]
    fn nothing_but_nine_digits_is_a_siren() {
        for text in
            ["", "20003019", "2000301950", "200 030 195", "20003019S", "000000000", "2O0030195", "\u{ff12}00030"]
        {
            assert_eq!(Siren::parse(text), Err(ParseError::Siren), "{text:?}");
        }
    }
}
