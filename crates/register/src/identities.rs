//! Whom a certificate or an account stands for: asked by the door at every call, and answered from memory.

use access::Fingerprint;
use jiff::Timestamp;
use nomenclature::{Actor, DeskCode, Siren};

use crate::{Error, Register};

impl Register {
    /// The organisation that a certificate is bound to at an instant, and the only desk that it speaks for, if there is one.
    ///
    /// # Errors
    /// [`Error::Denied`] for a certificate that is unknown, revoked or out of its time.
    pub async fn bearer_of(
        &self,
        fingerprint: &Fingerprint,
        now: Timestamp,
    ) -> Result<(Siren, Option<DeskCode>), Error> {
        self.parts.directory.ask(|directory| directory.bearer_of(fingerprint, now)).await
    }

    /// The agent to whom an account at an issuer of identities is bound.
    ///
    /// # Errors
    /// [`Error::Denied`] when it is bound to nobody.
    pub async fn agent_of(&self, issuer: &str, subject: &str) -> Result<Actor, Error> {
        let token = crate::blind::identity_token(self.parts.vault.secrets(), issuer, subject);
        self.parts.directory.ask(|directory| directory.agent_of(&token)).await
    }
}
