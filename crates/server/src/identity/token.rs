//! A signed token (JWS, RFC 7515 and 7519), checked. Pure: no clock, no network, nothing remembered.
//!
//! Two algorithms are known, ES256 and RS256; the key decides, and the token must say the same. What a header offers beside
//! that (keys, addresses of keys) is never looked at.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;

/// Clocks may differ by so much, in seconds.
pub const SKEW: i64 = 60;
/// No token may live longer, in seconds.
const LONGEST_LIFE: i64 = 3_600;
/// No token is longer, in bytes.
const LONGEST: usize = 8 * 1024;
/// The types of token that are meant for an interface (RFC 9068), or say nothing of themselves.
const TYPES: [&str; 3] = ["JWT", "at+jwt", "application/at+jwt"];

/// What is wrong with a token. Its name is all that is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No token of three parts, or not of JSON that says what it must, once each.
    Malformed,
    /// Another algorithm than the key's, or none.
    Algorithm,
    /// A key that the issuer does not have.
    Key,
    /// Not what the key signed.
    Signature,
    /// From somebody who is not trusted.
    Issuer,
    /// Meant for somebody else.
    Audience,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYet,
    /// It lives longer than an hour.
    TooLong,
    /// Whoever it stands for signed in otherwise than the register asks for.
    Strength,
    /// He signed in too long ago.
    LoginAge,
}

impl Fault {
    /// Its name for callers and figures.
    pub fn name(self) -> &'static str {
        match self {
            Self::Malformed => "MALFORMED",
            Self::Algorithm => "ALGORITHM",
            Self::Key => "KEY",
            Self::Signature => "SIGNATURE",
            Self::Issuer => "ISSUER",
            Self::Audience => "AUDIENCE",
            Self::Expired => "EXPIRED",
            Self::NotYet => "NOT_YET",
            Self::TooLong => "TOO_LONG",
            Self::Strength => "STRENGTH",
            Self::LoginAge => "LOGIN_AGE",
        }
    }
}

/// A public key of an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A point of P-256, uncompressed.
    Es256(Vec<u8>),
    /// Modulus and exponent.
    Rs256 { n: Vec<u8>, e: Vec<u8> },
}

impl Key {
    fn algorithm(&self) -> &'static str {
        match self {
            Self::Es256(_) => "ES256",
            Self::Rs256 { .. } => "RS256",
        }
    }

    fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Es256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
            Self::Rs256 { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
            }
        }
    }
}

/// What a token says of whom it stands for.
#[derive(Clone, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub sub: String,
    aud: Audience,
    pub exp: i64,
    iat: i64,
    nbf: Option<i64>,
    /// By what class of means its bearer signed in, and when (RFC 9068).
    acr: Option<String>,
    auth_time: Option<i64>,
    /// Of tokens that tell a client who signed in: what it began with, and which client that is among several.
    pub nonce: Option<String>,
    pub azp: Option<String>,
    /// Of tokens of the development issuer: the organisation's SIREN, and the desk.
    pub organisation: Option<String>,
    pub desk: Option<String>,
    /// Of tokens of the development issuer: the number of the applicant's demand.
    pub demand: Option<String>,
}

/// How somebody must have signed in with his provider (RFC 9470).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignIn {
    /// The classes of means that are enough (`acr`); all are, where none is named.
    pub classes: Vec<String>,
    /// How long ago at most; as long as one likes, where nothing is said.
    pub longest_ago: Option<Duration>,
}

impl Claims {
    /// Until when they count, in seconds, of somebody who signed in so.
    ///
    /// # Errors
    /// [`Fault::Strength`], [`Fault::LoginAge`]: also when they do not say it.
    pub fn count_until(&self, sign_in: &SignIn, now: Timestamp) -> Result<i64, Fault> {
        let SignIn { classes, longest_ago } = sign_in;
        let enough = |acr: &String| classes.contains(acr);
        if !classes.is_empty() && !self.acr.as_ref().is_some_and(enough) {
            return Err(Fault::Strength);
        }
        let Some(longest_ago) = longest_ago else { return Ok(self.exp) };
        let longest_ago = i64::try_from(longest_ago.as_secs()).unwrap_or(i64::MAX);
        let over = self.auth_time.ok_or(Fault::LoginAge)?.saturating_add(longest_ago);
        if over <= now.as_second() { Err(Fault::LoginAge) } else { Ok(self.exp.min(over)) }
    }
}

#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
    typ: Option<String>,
    /// What must be understood: nothing of it is.
    crit: Option<serde_json::Value>,
}

/// A token that was read and is not believed yet.
pub struct Token<'a> {
    header: Header,
    claims: Claims,
    message: &'a str,
    signature: Vec<u8>,
}

impl<'a> Token<'a> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// [`Fault::Malformed`], [`Fault::Algorithm`].
    pub fn read(text: &'a str) -> Result<Self, Fault> {
        if text.len() > LONGEST {
            return Err(Fault::Malformed);
        }
        let (message, signature) = text.rsplit_once('.').ok_or(Fault::Malformed)?;
        let (header, claims) = message.split_once('.').ok_or(Fault::Malformed)?;
        let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Fault::Malformed);
        let header: Header = serde_json::from_slice(&decoded(header)?).map_err(|_| Fault::Malformed)?;
        if header.crit.is_some() || !header.typ.as_deref().is_none_or(is_known_type) {
            return Err(Fault::Malformed);
        }
        if !["ES256", "RS256"].contains(&header.alg.as_str()) {
            return Err(Fault::Algorithm);
        }
        let claims = serde_json::from_slice(&decoded(claims)?).map_err(|_| Fault::Malformed)?;
        Ok(Self { header, claims, message, signature: decoded(signature)? })
    }

    /// Who says that he made it.
    pub fn issuer(&self) -> &str {
        &self.claims.iss
    }

    /// The name of the key that it says it was signed with.
    pub fn key(&self) -> &str {
        &self.header.kid
    }

    /// What it says as a credential, once everything about it holds: its life is short.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn believed(self, key: &Key, audience: &str, now: Timestamp) -> Result<Claims, Fault> {
        let claims = self.genuine(key, audience, now)?;
        if claims.exp.saturating_sub(claims.iat) > LONGEST_LIFE { Err(Fault::TooLong) } else { Ok(claims) }
    }

    /// What it says, however long it lives.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn genuine(self, key: &Key, audience: &str, now: Timestamp) -> Result<Claims, Fault> {
        if self.header.alg != key.algorithm() {
            return Err(Fault::Algorithm);
        }
        if !key.signed(self.message.as_bytes(), &self.signature) {
            return Err(Fault::Signature);
        }
        let Claims { aud, exp, iat, nbf, .. } = &self.claims;
        let meant = match aud {
            Audience::One(one) => one == audience,
            Audience::Several(several) => several.iter().any(|one| one == audience),
        };
        let now = now.as_second();
        // Dates at the end of what a number can say are nonsense, not a fault of arithmetic.
        if !meant {
            Err(Fault::Audience)
        } else if exp.saturating_add(SKEW) <= now {
            Err(Fault::Expired)
        } else if iat.max(&nbf.unwrap_or(*iat)).saturating_sub(SKEW) > now {
            Err(Fault::NotYet)
        } else {
            Ok(self.claims)
        }
    }
}

fn is_known_type(typ: &str) -> bool {
    TYPES.iter().any(|known| known.eq_ignore_ascii_case(typ))
}

#[cfg(test)]
mod tests;
