//! What a view has to say of itself to be run.

use crate::{Opened, Tables};
use async_trait::async_trait;

/// A fold of the log into tables.
///
/// The tables are named without a schema, in [`CREATE`](Self::CREATE) and in every statement of the fold: the session
/// that runs them says where they stand, in the live view or in a rebuild beside it.
#[async_trait]
pub trait Projection: Send + Sync {
    /// What events are read as.
    type Event: Clone + Send + Sync + 'static;
    /// What it folds into, which says where the view is kept: a [`PgConnection`](sqlx::PgConnection) for PostgreSQL.
    type Tables: Tables;

    /// Its name, for ever.
    const NAME: &'static str;
    /// Version of the fold and of the tables, from 1: another one means building anew.
    const VERSION: u32;
    /// Its tables.
    const TABLES: &'static [&'static str];
    /// Makes the tables with their indexes and grants, in an empty schema. Those that the reader may see need a column
    /// `territory`, and get their policies beside it.
    const CREATE: &'static str;

    /// Folds a page into the tables, inside the transaction that also moves the checkpoint. The same events in other
    /// pages must give the same rows. It may be called again with a page whose transaction came to nothing.
    ///
    /// # Errors
    /// Those of the database. An event that means nothing to the view is no error.
    async fn fold(&self, page: &[Opened<'_, Self::Event>], tables: &mut Self::Tables) -> Result<(), sqlx::Error>;
}
