//! A register where nobody is bound yet.

use jiff::Timestamp;

use super::authenticator::Bindings;
use super::bearer::Bearer;
use super::certificate::Fingerprint;
use crate::reason::Reason;
use crate::status::Refusal;

/// Knows nobody.
pub struct NoBindings;

#[tonic::async_trait]
impl Bindings for NoBindings {
    async fn of_certificate(&self, _: &Fingerprint, _: Timestamp) -> Result<Bearer, Refusal> {
        Err(Reason::CredentialUnknown.into())
    }

    async fn of_account(&self, _: &str, _: &str) -> Result<Bearer, Refusal> {
        Err(Reason::CredentialUnknown.into())
    }
}
