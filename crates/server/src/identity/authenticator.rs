//! From what a call shows to who calls.

use std::sync::Arc;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use jiff::Timestamp;
use nomenclature::Actor;

use super::bearer::Bearer;
use super::certificate::{Certificate, Fingerprint};
use super::metadata::{Said, only};
use super::tokens::{Subject, Tokens};
use crate::reason::Reason;
use crate::status::Refusal;

/// Whom certificates and accounts are bound to: asked at every call, so that what was withdrawn counts no longer.
#[tonic::async_trait]
pub trait Bindings: Send + Sync + 'static {
    /// Whom a certificate stands for.
    ///
    /// # Errors
    /// [`Reason::CredentialUnknown`], [`Reason::CredentialRevoked`], [`Reason::CredentialExpired`].
    async fn of_certificate(&self, fingerprint: &Fingerprint, now: Timestamp) -> Result<Bearer, Refusal>;

    /// Whom an account at a provider stands for.
    ///
    /// # Errors
    /// [`Reason::CredentialUnknown`].
    async fn of_account(&self, issuer: &str, subject: &str) -> Result<Bearer, Refusal>;
}

/// Finds out who calls. Cheap to clone.
#[derive(Clone)]
pub struct Authenticator {
    tokens: Arc<Tokens>,
    bindings: Arc<dyn Bindings>,
}

impl Authenticator {
    pub fn new(tokens: Tokens, bindings: Arc<dyn Bindings>) -> Self {
        Self { tokens: Arc::new(tokens), bindings }
    }

    /// Who sends a call with these headers over a connection whose other end showed this certificate.
    ///
    /// # Errors
    /// The reasons of credentials and of metadata.
    pub async fn actor(
        &self,
        headers: &HeaderMap,
        certificate: Option<&Certificate>,
        now: Timestamp,
    ) -> Result<Actor, Refusal> {
        let of_certificate = match certificate {
            None => None,
            Some(certificate) => Some(self.of_certificate(certificate, now).await?),
        };
        let of_token = match bearer_token(headers)? {
            None => None,
            Some(token) => Some(self.of_token(token, now).await?),
        };
        let bearer = match (of_certificate, of_token) {
            (None, None) => return Err(Reason::CredentialMissing.into()),
            (Some(one), None) | (None, Some(one)) => one,
            (Some(one), Some(other)) => one.and(other).ok_or(Reason::CredentialsContradict)?,
        };
        bearer.who_says(&Said::read(headers)?)
    }

    async fn of_certificate(&self, certificate: &Certificate, now: Timestamp) -> Result<Bearer, Refusal> {
        if certificate.is_valid_at(now) {
            self.bindings.of_certificate(&certificate.fingerprint, now).await
        } else {
            Err(Reason::CredentialExpired.into())
        }
    }

    async fn of_token(&self, token: &str, now: Timestamp) -> Result<Bearer, Refusal> {
        match self.tokens.subject(token, now).await? {
            Subject::Bearer(bearer) => Ok(bearer),
            Subject::Account(account) => self.bindings.of_account(&account.issuer, &account.subject).await,
        }
    }
}

/// The token of a call, if it shows one.
fn bearer_token(headers: &HeaderMap) -> Result<Option<&str>, Refusal> {
    let invalid = || Refusal::new(Reason::CredentialInvalid).with("fault", "MALFORMED");
    let Some(text) = only(headers, AUTHORIZATION.as_str()).map_err(|_| invalid())? else { return Ok(None) };
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token)),
        _ => Err(invalid()),
    }
}
