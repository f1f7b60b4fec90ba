//! Persons, each another one unless two are wanted alike.

use std::collections::BTreeSet;

use demand::form::identity::PersonDraft;
use jiff::civil::Date;
use nomenclature::{Civility, Nationality, Sex};
use unicode_normalization::UnicodeNormalization as _;

use crate::dice::Dice;
use crate::names::{FEMALE, IN_OTHER_SCRIPTS, MALE, SURNAMES, first, fold};

/// An adult.
#[derive(Clone)]
pub(crate) struct Adult {
    pub(crate) sex: Sex,
    pub(crate) surname: String,
    pub(crate) birth_name: Option<String>,
    pub(crate) given_names: String,
    pub(crate) birth_date: Date,
    pub(crate) nationality: Nationality,
}

impl Adult {
    /// As typed at a desk.
    pub(crate) fn draft(&self) -> PersonDraft {
        let civility = if self.sex == Sex::Female { Civility::Madam } else { Civility::Mister };
        PersonDraft {
            civility: Some(civility.code().to_owned()),
            surname: Some(self.surname.clone()),
            birth_name: self.birth_name.clone(),
            given_names: Some(self.given_names.clone()),
            birth_date: Some(self.birth_date.to_string()),
            nationality: Some(self.nationality.code().to_owned()),
        }
    }

    /// The name he was born with.
    pub(crate) fn name_at_birth(&self) -> &str {
        self.birth_name.as_deref().unwrap_or(&self.surname)
    }

    /// The same person as another desk types him: upper case, no accents.
    pub(crate) fn spelt_otherwise(&self) -> Self {
        Self { surname: fold(&self.surname), birth_name: self.birth_name.as_deref().map(fold), ..self.clone() }
    }
}

/// Where persons come from: no two have the same surname, first given name and day of birth (INV-06).
pub(crate) enum People {
    /// Names of the lists; remembers everybody.
    Listed { known: BTreeSet<(String, String, Date)> },
    /// A surname for each person, made from a running number; remembers nobody, so that it may go on for ever.
    Coined { next: u64 },
}

impl People {
    /// Persons with usual names.
    pub(crate) fn listed() -> Self {
        Self::Listed { known: BTreeSet::new() }
    }

    /// Persons without end. Two seeds begin far from each other.
    pub(crate) fn coined(seed: u64) -> Self {
        Self::Coined { next: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 34 }
    }

    /// Somebody born that day.
    pub(crate) fn adult(&mut self, dice: &mut Dice, sex: Sex, birth_date: Date) -> Adult {
        loop {
            let nationality = dice.weigh(&[
                (Nationality::French, 80),
                (Nationality::EuropeanUnion, 5),
                (Nationality::OutsideEuropeanUnion, 15),
            ]);
            let (surname, given_names) = self.name(dice, sex);
            let adult = Adult { sex, surname, birth_name: None, given_names, birth_date, nationality };
            if self.admits(&adult.surname, &adult) {
                return adult;
            }
        }
    }

    /// A sister of the same day, who bears the name they were born with.
    pub(crate) fn twin(&mut self, dice: &mut Dice, of: &Adult) -> Adult {
        loop {
            let mut twin = self.adult(dice, of.sex, of.birth_date);
            of.name_at_birth().clone_into(&mut twin.surname);
            twin.nationality = of.nationality;
            if self.admits(&twin.surname, &twin) {
                return twin;
            }
        }
    }

    /// Lets a woman use the name of another person, alone or behind her own, unless that makes her somebody known.
    pub(crate) fn rename(&mut self, dice: &mut Dice, adult: &mut Adult, name: &str) {
        let used = match dice.below(100) {
            0..55 => name.to_owned(),
            55..65 => format!("{}-{name}", adult.surname),
            _ => return,
        };
        let short = used.nfc().count() <= 36;
        if short && fold(&used) != fold(&adult.surname) && self.admits(&used, adult) {
            adult.birth_name = Some(std::mem::replace(&mut adult.surname, used));
        }
    }

    /// A surname, for a use name.
    pub(crate) fn surname(dice: &mut Dice) -> &'static str {
        dice.pick::<&str>(SURNAMES)
    }

    /// A given name.
    pub(crate) fn given_name(dice: &mut Dice, sex: Sex) -> &'static str {
        dice.pick::<&str>(if sex == Sex::Female { FEMALE } else { MALE })
    }

    fn name(&mut self, dice: &mut Dice, sex: Sex) -> (String, String) {
        let surname = match self {
            Self::Coined { next } => {
                *next += 1;
                coin(*next)
            }
            Self::Listed { .. } => {
                let of_the_sex = |other: &&(&str, &str, Sex)| other.2 == sex;
                if dice.below(80) == 0 {
                    let all: Vec<_> = IN_OTHER_SCRIPTS.iter().filter(of_the_sex).collect();
                    let (surname, given_name, _) = dice.pick(&all);
                    return ((*surname).to_owned(), (*given_name).to_owned());
                }
                (*dice.pick(SURNAMES)).to_owned()
            }
        };
        let mut given_names = Self::given_name(dice, sex).to_owned();
        let second = Self::given_name(dice, sex);
        if dice.percent(15) && second != given_names {
            given_names = format!("{given_names} {second}");
        }
        // Some keyboards compose, some do not; some write a typographic apostrophe, some only capitals.
        match dice.below(100) {
            0..4 => (surname.nfd().collect(), given_names.nfd().collect()),
            4..8 => (surname.to_uppercase(), given_names),
            8..45 => (surname.replace('\'', "\u{2019}"), given_names),
            _ => (surname, given_names),
        }
    }

    /// Whether nobody has this surname with the given name and birth date of the adult. From then on somebody has.
    fn admits(&mut self, surname: &str, adult: &Adult) -> bool {
        match self {
            Self::Listed { known } => known.insert((fold(surname), fold(first(&adult.given_names)), adult.birth_date)),
            Self::Coined { .. } => true,
        }
    }
}

/// A surname of five syllables, another one for each of 2^30 numbers; neighbours look nothing alike.
fn coin(number: u64) -> String {
    const CONSONANTS: &[u8; 16] = b"bcdfgjklmnprstvz";
    const VOWELS: &[u8; 4] = b"aeio";
    // An odd factor permutes the numbers of 30 bits.
    let mut bits = number.wrapping_mul(0x2C1B_3C6D);
    let mut name = String::with_capacity(10);
    for place in 0..5 {
        let consonant = char::from(CONSONANTS[usize::from((bits & 15) as u8)]);
        name.push(if place == 0 { consonant.to_ascii_uppercase() } else { consonant });
        name.push(char::from(VOWELS[usize::from((bits >> 4 & 3) as u8)]));
        bits >>= 6;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_coined_surname_is_used_once() {
        let names: BTreeSet<_> = (0..100_000).map(coin).collect();
        assert_eq!(names.len(), 100_000);
    }
}
