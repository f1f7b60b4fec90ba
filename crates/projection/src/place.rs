//! Where the tables of views, their checkpoints and their owners' locks are: PostgreSQL, or memory for simulations.
//!
//! A place keeps all three together, and that is the point of it: the lock lives as long as the session that writes, and rows
//! and checkpoint become visible at once or not at all.

use std::fmt::Debug;

use async_trait::async_trait;
use event_log::Position;
use sqlx::PgPool;

use crate::{Error, Opener, Projection, Runner};

/// What a fold writes into, and so where: of PostgreSQL a [`PgConnection`](sqlx::PgConnection).
#[async_trait]
pub trait Tables: Send + Sized + 'static {
    /// The place of such tables; of PostgreSQL a pool.
    type Place: Place<Self>;

    /// Builds a view anew beside the live one; returns the position that it stands at then.
    #[doc(hidden)]
    async fn rebuild<P, O>(runner: &Runner<P, O>) -> Result<Position, Error>
    where
        P: Projection<Tables = Self> + 'static,
        O: Opener<Event = P::Event> + 'static;
}

/// A place where views are kept.
#[async_trait]
pub trait Place<T>: Clone + Debug + Send + Sync + 'static {
    /// A session that writes, outside of any pool: its settings and locks end with it.
    async fn open(&self, slot: Slot) -> Result<Box<dyn Session<T>>, Error>;
    /// The pool, of a place that has one.
    fn pool(&self) -> Option<&PgPool>;
}

/// A session that writes builds of views.
#[async_trait]
pub trait Session<T>: Send {
    /// Version and position of a build; `None` when there is none.
    async fn checkpoint(&mut self, view: &View) -> Result<Option<(u32, Position)>, Error>;
    /// Asks whether it is still there: an error that passes when it is not.
    async fn lives(&mut self) -> Result<(), Error>;
    /// Tries to take the lock of the one who folds the live build. It ends with the session, and is never waited for.
    async fn try_own(&mut self, view: &View) -> Result<bool, Error>;
    /// Makes the tables of a build and its checkpoint before the first event.
    async fn create(&mut self, view: &View) -> Result<(), Error>;
    /// Tells the planner what the tables hold.
    async fn analyze(&mut self, view: &View) -> Result<(), Error>;
    /// Begins a transaction, which comes to nothing when it is dropped.
    async fn begin(&mut self) -> Result<Box<dyn Transaction<T> + '_>, Error>;
}

/// Rows and checkpoint on their way, together.
#[async_trait]
pub trait Transaction<T>: Send {
    /// Moves the checkpoint of a build from where it is known to be: [`Error::CheckpointMoved`] when it is not there. Waits for
    /// others who move it.
    async fn place(&mut self, view: &View, from: Position, to: Position) -> Result<(), Error>;
    /// The tables.
    fn tables(&mut self) -> &mut T;
    /// Makes all of it visible.
    async fn commit(self: Box<Self>) -> Result<(), Error>;
}

/// Which build of a projection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// The one that is queried.
    Live,
    /// The one that is being built beside it.
    Next,
}

/// A build of a projection, as its place must know it.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// See [`Projection::NAME`].
    pub name: &'static str,
    /// See [`Projection::VERSION`].
    pub version: u32,
    /// Which build.
    pub slot: Slot,
    /// See [`Projection::TABLES`].
    pub tables: &'static [&'static str],
    /// See [`Projection::CREATE`].
    pub create: &'static str,
}

impl View {
    /// A build of this projection.
    pub fn of<P: Projection>(slot: Slot) -> Self {
        Self { name: P::NAME, version: P::VERSION, slot, tables: P::TABLES, create: P::CREATE }
    }
}
