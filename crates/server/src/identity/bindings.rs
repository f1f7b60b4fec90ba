//! Whom credentials are bound to, as the register says.

use access::Fingerprint;
use jiff::Timestamp;
use nomenclature::Actor;
use register::Register;

use super::bearer::Bearer;
use crate::status::Refusal;

/// Whom certificates and accounts are bound to: asked at every call, so that what was withdrawn counts no longer.
#[tonic::async_trait]
pub trait Bindings: Send + Sync + 'static {
    /// Whom a certificate stands for.
    ///
    /// # Errors
    /// Why it stands for nobody.
    async fn of_certificate(&self, fingerprint: &Fingerprint, now: Timestamp) -> Result<Bearer, Refusal>;

    /// Whom an account at a provider stands for.
    ///
    /// # Errors
    /// Why it stands for nobody.
    async fn of_account(&self, issuer: &str, subject: &str) -> Result<Bearer, Refusal>;
}

#[tonic::async_trait]
impl Bindings for Register {
    async fn of_certificate(&self, fingerprint: &Fingerprint, now: Timestamp) -> Result<Bearer, Refusal> {
        let (organisation, desk) = self.bearer_of(fingerprint, now).await?;
        Ok(Bearer { organisation, desk, agent: None })
    }

    async fn of_account(&self, issuer: &str, subject: &str) -> Result<Bearer, Refusal> {
        match self.agent_of(issuer, subject).await? {
            Actor::Agent { organisation, desk, agent } => Ok(Bearer { organisation, desk, agent: Some(agent) }),
            Actor::Operator | Actor::Import { .. } | Actor::Applicant { .. } => {
                Err(access::Denial::UnknownIdentity.into())
            }
        }
    }
}
