//! The demand for social housing (*demande de logement social*): what it holds, what may be done to it, what happened.
//!
//! [`Demand`] folds [`DemandEvent`]s and decides [`DemandCommand`]s; a refusal is a [`Rejection`] with a stable reason and
//! every violation of the form at once. Each act has its file: [`registration`], [`modification`], [`renewal`],
//! [`notice`], [`pieces`], [`attribution`], [`commission`], [`warning`], [`radiation`], [`reinstatement`], [`certificate`],
//! [`lease_report`], [`deposit`], [`dalo`], [`co_applicant`], [`separation`]; [`erasure`] is the register's own, and so is
//! what comes with the days ([`DailyAct`]). An act that writes several streams is split by a [`Plan`]. [`pending`] says what a
//! demand waits for. [`territory`] decides the delays that the acts of a territory go by, [`abnormal`] says from when a demand
//! waits abnormally long. [`codec`] separates the open part of an event from the personal one, [`upcast`] reads older layouts;
//! [`claims`] says which persons a demand holds.
//!
//! Invariants of absence: no clock, no random source, no IO, no database, no network. The day, the actor and every
//! drawn identifier come with the command, so that a decision can be repeated and a history replayed.
//!
//! ```
//! use demand::{Act, By, Declares, Demand, DemandCommand, RejectionReason, Settings};
//! use nomenclature::{Channel, DeskCode, Siren};
//!
//! let organisation = Siren::parse("732829320").unwrap();
//! let desk = DeskCode::parse("G0601").ok();
//! let command = DemandCommand {
//!     today: jiff::civil::date(2026, 11, 23),
//!     by: By { organisation, desk, channel: Channel::Desk, declares: Declares::Nothing },
//!     person_ref: uuid::Uuid::nil(),
//!     piece_id: uuid::Uuid::nil(),
//!     settings: Settings::default(),
//!     act: Act::Renew { form: Default::default() },
//! };
//! assert_eq!(Demand::default().decide(&command).unwrap_err().reason, RejectionReason::NotRegistered);
//! ```

pub mod abnormal;
pub mod attribution;
mod carried;
pub mod certificate;
pub mod claims;
pub mod co_applicant;
pub mod codec;
mod command;
pub mod commission;
mod correction;
mod daily;
pub mod dalo;
mod deadline_kind;
pub mod deadlines;
mod demand;
pub mod deposit;
mod employer;
pub mod erasure;
pub mod event;
pub mod facts;
mod fields;
mod fold;
pub mod form;
pub mod housed;
pub mod lease_report;
pub mod modification;
pub mod notice;
pub mod pending;
pub mod pieces;
mod plan;
pub mod radiation;
pub mod registration;
pub mod reinstatement;
mod rejection;
pub mod renewal;
pub mod rupture;
pub mod separation;
mod settings;
pub mod spelling;
mod status;
pub mod territory;
pub mod upcast;
pub mod warning;

pub use carried::{Carried, Carry};
pub use command::{Act, By, DemandCommand};
pub use daily::DailyAct;
pub use deadline_kind::DeadlineKind;
pub use demand::{ActiveDemand, Demand, RadiatedDemand};
pub use employer::Declares;
pub use event::DemandEvent;
pub use fields::{Class, Field, fields};
pub use form::FormDraft;
pub use plan::{Plan, plan};
pub use registration::Registration;
pub use rejection::{FieldReason, Rejection, RejectionReason, Violation};
pub use settings::{Setting, Settings, Standing};
pub use status::Status;
