//! Who takes part, and who may do what.
//!
//! [`Organisation`] is the aggregate of a body that takes part in the register, with its desks, titles, mandates and
//! certificates; [`Agent`] that of a person who has an account of his own, with his roles. Everything they have is dated.
//! [`Directory`] folds all of them into one look-up, which tells what is known of an actor on a day: his [`Profile`]. [`may`]
//! is the only function that says yes, and what it does not allow is denied. [`authorize`] asks it for an act, [`permit`] for
//! something to [`Read`]; the [`Authorized`] that they give is the proof, and what reads a row takes one.
//!
//! Invariants of absence: no clock, no IO; nothing about a natural person in the clear but what an agent's sealed part holds.

mod action;
pub mod agent;
mod authorized;
mod competence;
mod denial;
mod directory;
mod field_class;
pub mod fields;
mod fingerprint;
pub mod organisation;
mod profile;
mod purpose;
mod read;
mod resource;
mod right;
mod roles;
mod rule;
mod scopes;
mod text;

pub use action::Action;
pub use agent::Agent;
pub use agent::event::AgentEvent;
pub use agent::rejection::AgentRejection;
pub use authorized::{Authorized, authorize, permit, permit_wherever};
pub use competence::{Communes, Competence};
pub use denial::Denial;
pub use directory::Directory;
pub use field_class::{FieldClass, FieldClasses};
pub use fingerprint::{Fingerprint, IdentityToken, NotHexadecimal};
pub use nomenclature::Role;
pub use organisation::Organisation;
pub use organisation::alert::Alert;
pub use organisation::codec;
pub use organisation::command::{OrganisationAct, OrganisationCommand, RegisterOrganisation};
pub use organisation::desk::{Desk, DeskContact, OpenDesk};
pub use organisation::event::OrganisationEvent;
pub use organisation::rejection::OrganisationRejection;
pub use profile::Profile;
pub use purpose::Purpose;
pub use read::{
    Inspect, Read, ReadAtDesk, ReadConsultations, ReadDeadlines, ReadDemand, ReadDemands, ReadNotices,
    ReadOwnConsultations, ReadStatistics, ReadTerritory, ReplayDemand, ReplayLog,
};
pub use resource::{Resource, Scoped};
pub use right::may;
pub use roles::Roles;
pub use scopes::Scopes;
