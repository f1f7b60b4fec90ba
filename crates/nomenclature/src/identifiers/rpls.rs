//! The national identifier of a social dwelling.

use super::{identifier, is_upper_alphanumeric};

identifier! {
    /// Identifier of a dwelling in the national register of social dwellings (répertoire des logements locatifs des
    /// bailleurs sociaux, RPLS): ten positions (R441-2-9, INV-27). That they are `A-Z` and `0-9` is provisional: only the
    /// length is known officially.
    RplsId, 10, is_rpls
}

fn is_rpls(bytes: &[u8; 10]) -> bool {
    is_upper_alphanumeric(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ParseError;

    #[test]
    fn a_dwelling_has_ten_positions() {
        assert_eq!(RplsId::parse("0601234567").unwrap().as_str(), "0601234567");
        assert!(RplsId::parse("2A0A1B2C3D").is_ok());
        for text in ["", "060123456", "06012345678", "060123456a", "060123456 ", "060123456\0"] {
            assert_eq!(RplsId::parse(text), Err(ParseError::RplsId), "{text:?}");
        }
    }
}
