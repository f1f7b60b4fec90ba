//! Persons as blind tokens: what guards "one active demand per person and territory" without a name in the database.
//!
//! A token is a keyed hash of surname, first given name and birth date, folded so that accents, ligatures, case, hyphens
//! and spaces do not matter. The fold is versioned: changing it means claiming everybody anew.

use demand::claims::{ClaimedPerson, PersonKey};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use vault::Secrets;

/// Version of [`fold`] and of the order of the parts.
const VERSION: &[u8] = b"person/1";

/// The blind token of a person under one surname, the same nationwide.
pub(crate) type Token = [u8; 32];

/// One adult's tokens, in the order of his keys, each once.
pub(crate) fn tokens(secrets: &Secrets, person: &ClaimedPerson) -> Vec<Token> {
    let mut tokens = Vec::new();
    for key in &person.keys {
        let token = token(secrets, key);
        if !tokens.contains(&token) {
            tokens.push(token);
        }
    }
    tokens
}

fn token(secrets: &Secrets, key: &PersonKey) -> Token {
    let first_name = first_given_name(&key.given_names);
    let birth = key.birth_date.to_string();
    secrets.blind(&[VERSION, fold(&key.surname).as_bytes(), fold(first_name).as_bytes(), birth.as_bytes()])
}

/// The first of several given names. A hyphen joins ("Jean-Paul" is one), a space or a comma separates.
fn first_given_name(names: &str) -> &str {
    names.split([' ', ',', '\u{A0}']).find(|name| name.chars().any(char::is_alphabetic)).unwrap_or(names)
}

/// NFKD, marks dropped, ligatures opened, letters only, upper case.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
        match c {
            'œ' | 'Œ' => folded.push_str("OE"),
            'æ' | 'Æ' => folded.push_str("AE"),
            'ß' | 'ẞ' => folded.push_str("SS"),
            'ø' | 'Ø' => folded.push('O'),
            'ł' | 'Ł' => folded.push('L'),
            'đ' | 'Đ' | 'ð' | 'Ð' => folded.push('D'),
            'ı' => folded.push('I'),
            c if c.is_alphabetic() => folded.extend(c.to_uppercase()),
            _ => {}
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inv_06_spelling_does_not_hide_a_person() {
        for same in ["LEVEQUE", "Lévêque", "le\u{301}ve\u{302}que", "Lé-vêque", " LÉV ÊQUE "] {
            assert_eq!(fold(same), "LEVEQUE");
        }
        assert_eq!(fold("Nœud"), "NOEUD");
        assert_eq!(fold("O’Neill"), fold("O'NEILL"));
        assert_eq!(fold("Đặng"), "DANG");
        assert_eq!(fold("ﬁn"), "FIN");
        assert_ne!(fold("李"), fold("王"));
    }

    #[test]
    fn inv_06_the_first_given_name_counts() {
        assert_eq!(first_given_name("Marie Louise"), "Marie");
        assert_eq!(first_given_name("Jean-Paul, Henri"), "Jean-Paul");
        assert_eq!(first_given_name(" Zoé"), "Zoé");
    }

    proptest::proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,40}") {
            let once = fold(&text);
            proptest::prop_assert_eq!(fold(&once), once);
        }
    }
}
