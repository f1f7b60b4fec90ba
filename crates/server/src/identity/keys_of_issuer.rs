//! The public keys of a provider (OpenID Connect Discovery, RFC 7517): fetched, kept, and fetched anew when they change.
//!
//! A key that is not known is asked for, at most once in ten seconds however many tokens name it; all keys are asked for
//! every five minutes, so that one which the provider took back is forgotten. While he does not answer, those known stay.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Uri;
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::described::{Described, read};
use super::fetch::{Fetch, FetchError, is_this_machine};
use super::token::{Key, SignIn};

/// Unknown keys make the provider be asked at most this often.
const BETWEEN: Duration = Duration::from_secs(10);
/// Known keys are asked for anew this often.
const ANEW: Duration = Duration::from_secs(300);
/// No provider has more keys that count.
const MOST_KEYS: usize = 64;

/// A provider of identities (OpenID Connect), and whom its tokens must be meant for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its name, which is where its description is found: `https://...`, or `http://` on this machine.
    pub issuer: String,
    /// Whom tokens must be meant for.
    pub audience: String,
    /// Authorities that vouch for its server (PEM), beside those that this machine trusts.
    pub authorities: Option<std::path::PathBuf>,
    /// How whoever calls must have signed in there.
    pub sign_in: SignIn,
}

impl Provider {
    /// Whether a text can be an issuer's name: an address that may be asked, without a query.
    pub fn is_address(text: &str) -> bool {
        let Ok(uri) = text.parse::<Uri>() else { return false };
        let asked = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => uri.host().is_some_and(is_this_machine),
            _ => false,
        };
        asked && uri.host().is_some_and(|host| !host.is_empty()) && uri.query().is_none()
    }
}

/// The keys of one provider.
pub struct KeysOfIssuer {
    provider: Provider,
    fetch: Fetch,
    keys: RwLock<Arc<HashMap<String, Key>>>,
    /// When he was asked last, and whether he answered.
    asked: Mutex<Option<(Instant, bool)>>,
}

/// The provider does not answer, and never did.
pub struct Unreachable;

impl KeysOfIssuer {
    pub fn new(provider: Provider, fetch: Fetch) -> Self {
        Self { provider, fetch, keys: RwLock::default(), asked: Mutex::new(None) }
    }

    pub fn issuer(&self) -> &str {
        &self.provider.issuer
    }

    pub fn audience(&self) -> &str {
        &self.provider.audience
    }

    pub fn sign_in(&self) -> &SignIn {
        &self.provider.sign_in
    }

    /// Whether the provider has this key, as far as is known.
    pub fn has(&self, key: &Key) -> bool {
        self.all().values().any(|other| other == key)
    }

    /// The key of a name; the provider is asked when it is not known.
    ///
    /// # Errors
    /// [`Unreachable`] when he does not answer and no key of his is known.
    pub async fn key(&self, name: &str) -> Result<Option<Key>, Unreachable> {
        if let Some(key) = self.all().get(name) {
            return Ok(Some(key.clone()));
        }
        // One asks, the others wait for what he hears.
        let mut asked = self.asked.lock().await;
        if let Some(key) = self.all().get(name) {
            return Ok(Some(key.clone()));
        }
        if asked.is_none_or(|(at, _)| at.elapsed() >= BETWEEN) {
            *asked = Some((Instant::now(), self.ask().await));
        }
        let keys = self.all();
        match asked.is_some_and(|(_, answered)| answered) || !keys.is_empty() {
            true => Ok(keys.get(name).cloned()),
            false => Err(Unreachable),
        }
    }

    /// Asks for all keys now and then, for as long as it is awaited.
    pub async fn keep(&self) {
        loop {
            {
                let mut asked = self.asked.lock().await;
                *asked = Some((Instant::now(), self.ask().await));
            }
            tokio::time::sleep(ANEW).await;
        }
    }

    /// As if he had been asked so much earlier.
    #[cfg(test)]
    pub async fn age(&self, by: Duration) {
        let mut asked = self.asked.lock().await;
        *asked = asked.and_then(|(at, answered)| Some((at.checked_sub(by)?, answered)));
    }

    async fn ask(&self) -> bool {
        match self.fetched().await {
            Ok(keys) => {
                *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
                true
            }
            Err(error) => {
                tracing::warn!(%error, "the keys of the issuer of tokens cannot be had");
                false
            }
        }
    }

    async fn fetched(&self) -> Result<HashMap<String, Key>, FetchError> {
        let described = Described::of(&self.fetch, self.issuer()).await?;
        keys_at(&self.fetch, &described.jwks_uri).await
    }

    fn all(&self) -> Arc<HashMap<String, Key>> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The keys of a set by their names.
pub async fn keys_at(fetch: &Fetch, address: &str) -> Result<HashMap<String, Key>, FetchError> {
    let set: Set = read(&fetch.get(address).await?)?;
    Ok(set.keys.into_iter().filter_map(Jwk::key).take(MOST_KEYS).collect())
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

impl Jwk {
    /// A key that signs, of an algorithm that is known, with a name; nothing else.
    fn key(self) -> Option<(String, Key)> {
        let bytes = |text: Option<String>| URL_SAFE_NO_PAD.decode(text?).ok();
        let for_ = |algorithm: &str| self.alg.as_deref().is_none_or(|alg| alg == algorithm);
        if self.purpose.as_deref().is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let key = match self.kty.as_str() {
            "EC" if self.crv.as_deref() == Some("P-256") && for_("ES256") => {
                let (x, y) = (bytes(self.x)?, bytes(self.y)?);
                (x.len() == 32 && y.len() == 32).then(|| Key::Es256([&[4], x.as_slice(), &y].concat()))?
            }
            "RSA" if for_("RS256") => Key::Rs256 { n: bytes(self.n)?, e: bytes(self.e)? },
            _ => return None,
        };
        Some((self.kid?, key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(set: &str) -> Vec<String> {
        let set: Set = serde_json::from_str(set).unwrap();
        let mut names: Vec<String> = set.keys.into_iter().filter_map(Jwk::key).map(|(name, _)| name).collect();
        names.sort();
        names
    }

    #[test]
    fn an_issuer_is_asked_over_tls_or_on_this_machine() {
        for address in
            ["https://id.example", "https://id.example:8443/realms/sne", "http://127.0.0.1:3000", "http://[::1]:1/x"]
        {
            assert!(Provider::is_address(address), "{address}");
        }
        for address in
            ["http://id.example", "id.example", "https://", "ftp://localhost/", "https://id.example/?x=1", ""]
        {
            assert!(!Provider::is_address(address), "{address}");
        }
    }

    #[test]
    fn of_a_set_only_named_keys_that_sign_with_a_known_algorithm_are_taken() {
        let half = "A".repeat(43);
        let set = format!(
            r#"{{"keys": [
                {{"kty": "EC", "crv": "P-256", "kid": "ec", "x": "{half}", "y": "{half}"}},
                {{"kty": "RSA", "kid": "rsa", "alg": "RS256", "use": "sig", "n": "AQAB", "e": "AQAB", "x5t": "unread"}},
                {{"kty": "EC", "crv": "P-256", "x": "{half}", "y": "{half}"}},
                {{"kty": "EC", "crv": "P-384", "kid": "longer", "x": "{half}", "y": "{half}"}},
                {{"kty": "EC", "crv": "P-256", "kid": "short", "x": "AQAB", "y": "{half}"}},
                {{"kty": "RSA", "kid": "for-secrets", "use": "enc", "n": "AQAB", "e": "AQAB"}},
                {{"kty": "RSA", "kid": "other", "alg": "PS256", "n": "AQAB", "e": "AQAB"}},
                {{"kty": "oct", "kid": "shared", "k": "AQAB"}}
            ]}}"#
        );
        assert_eq!(names(&set), ["ec", "rsa"]);
    }
}
