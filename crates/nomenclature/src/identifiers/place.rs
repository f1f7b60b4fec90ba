//! Codes of places: commune, département, postal code.

use super::{identifier, is_digits, text_form};
use crate::ParseError;

identifier! {
    /// INSEE code of a commune or municipal arrondissement: five characters, all digits but for `2A` and `2B`.
    ///
    /// The form alone is checked here, so that codes of the past can be read: [`commune`](crate::commune()) knows which
    /// exist, [`successor`](crate::successor) what became of the others. It is not a postal code.
    CommuneCode, 5, is_commune
}

fn is_commune(bytes: &[u8; 5]) -> bool {
    let departement = match &bytes[..2] {
        [b'2', b'A' | b'B'] => true,
        [b'0', b'0'] | [b'9', b'6' | b'9'] => false,
        digits => is_digits(digits),
    };
    departement && is_digits(&bytes[2..])
}

identifier! {
    /// French postal code: five digits. Which communes it serves is told by [`Commune`](crate::Commune).
    PostalCode, 5, is_postal
}

fn is_postal(bytes: &[u8; 5]) -> bool {
    is_digits(bytes)
}

/// INSEE code of a département or overseas collectivity: two or three characters, and in the table of
/// [`departements`](crate::departements).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DepartementCode([u8; 3]);

impl DepartementCode {
    /// Reads the code of an existing département.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        Self::shaped(text).filter(|code| crate::departement(*code).is_some()).ok_or(ParseError::DepartementCode)
    }

    /// Reads the form alone: what the table itself is made with.
    pub(crate) fn shaped(text: &str) -> Option<Self> {
        match *text.as_bytes() {
            [a @ b'0'..=b'9', b @ (b'0'..=b'9' | b'A' | b'B')] => Some(Self([a, b, 0])),
            [b'9', b @ b'7'..=b'8', c @ b'0'..=b'9'] => Some(Self([b'9', b, c])),
            _ => None,
        }
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        let length = if self.0[2] == 0 { 2 } else { 3 };
        std::str::from_utf8(&self.0[..length]).expect("parse lets ASCII in only")
    }
}

impl std::fmt::Display for DepartementCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::fmt::Debug for DepartementCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DepartementCode({})", self.as_str())
    }
}

text_form!(DepartementCode);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commune_code_is_five_characters_with_corsica_apart() {
        for text in ["06088", "2A004", "2B033", "75101", "97411", "20004"] {
            assert_eq!(CommuneCode::parse(text).unwrap().as_str(), text);
        }
        let refused = [
            "",
            "6088",
            "006088",
            "2a004",
            "2C004",
            "A2004",
            "2A04A",
            "O6088",
            "06O88",
            "06088 ",
            "\u{ff10}6088",
            "0608\0",
            "00001",
            "96001",
            "99100",
            "+6088",
        ];
        for text in refused {
            assert_eq!(CommuneCode::parse(text), Err(ParseError::CommuneCode), "{text:?}");
        }
    }

    #[test]
    fn a_departement_must_exist() {
        for text in ["01", "06", "2A", "2B", "95", "971", "976", "987"] {
            assert_eq!(DepartementCode::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "1", "6", "006", "00", "20", "96", "97", "98", "99", "2a", "2C", "979", "1000", "0\0", "06\0"]
        {
            assert_eq!(DepartementCode::parse(text), Err(ParseError::DepartementCode), "{text:?}");
        }
    }

    #[test]
    fn a_postal_code_keeps_its_leading_zero() {
        assert_eq!(PostalCode::parse("06000").unwrap().as_str(), "06000");
        for text in ["", "6000", "060000", "0600O", "2A000", "06 00", "\u{ff10}600"] {
            assert_eq!(PostalCode::parse(text), Err(ParseError::PostalCode), "{text:?}");
        }
    }
}
