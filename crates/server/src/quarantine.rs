//! The operator sets an event aside that a view cannot read, and the register's keys sign it.

use std::path::Path;

use access::{Inspect, Profile, permit};
use event_log::{Position, Role, connect};
use nomenclature::Actor;
use projection::{Asked, Decision, Reason, Resolve, Signer};
use register::{Place, Register};
use vault::Secrets;

use crate::error::Error;
use crate::keys::Keys;
use crate::rebuild::View;
use crate::views::Views;

impl Signer for Keys {
    fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.0.secrets().sign_decision(parts)
    }

    fn signed(&self, parts: &[&[u8]], signature: &[u8]) -> bool {
        self.0.secrets().signed_decision(parts, signature)
    }
}

/// The signatures of a key folder, for those who look at decisions and open nothing.
#[derive(Debug)]
pub struct Signatures(Secrets);

impl Signatures {
    /// Opens the folder; nothing is made.
    ///
    /// # Errors
    /// [`Error::Keys`] when its keys cannot be read.
    pub fn open(keys: &Path) -> Result<Self, Error> {
        Ok(Self(Secrets::open(keys)?))
    }
}

impl Signer for Signatures {
    fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.0.sign_decision(parts)
    }

    fn signed(&self, parts: &[&[u8]], signature: &[u8]) -> bool {
        self.0.signed_decision(parts, signature)
    }
}

/// Decides, as the operator, that a view goes on without an event that it cannot read. Servers and rebuilds go by it from now
/// on.
///
/// # Errors
/// [`Error::View`] with what is against it: the event can be read, is not there, has lost its place in its stream, or was
/// set aside before; [`Error::Denied`], [`Error::Keys`] and [`Error::Log`].
pub async fn set_aside(
    register: &Register,
    place: &Place,
    (view, position): (View, Position),
    reason: Reason,
) -> Result<Decision, Error> {
    let asked = ask(register, position, reason)?;
    let views = Views::open(register, place).await?;
    let owner = connect(place.database.clone(), Role::Owner, 1).await?;
    let decided = views.quarantine.resolve(views.of(view), asked, &owner).await;
    owner.close().await;
    Ok(decided?)
}

/// What [`set_aside`] would decide; nothing is written, and sessions of the database may only read.
///
/// # Errors
/// As [`set_aside`].
pub async fn consider_setting_aside(
    register: &Register,
    place: &Place,
    (view, position): (View, Position),
    reason: Reason,
) -> Result<Decision, Error> {
    let asked = ask(register, position, reason)?;
    let views = Views::open_to_read(register, place).await?;
    Ok(views.quarantine.consider(views.of(view), asked).await?)
}

fn ask(register: &Register, position: Position, reason: Reason) -> Result<Asked, Error> {
    let _granted = permit(Profile::Operator, Inspect)?;
    let decided_at = register.clock().now();
    Ok(Asked { position, reason, author: Actor::Operator.to_string(), decided_at })
}

impl Views {
    fn of(&self, view: View) -> &dyn Resolve {
        match view {
            View::SharedManagement => self.shared.resolved(),
            View::Deadlines => self.deadlines.resolved(),
            View::Infocentre => self.statistics.resolved(),
        }
    }
}
