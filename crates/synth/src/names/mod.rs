//! The names that invented persons bear: frequent ones, of the origins one meets at a French desk.

mod given;
mod surnames;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

pub(crate) use given::{FEMALE, MALE};
pub(crate) use surnames::{IN_OTHER_SCRIPTS, SURNAMES};

/// Letters only, without marks, ligatures opened, upper case: two spellings of one name fold alike.
///
/// Not the fold that claims are made with: that one is not for others to rely on. It is close enough to keep persons apart.
pub(crate) fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for c in name.nfkd().filter(|c| !is_combining_mark(*c) && c.is_alphabetic()) {
        match c {
            'œ' | 'Œ' => folded.push_str("OE"),
            'æ' | 'Æ' => folded.push_str("AE"),
            'ß' => folded.push_str("SS"),
            'ø' | 'Ø' => folded.push('O'),
            'ł' | 'Ł' => folded.push('L'),
            'đ' | 'Đ' => folded.push('D'),
            'ı' => folded.push('I'),
            c => folded.extend(c.to_uppercase()),
        }
    }
    folded
}

/// The first of several given names.
pub(crate) fn first(given_names: &str) -> &str {
    given_names.split(' ').next().unwrap_or(given_names)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn folded(names: &[&str]) -> usize {
        names.iter().map(|name| fold(name)).collect::<BTreeSet<_>>().len()
    }

    #[test]
    fn no_two_names_of_a_list_fold_alike() {
        for names in [FEMALE, MALE, SURNAMES] {
            assert_eq!(folded(names), names.len());
            assert!(names.len() >= 80);
        }
    }

    #[test]
    fn every_given_name_is_one_word_for_whoever_looks_at_the_first() {
        for name in FEMALE.iter().chain(MALE) {
            assert_eq!(first(name), *name);
        }
    }

    #[test]
    fn a_child_can_bear_every_surname() {
        for name in SURNAMES {
            assert!(name.nfc().count() <= 24, "{name}");
        }
    }
}
