//! Tokens of those issuers that are trusted, each checked once and remembered by its digest until it expires.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use nomenclature::UniqueNumber;
use ring::digest;

use super::bearer::Bearer;
use super::development::{self, DevelopmentIssuer};
use super::keys_of_issuer::KeysOfIssuer;
use super::token::{Fault, Key, Token};
use crate::reason::Reason;
use crate::status::Refusal;

/// So many tokens are remembered; beyond that, each is checked at every call.
const REMEMBERED: usize = 20_000;

type Digest = [u8; 32];

/// Whom a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Somebody whom the development issuer names.
    Bearer(Bearer),
    /// The applicant of a demand whom the development issuer names.
    Applicant(UniqueNumber),
    /// An account at a provider.
    Account(Arc<Account>),
}

/// Somebody, as a provider names him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub issuer: String,
    pub subject: String,
}

/// What a token proves, and until when, in seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    pub subject: Subject,
    pub expires_at: i64,
}

struct Known {
    proven: Proven,
    key: Key,
}

/// Checks tokens.
pub struct Tokens {
    development: Option<Arc<DevelopmentIssuer>>,
    provider: Option<Arc<KeysOfIssuer>>,
    known: Mutex<HashMap<Digest, Known>>,
}

impl Tokens {
    /// Trusts these.
    pub fn of(development: Option<Arc<DevelopmentIssuer>>, provider: Option<Arc<KeysOfIssuer>>) -> Self {
        Self { development, provider, known: Mutex::default() }
    }

    /// Whom a token stands for at an instant. Without network when the token is known, or its key is.
    ///
    /// # Errors
    /// [`Reason::CredentialInvalid`], [`Reason::CredentialExpired`], [`Reason::IssuerUnreachable`].
    pub async fn proven(&self, text: &str, now: Timestamp) -> Result<Proven, Refusal> {
        let mut digest = [0; 32];
        digest.copy_from_slice(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
        if let Some(proven) = self.known(&digest, now) {
            return Ok(proven);
        }
        let token = Token::read(text).map_err(refused)?;
        let known = if token.issuer() == development::ISSUER
            && let Some(issuer) = &self.development
        {
            let key = issuer.key(token.key()).ok_or_else(|| refused(Fault::Key))?.clone();
            let claims = token.believed(&key, development::AUDIENCE, now).map_err(refused)?;
            let subject = development::subject(&claims).map_err(refused)?;
            Known { proven: Proven { subject, expires_at: claims.exp }, key }
        } else if let Some(provider) = self.provider.as_ref().filter(|provider| provider.issuer() == token.issuer()) {
            let key = provider.key(token.key()).await.map_err(|_| Refusal::new(Reason::IssuerUnreachable))?;
            let key = key.ok_or_else(|| refused(Fault::Key))?;
            let claims = token.believed(&key, provider.audience(), now).map_err(refused)?;
            let expires_at = claims.count_until(provider.sign_in(), now).map_err(refused)?;
            let account = Account { issuer: claims.iss, subject: claims.sub };
            let subject = Subject::Account(Arc::new(account));
            Known { proven: Proven { subject, expires_at }, key }
        } else {
            return Err(refused(Fault::Issuer));
        };
        let proven = known.proven.clone();
        self.remember(digest, known, now);
        Ok(proven)
    }

    fn known(&self, digest: &Digest, now: Timestamp) -> Option<Proven> {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get(digest)?;
        let counts = now.as_second() < known.proven.expires_at && self.still_has(&known.proven.subject, &known.key);
        if counts {
            return Some(known.proven.clone());
        }
        // It is looked at as if it had never been seen: its issuer may have changed his keys, or clocks differ a little.
        all.remove(digest);
        None
    }

    /// A key that a provider took back no longer vouches for anybody.
    fn still_has(&self, subject: &Subject, key: &Key) -> bool {
        match subject {
            Subject::Bearer(_) | Subject::Applicant(_) => true,
            Subject::Account(_) => self.provider.as_ref().is_some_and(|provider| provider.has(key)),
        }
    }

    fn remember(&self, digest: Digest, known: Known, now: Timestamp) {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED {
            all.retain(|_, known| now.as_second() < known.proven.expires_at);
        }
        if all.len() < REMEMBERED {
            all.insert(digest, known);
        }
    }
}

/// A token is refused with the name of its fault, and with nothing that it says.
fn refused(fault: Fault) -> Refusal {
    let reason = match fault {
        Fault::Expired | Fault::LoginAge => Reason::CredentialExpired,
        _ => Reason::CredentialInvalid,
    };
    Refusal::new(reason).with("fault", fault.name())
}
