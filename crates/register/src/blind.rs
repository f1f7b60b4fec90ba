//! Persons as blind tokens: what guards "one active demand per person and territory" without a name in the database.
//!
//! A token is a keyed hash of what [`PersonKey::blind_parts`] gives: accents, ligatures, case, hyphens and spaces do not
//! matter.

use access::IdentityToken;
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

/// The blind token of an agent's address. Letters of either case are the same; nothing else is guessed.
pub(crate) fn email_token(secrets: &Secrets, email: &str) -> Token {
    secrets.blind(&[b"agent-email-v1", email.to_lowercase().as_bytes()])
}

/// The blind token of an account at an issuer of identities.
pub(crate) fn identity_token(secrets: &Secrets, issuer: &str, subject: &str) -> IdentityToken {
    IdentityToken::new(secrets.blind(&[b"agent-identity-v1", issuer.as_bytes(), subject.as_bytes()]))
}

fn token(secrets: &Secrets, key: &PersonKey) -> Token {
    secrets.blind(&key.blind_parts().each_ref().map(Vec::as_slice))
}
