//! A caller of the network door, in Rust: what a lessor's system does, and what the demonstration and the tests do.
//!
//! [`Client`] takes acts as the JSON that the register's files hold and makes messages of them by the interface's own
//! description; it shares no conversion with the server, so the two can doubt each other. An [`Answer`] is what will never
//! change; [`Refused`] is everything else, read from the details of the status.
//!
//! Who calls is proved by [`Tokens`], which somebody else makes.
//!
//! Invariants of absence: no rule of the law, no retry. After [`Refused::Lost`] the caller asks [`Client::outcome`], or
//! sends the same act again.

mod act;
mod administration;
mod answer;
mod client;
mod deadlines;
mod interface;
mod refused;
mod territory;
mod tokens;

pub use administration::{Administered, AdministrationAnswer};
pub use answer::{Answer, Opened, Outcome};
pub use client::{Client, On};
pub use deadlines::Listed;
pub use interface::{Call, Interface};
pub use refused::{Refused, Told};
pub use territory::TerritoryAnswer;
pub use tokens::Tokens;
/// How a call ended, as gRPC names it.
pub use tonic::Code;
