//! Rotation of the wrapping keys, for a process that is open for long.

use access::{Inspect, Profile, permit};
use event_log::{Role, connect};
use vault::{Rotation, Wrapping};

use crate::Error;
use crate::register::Register;

impl Register {
    /// Does what rotation of the wrapping keys is due today: see [`vault::Vault::rotate`]. `None` when another process is at
    /// it. Asks nothing of a register where nothing is due, but to wrap under the key of this week from now on.
    ///
    /// # Errors
    /// A failure of keys or database; what was done stays done, and the next call goes on.
    pub async fn rotate_keys(&self) -> Result<Option<Rotation>, Error> {
        let _granted = permit(Profile::Operator, Inspect)?;
        let parts = &*self.parts;
        let today = parts.clock.today();
        // A session for this alone: only the owner moves keys.
        let owner = connect(parts.postgres()?.database.clone(), Role::Owner, 1).await?;
        let rotation = parts.vault.rotate(&owner, today).await;
        owner.close().await;
        Ok(rotation?)
    }

    /// What [`Register::rotate_keys`] would find; changes nothing.
    ///
    /// # Errors
    /// A failure of the database.
    pub async fn wrapping(&self) -> Result<Wrapping, Error> {
        let _granted = permit(Profile::Operator, Inspect)?;
        Ok(self.parts.vault.wrapping(self.parts.clock.today()).await?)
    }
}
