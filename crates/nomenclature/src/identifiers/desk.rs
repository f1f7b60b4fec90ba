//! The code of a registering desk (guichet).

use super::{identifier, is_upper_alphanumeric};

identifier! {
    /// Code of a desk (guichet enregistreur): five characters of `A-Z` and `0-9`, given by the manager of the territory.
    ///
    /// The form alone is checked here; which desk bears the code is known to the rights.
    DeskCode, 5, is_upper_alphanumeric_5
}

impl DeskCode {
    /// The desk of the public portal, seen on real numbers of demands that were filed online.
    pub const PORTAL: Self = Self(*b"GDPUB");
}

fn is_upper_alphanumeric_5(bytes: &[u8; 5]) -> bool {
    is_upper_alphanumeric(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ParseError;

    #[test]
    fn a_desk_is_five_upper_case_letters_and_digits() {
        assert_eq!(DeskCode::parse("G1104").unwrap().as_str(), "G1104");
        assert_eq!(DeskCode::parse("GDPUB"), Ok(DeskCode::PORTAL));
        for text in ["", "G110", "G11045", "g1104", "G-104", "G11 4", "GÉ04", "G110\0", "\u{ff27}04"] {
            assert_eq!(DeskCode::parse(text), Err(ParseError::DeskCode), "{text:?}");
        }
    }
}
