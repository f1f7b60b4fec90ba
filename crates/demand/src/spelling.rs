//! Names without their spelling: accents, ligatures, case, hyphens and spaces do not tell persons apart (INV-06).
//!
//! Claims and search tokens are keyed hashes of what these functions give, so changing them means claiming and indexing
//! everybody anew. That is why [`PersonKey::blind_parts`] begins with a version.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::claims::PersonKey;

/// Version of [`fold`] and of the order of the parts.
const VERSION: &[u8] = b"person/1";

impl PersonKey {
    /// What a keyed hash turns into the person's blind token: version, surname, first given name and birth date, folded.
    pub fn blind_parts(&self) -> [Vec<u8>; 4] {
        let first_name = first_given_name(&self.given_names);
        let birth = self.birth_date.to_string();
        [VERSION.to_vec(), fold(&self.surname).into_bytes(), fold(first_name).into_bytes(), birth.into_bytes()]
    }
}

/// The first of several given names. A hyphen joins ("Jean-Paul" is one), whatever space or a comma separates.
pub(crate) fn first_given_name(names: &str) -> &str {
    names.split(|c: char| c.is_whitespace() || c == ',').find(|name| has_letter(name)).unwrap_or(names)
}

/// A name for comparison: NFKD, marks dropped, ligatures opened, letters only, upper case.
pub fn fold(text: &str) -> String {
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
            c if is_apostrophe(c) => {}
            c if c.is_alphabetic() => folded.extend(c.to_uppercase()),
            _ => {}
        }
    }
    folded
}

/// Whether a text holds a letter that tells persons apart: one without any would be everybody's name.
pub(crate) fn has_letter(text: &str) -> bool {
    !fold(text).is_empty()
}

/// Signs that Unicode counts among the letters and that people type for an apostrophe, a hamza or an ayn: the keyboard
/// decides which, so they do not tell persons apart ("Fañcʼh", "Fañc'h").
fn is_apostrophe(c: char) -> bool {
    matches!(c, '\u{2B9}'..='\u{2CF}' | '\u{2EE}' | '\u{7F4}' | '\u{7F5}' | '\u{A78B}' | '\u{A78C}')
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
        for breton in ["Fañc'h", "Fañc’h", "Fañc\u{2BC}h", "Fañc\u{2BB}h", "Fañc\u{A78C}h", "FANC\u{FF07}H", "Fañch"]
        {
            assert_eq!(fold(breton), "FANCH");
        }
        assert_eq!(fold("\u{149}Dri"), "NDRI");
        assert_ne!(fold("佐々木"), fold("佐木"), "an iteration mark is a letter of the name");
        assert_eq!(fold("Đặng"), "DANG");
        assert_eq!(fold("ﬁn"), "FIN");
        assert_ne!(fold("李"), fold("王"));
    }

    #[test]
    fn inv_06_the_first_given_name_counts() {
        assert_eq!(first_given_name("Marie Louise"), "Marie");
        assert_eq!(first_given_name("Jean-Paul, Henri"), "Jean-Paul");
        assert_eq!(first_given_name(" Zoé"), "Zoé");
        assert_eq!(first_given_name("Zoé\u{202F}Marie"), "Zoé");
    }

    proptest::proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,40}") {
            let once = fold(&text);
            proptest::prop_assert_eq!(fold(&once), once);
        }
    }
}
