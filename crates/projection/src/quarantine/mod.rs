//! Going on without an event that cannot be read: decided by the operator, one event of one view at a time.
//!
//! A view stops at an event that it cannot read, and nothing but a [`Decision`] lets it go on: it names the event by its
//! position and its stored leaf hash, says who decided when and why, and is signed by a key that the database does not have
//! ([`Signer`]). A row that somebody put into the table with the database alone is refused, and the view it names stands still
//! until the row is gone.
//!
//! A decision is no deletion. The event stays in the log, and it is left out for as long as it cannot be read: once it can
//! again (a key was put back, the bytes were, a newer program knows its type), the next rebuild folds it.

mod decided;
mod decision;
mod resolving;
mod stops;

use std::fmt;
use std::sync::Arc;

use event_log::Position;
use sqlx::PgPool;

use crate::Error;
use crate::place::View;

pub(crate) use decided::Decided;
pub use decision::{Decision, Signature, decisions};
pub use resolving::{Asked, Reason, Resolve, Resolving};
pub use stops::{Stop, stops};

/// Signs decisions, and tells those that it signed; wired by whoever knows the keys.
pub trait Signer: Send + Sync {
    /// The signature of these parts, which are told apart.
    fn sign(&self, parts: &[&[u8]]) -> [u8; 32];
    /// Whether this register signed these parts so.
    fn signed(&self, parts: &[&[u8]], signature: &[u8]) -> bool;
}

/// Where the decisions of a register lie, and who tells whether they are its own. Cheap to clone.
#[derive(Clone)]
pub struct Quarantine {
    pool: PgPool,
    signer: Arc<dyn Signer>,
}

impl fmt::Debug for Quarantine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Quarantine(..)")
    }
}

impl Quarantine {
    /// The decisions, read through a pool of [`Role::Projector`](event_log::Role::Projector).
    pub fn new(pool: PgPool, signer: Arc<dyn Signer>) -> Self {
        Self { pool, signer }
    }

    /// What was decided for one view.
    ///
    /// # Errors
    /// [`Error::Forged`] when a decision for this view is not the register's own; [`Error::Database`].
    pub(crate) async fn decided(&self, name: &str) -> Result<Decided, Error> {
        let decisions = decision::of_view(&self.pool, name).await?;
        match decisions.iter().find(|row| row.signature(Some(&*self.signer)) != Signature::Authentic) {
            Some(forged) => Err(Error::Forged { position: forged.decision.position }),
            None => Ok(Decided::new(decisions.into_iter().map(|row| (row.decision.position, row.decision.leaf)))),
        }
    }

    /// Writes down that a view stopped, for those who look from outside.
    pub(crate) async fn record_stop(&self, view: &View, position: Position, cause: &str) -> Result<(), Error> {
        stops::record(&self.pool, (view.name, view.stored_version()), position, cause).await
    }
}
