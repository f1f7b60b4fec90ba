//! Who takes part, and who may do what.
//!
//! [`Organisation`] is the aggregate of a body that takes part in the register, with its desks; every right it has is
//! dated. [`Directory`] folds all organisations into one look-up. [`may`] is the only function that says yes: every
//! handler calls it before it reads a row, and what it does not allow is denied.
//!
//! Invariants of absence: no clock, no IO; nothing about a natural person (agents are opaque tokens).

mod denial;
mod directory;
mod organisation;
mod right;

pub use denial::Denial;
pub use directory::{Directory, Profile};
pub use organisation::{
    Desk, OpenDesk, Organisation, OrganisationCommand, OrganisationEvent, OrganisationRejection, RegisterOrganisation,
    codec,
};
pub use right::{Action, Purpose, Resource, may};
