//! The network door of the register: gRPC services over [`register::Register`].
//!
//! [`Server::bind`] takes a register and [`Options`] and listens; [`Server::run`] serves until it is told to stop, then
//! drains within a bound. Every call goes through one guard (deadline, load, call log), is found to be somebody's,
//! is converted, and is answered by the register or by a view that this process keeps; an error is told by its row in [`Reason`] or in the domain's own lists.
//!
//! Callers prove who they are by a certificate or a signed token. Without TLS, or without anybody whose word counts,
//! nothing but a loopback address is ever listened on (design law 11). The operator is no network caller and cannot be
//! named.
//!
//! Invariants of absence: no rule of the law is decided here, no SQL is written here, and nothing that a caller typed is
//! logged.

mod acts;
mod administration;
mod audit;
mod caller;
mod command;
mod consultation;
mod convert;
mod daily;
mod dalo;
mod deadline;
mod deadlines;
mod due_lists;
mod error;
mod figures_now;
mod follow_up;
#[doc(hidden)]
pub mod fuzzing;
mod guard;
mod health;
mod identity;
mod incoming;
mod infocentre;
mod keys;
mod look;
mod metrics;
mod options;
mod page_token;
mod places;
mod quarantine;
mod reason;
mod rebuild;
mod registration;
mod replay;
mod rights_reason;
mod separation;
mod server;
mod shared_management;
mod shown;
mod status;
mod territory;
mod upkeep;
mod views;

pub use daily::DueNow;
pub use error::Error;
pub use figures_now::FiguresNow;
pub use identity::{
    Certificate, Described, DevelopmentIssuer, Fetch, FetchError, IdentityFault, IssuerError, Provider, SignIn, Tls,
    TlsError, is_this_machine,
};
pub use look::Look;
pub use options::Options;
pub use quarantine::{Signatures, consider_setting_aside, set_aside};
pub use reason::{Reason, Row, rows};
pub use rebuild::{View, rebuild};
pub use server::Server;
// What a look finds and is asked by, for those who may not name the views.
pub use ::views::deadlines::{CalendarQuery, Deadline, LateRadiation, Which};
