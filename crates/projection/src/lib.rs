//! Views follow the log (design law 7): this crate is how.
//!
//! A [`Projection`] folds events into tables of its own; a [`Runner`] feeds it, page by page, in order of position, from
//! the beginning of the log to its end and then along with it. Events come opened through an [`Opener`], so neither the
//! domain nor a key is known here. Whoever queries the tables does it through a [`ViewReader`]: it asks a [`Checkpoint`] how
//! far they are, and may [wait](Checkpoint::wait_for) until they hold what he has just written.
//!
//! Doctrine:
//! - **Rows and checkpoint move in one transaction**, and the checkpoint is moved first, from the position it was read
//!   at: of two sessions that fold the same page one waits, finds the checkpoint elsewhere and starts over.
//! - **One owner.** The runner that folds holds an advisory lock on the very session it writes with: whoever loses the
//!   lock has lost the session, too. Other processes wait, and take over when the owner is gone.
//! - **Never skip.** At an event that cannot be read, is missing or was altered, everything before it is folded and the
//!   runner stops ([`State::Stopped`]). A database that is away is no reason to stop: it is asked again. The operator may
//!   decide that a view goes on without one event ([`Quarantine`]); nobody else can.
//! - **One reading for all.** Runners of a process pull their pages from a [`Feed`]: each event is read once for all views
//!   and opened once for those of a kind, while they go together; one that is behind reads for itself.
//! - **A rebuild runs beside the view**, in a schema of its own, and takes its place in one transaction; a new version of
//!   a projection begins with one. Where rows follow each from one stream ([`BulkFold`]), whole streams are folded in
//!   memory on all cores and copied; the other way is by position, like the view itself.
//! - **Rows belong to territories.** Every table that the reader may see shows him the rows of the territories that his
//!   transaction names ([`Scope`]), from the moment it is made; a table without a territory cannot be made for him.
//! - Pages are committed without waiting for the disk: rows and checkpoint are lost together or not at all, and what a
//!   crash loses is folded again. The log itself never does that.
//!
//! Invariants of absence: no domain, no key (decisions are signed behind a port), no clock but the caller's.

mod builds;
mod bulk;
mod checkpoint;
pub mod columns;
mod error;
mod feed;
#[cfg(feature = "memory")]
pub mod memory;
mod opener;
mod owner;
mod place;
mod postgres;
mod projection;
mod quarantine;
mod query;
mod rebuild;
mod rights;
mod runner;
mod schema;
mod scope;
mod session;
mod status;

pub use builds::{Build, Built, builds};
pub use bulk::{BulkFold, CopyRow, CopyRows, Settling, Staged};
pub use checkpoint::{AtLeast, Checkpoint};
pub use error::Error;
pub use feed::{Feed, Pages};
pub use opener::{OpenError, Opened, Opener};
pub use place::Tables;
pub use projection::Projection;
pub use quarantine::{
    Asked, Decision, Quarantine, Reason, Resolve, Resolving, Signature, Signer, Stop, decisions, stops,
};
pub use query::{Isolation, QueryError, ViewReader, is_not_built};
pub use rebuild::{Rebuild, Rebuilding, rebuild_all};
pub use runner::{Options, Runner};
pub use schema::migrate;
pub use scope::Scope;
pub use status::{Handle, State, Status};
