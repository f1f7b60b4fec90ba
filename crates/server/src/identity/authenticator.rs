//! From what a call shows to who calls.

use std::sync::Arc;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use jiff::Timestamp;
use nomenclature::Actor;

use super::bearer::Bearer;
use super::bindings::Bindings;
use super::certificate::Certificate;
use super::metadata::{Said, only};
use super::standing::Standing;
use super::tokens::{Subject, Tokens};
use crate::reason::Reason;
use crate::status::Refusal;

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
    ) -> Result<(Actor, Standing), Refusal> {
        let of_certificate = match certificate {
            None => None,
            Some(certificate) => Some(of_certificate(&*self.bindings, certificate, now).await?),
        };
        let token = match bearer_token(headers)? {
            None => None,
            Some(token) => Some(self.tokens.proven(token, now).await?),
        };
        let of_token = match token.as_ref().map(|token| &token.subject) {
            None => None,
            // Nobody answers for an applicant, and he has nothing to say beside his token.
            Some(Subject::Applicant(number)) => {
                let number = *number;
                if of_certificate.is_some() {
                    return Err(Reason::CredentialsContradict.into());
                }
                if Said::read(headers)? != Said::default() {
                    return Err(Refusal::new(Reason::MetadataContradicted).with("key", Said::ORGANISATION));
                }
                let bindings = Arc::clone(&self.bindings);
                return Ok((
                    Actor::Applicant { number },
                    Standing { bindings, organisation: None, certificate: None, token },
                ));
            }
            Some(Subject::Bearer(bearer)) => Some(*bearer),
            Some(Subject::Account(account)) => Some(self.bindings.of_account(&account.issuer, &account.subject).await?),
        };
        let bearer = match (of_certificate, of_token) {
            (None, None) => return Err(Reason::CredentialMissing.into()),
            (Some(one), None) | (None, Some(one)) => one,
            (Some(one), Some(other)) => one.and(other).ok_or(Reason::CredentialsContradict)?,
        };
        let actor = bearer.who_says(&Said::read(headers)?)?;
        let bindings = Arc::clone(&self.bindings);
        Ok((
            actor,
            Standing { bindings, organisation: Some(bearer.organisation), certificate: certificate.copied(), token },
        ))
    }
}

/// Whom a certificate stands for, within its time.
pub async fn of_certificate(
    bindings: &dyn Bindings,
    certificate: &Certificate,
    now: Timestamp,
) -> Result<Bearer, Refusal> {
    if certificate.is_valid_at(now) {
        bindings.of_certificate(&certificate.fingerprint, now).await
    } else {
        Err(access::Denial::CertificateExpired.into())
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
