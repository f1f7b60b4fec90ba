//! Who calls, as the door found it (see [`crate::identity`]).

use nomenclature::Actor;
use tonic::Extensions;

use crate::identity::Standing;
use crate::reason::Reason;
use crate::status::Refusal;

/// The agent who calls. Every call that came through the door has one.
///
/// # Errors
/// [`Reason::CredentialMissing`] for a call that went around it: nobody is let in by mistake.
pub fn of(extensions: &Extensions) -> Result<Actor, Refusal> {
    extensions.get::<Actor>().copied().ok_or(Refusal::new(Reason::CredentialMissing))
}

/// What the call's credentials rest on, for an answer that goes on for long.
///
/// # Errors
/// As [`of`].
pub fn standing(extensions: &Extensions) -> Result<Standing, Refusal> {
    extensions.get::<Standing>().cloned().ok_or(Refusal::new(Reason::CredentialMissing))
}
