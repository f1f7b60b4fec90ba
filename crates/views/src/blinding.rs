//! Search tokens: names as keyed hashes, the spelling folded away.

use demand::claims::{ClaimedPerson, PersonKey};
use demand::form::identity::Identity;
use demand::spelling::fold;

/// The keyed hash of the register: equal parts give equal tokens, and without the key a token says nothing.
pub trait Blinder: Send + Sync {
    /// The hash of some parts, told apart.
    fn blind(&self, parts: &[&[u8]]) -> [u8; 32];
}

/// By what a token finds a demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenKind {
    /// Surname, first given name and birth date of an adult: the token of the claims (INV-06).
    Person,
    /// Surname or birth name of an adult, or the name of an association.
    Name,
}

impl TokenKind {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Person => 1,
            Self::Name => 2,
        }
    }

    pub(crate) fn of_code(code: u8) -> Option<Self> {
        [Self::Person, Self::Name].into_iter().find(|kind| kind.code() == code)
    }
}

/// A search token of a demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token {
    /// By what it finds.
    pub kind: TokenKind,
    /// The keyed hash.
    pub hash: [u8; 32],
}

/// Version of the name tokens.
const NAME: &[u8] = b"name/1";

impl Token {
    pub(crate) fn of_person(blinder: &dyn Blinder, person: &PersonKey) -> Self {
        let parts = person.blind_parts();
        Self { kind: TokenKind::Person, hash: blinder.blind(&parts.each_ref().map(Vec::as_slice)) }
    }

    /// None for a name without letters: it would find everybody else without.
    pub(crate) fn of_name(blinder: &dyn Blinder, name: &str) -> Option<Self> {
        let folded = fold(name);
        (!folded.is_empty()).then(|| Self { kind: TokenKind::Name, hash: blinder.blind(&[NAME, folded.as_bytes()]) })
    }

    /// Everything an identity can be found by, sorted, each once. Dependants are not searched for.
    pub(crate) fn all_of(blinder: &dyn Blinder, identity: &Identity) -> Vec<Self> {
        let mut tokens = Vec::new();
        match identity {
            Identity::Association(association) => tokens.extend(Self::of_name(blinder, association.name.as_str())),
            Identity::Household(household) => {
                for key in household.adults().flat_map(|adult| ClaimedPerson::of(adult).keys) {
                    tokens.push(Self::of_person(blinder, &key));
                    tokens.extend(Self::of_name(blinder, &key.surname));
                }
            }
        }
        tokens.sort_unstable();
        tokens.dedup();
        tokens
    }
}
