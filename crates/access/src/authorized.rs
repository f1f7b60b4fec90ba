//! The proof that a right was asked, and given.

use nomenclature::Territories;

use crate::action::Action;
use crate::competence::Competence;
use crate::denial::Denial;
use crate::profile::Profile;
use crate::purpose::Purpose;
use crate::read::{Read, ReadDemand, ReadDemands};
use crate::resource::{Resource, Scoped};
use crate::right::may;

/// Something that somebody may do an action to. Only [`authorize`], [`permit`] and [`permit_wherever`] make one, so whoever
/// takes it as an argument cannot be asked before the right was.
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

/// Asks the right to read something, and proves that it was given.
///
/// # Errors
/// What [`may`] denies it for.
pub fn permit<R: Read>(profile: Profile, read: R) -> Result<Authorized<R>, Denial> {
    let purpose = R::purpose(profile);
    may(profile, R::ACTION, read.resource(), purpose)?;
    Ok(Authorized { what: read, by: profile, action: R::ACTION, purpose })
}

/// Asks the right to read demands in each territory where somebody has a role, and proves where it was given, and for which
/// of them.
///
/// # Errors
/// What [`may`] denies the first of them for, when it is given nowhere.
pub fn permit_wherever(profile: Profile, competence: Competence) -> Result<Authorized<ReadDemands>, Denial> {
    let (action, purpose) = (ReadDemand::ACTION, ReadDemand::purpose(profile));
    let asked = profile
        .territories()
        .iter()
        .map(|territory| may(profile, action, Resource::Demand { territory }, purpose).map(|()| territory));
    let (given, denied): (Vec<_>, Vec<_>) = asked.partition(Result::is_ok);
    let territories: Territories = given.into_iter().flatten().collect();
    if territories.is_empty() {
        let denial = denied.into_iter().find_map(Result::err);
        return Err(denial.unwrap_or(match profile {
            Profile::Applicant { .. } => Denial::NotForApplicants,
            _ => Denial::NotARegisteringService,
        }));
    }
    Ok(Authorized { what: ReadDemands { territories, competence }, by: profile, action, purpose })
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
