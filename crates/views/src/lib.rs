//! What users of the register look at: pure folds of the log, beside the tables they fill.
//!
//! Each view is a folder: rows, a fold of one event into them that touches no database, the tables with their
//! [`Projection`](projection::Projection), and the queries. [`shared_management`]: every active demand as its sharers need
//! it. [`deadlines`]: what every demand waits for, and the lists of renewal notices.
//!
//! Two ports stand between this crate and the keys. [`Unsealer`] opens the personal part of events ([`DemandEvents`] turns
//! it into the opener a runner asks for); [`Blinder`] turns names into search tokens. Views never seal: the identity of a
//! household is copied as it lies in the log, with its place, for those who may open it.
//!
//! Invariants of absence: no key, no clock, no decision. A view answers for the position it tells, and for nothing later.

mod blinding;
pub mod deadlines;
mod error;
mod open_facts;
mod opening;
pub mod shared_management;
mod within;

pub use blinding::{Blinder, Token, TokenKind};
pub use error::Error;
pub use open_facts::OpenFacts;
pub use opening::{
    DemandEvents, IDENTITY, OpenPart, Reading, SeenEvent, Unsealed, Unsealer, UnsealerUnavailable, identity_in,
};
pub use within::Within;
