//! The proof that a right was asked, and given.

use crate::action::Action;
use crate::denial::Denial;
use crate::profile::Profile;
use crate::purpose::Purpose;
use crate::resource::Scoped;
use crate::right::may;

/// Something that somebody may do an action to. Only [`authorize`] makes one, so whoever takes it as an argument cannot be
/// asked before the right was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Authorized<T> {
    what: T,
    by: Profile,
    action: Action,
    purpose: Purpose,
}

/// Asks the right, and proves that it was given.
///
/// # Errors
/// What [`may`] denies it for.
///
/// ```compile_fail
/// use access::{Action, Authorized, Profile, Purpose};
/// let by = Profile::Operator;
/// let forged = Authorized { what: 1, by, action: Action::Inspect, purpose: Purpose::Administration };
/// ```
pub fn authorize<T: Scoped>(
    profile: Profile,
    action: Action,
    what: T,
    purpose: Purpose,
) -> Result<Authorized<T>, Denial> {
    may(profile, action, what.resource(), purpose)?;
    Ok(Authorized { what, by: profile, action, purpose })
}

impl<T> Authorized<T> {
    /// What the right was asked for.
    pub const fn what(&self) -> &T {
        &self.what
    }

    /// Who may.
    pub const fn by(&self) -> Profile {
        self.by
    }

    /// What he may do.
    pub const fn action(&self) -> Action {
        self.action
    }

    /// What for.
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }
}
