//! Persons as blind tokens: what guards "one active demand per person and territory" without a name in the database.
//!
//! A token is a keyed hash of what [`PersonKey::blind_parts`] gives: accents, ligatures, case, hyphens and spaces do not
//! matter.

use demand::claims::{ClaimedPerson, PersonKey};
use vault::Secrets;

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
    secrets.blind(&key.blind_parts().each_ref().map(Vec::as_slice))
}
