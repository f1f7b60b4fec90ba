//! Whether whoever calls is still who he was: asked by answers that go on for long.

use std::sync::Arc;

use jiff::Timestamp;
use nomenclature::Siren;
use register::{Clock as _, SystemClock};

use super::authenticator::of_certificate;
use super::bindings::Bindings;
use super::certificate::Certificate;
use super::token::SKEW;
use super::tokens::{Proven, Subject};
use crate::reason::Reason;
use crate::status::Refusal;

/// What a call's credentials rest on. It holds no secret: a fingerprint, a name at a provider, a time.
#[derive(Clone)]
pub struct Standing {
    pub(super) bindings: Arc<dyn Bindings>,
    /// Who answers for the caller; nobody does for an applicant.
    pub(super) organisation: Option<Siren>,
    pub(super) certificate: Option<Certificate>,
    pub(super) token: Option<Proven>,
}

impl Standing {
    /// Whether certificate and token count now, and stand for the same organisation as before.
    ///
    /// # Errors
    /// As when the call came.
    pub async fn holds(&self) -> Result<(), Refusal> {
        self.holds_at(SystemClock.now()).await
    }

    async fn holds_at(&self, now: Timestamp) -> Result<(), Refusal> {
        if let Some(certificate) = &self.certificate {
            self.stands_for(of_certificate(&*self.bindings, certificate, now).await?.organisation)?;
        }
        if let Some(Proven { subject, expires_at }) = &self.token {
            if expires_at.saturating_add(SKEW) <= now.as_second() {
                return Err(Reason::CredentialExpired.into());
            }
            if let Subject::Account(account) = subject {
                self.stands_for(self.bindings.of_account(&account.issuer, &account.subject).await?.organisation)?;
            }
        }
        Ok(())
    }

    fn stands_for(&self, organisation: Siren) -> Result<(), Refusal> {
        if Some(organisation) == self.organisation { Ok(()) } else { Err(Reason::CredentialsContradict.into()) }
    }
}

#[cfg(test)]
mod tests {
    use tonic::Status;
    use tonic_types::StatusExt as _;

    use super::*;
    use crate::identity::tests::stage::{Authority, Bound};
    use crate::identity::tokens::Account;

    #[tokio::test]
    async fn what_counted_when_the_call_came_may_count_no_longer() {
        let (bound, lessor) = (Bound::default(), Authority::new().issues(-60, 600));
        bound.to(&lessor, "000005017");
        let now = SystemClock.now();
        let of = |certificate, token| Standing {
            bindings: Arc::new(bound.clone()),
            organisation: Siren::parse("000005017").ok(),
            certificate,
            token,
        };
        let reason = async |standing: &Standing, seconds: i64| {
            let later = now + jiff::SignedDuration::from_secs(seconds);
            let refused = standing.holds_at(later).await.err()?;
            Some(Status::from(refused).get_details_error_info().unwrap().reason)
        };
        let by_certificate = of(Certificate::read(&lessor.0.cert[0]), None);
        assert_eq!(reason(&by_certificate, 0).await, None);
        assert_eq!(reason(&by_certificate, 601).await.unwrap(), "CERTIFICATE_EXPIRED");
        bound.to(&lessor, "000005025");
        assert_eq!(reason(&by_certificate, 0).await.unwrap(), "CREDENTIALS_CONTRADICT");
        bound.revoke(&lessor);
        assert_eq!(reason(&by_certificate, 0).await.unwrap(), "CERTIFICATE_REVOKED");

        let account = Arc::new(Account { issuer: "https://id.example".to_owned(), subject: "account-1".to_owned() });
        let by_token = of(None, Some(Proven { subject: Subject::Account(account), expires_at: now.as_second() + 900 }));
        assert_eq!(reason(&by_token, 0).await.unwrap(), "UNKNOWN_IDENTITY");
        assert_eq!(reason(&by_token, 960).await.unwrap(), "CREDENTIAL_EXPIRED");
    }
}
