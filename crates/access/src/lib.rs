//! Who takes part, and who may do what.
//!
//! [`Organisation`] is the aggregate of a body that takes part in the register, with its desks; every right it has is
//! dated. [`Directory`] folds all organisations into one look-up. [`may`] is the only function that says yes: every
//! handler calls it before it reads a row, and what it does not allow is denied. [`Authorized`] is the proof that it was asked.
//!
//! Invariants of absence: no clock, no IO; nothing about a natural person (agents are opaque tokens).

mod action;
mod authorized;
mod denial;
mod directory;
mod organisation;
mod profile;
mod purpose;
mod resource;
mod right;
mod roles;
mod rule;
mod scopes;

pub use action::Action;
pub use authorized::{Authorized, authorize};
pub use denial::Denial;
pub use directory::Directory;
pub use nomenclature::Role;
pub use organisation::{
    Desk, OpenDesk, Organisation, OrganisationCommand, OrganisationEvent, OrganisationRejection, RegisterOrganisation,
    codec,
};
pub use profile::Profile;
pub use purpose::Purpose;
pub use resource::{Resource, Scoped};
pub use right::may;
pub use roles::Roles;
pub use scopes::Scopes;
