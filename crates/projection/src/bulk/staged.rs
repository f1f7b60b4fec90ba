//! Tables that are there while a view is built.

use sqlx::{Executor as _, PgConnection};

use crate::Error;

/// A table for what is gathered of many streams.
#[derive(Clone, Copy, Debug)]
pub struct Staged {
    /// Its name, without a schema.
    pub table: &'static str,
    /// The names of its columns.
    pub columns: &'static str,
    /// The same with their types.
    pub definition: &'static str,
}

/// Makes them, of whom nothing must outlive a crash.
pub(crate) async fn make(session: &mut PgConnection, staged: &[Staged]) -> Result<(), Error> {
    for Staged { table, definition, .. } in staged {
        let statement = format!("CREATE UNLOGGED TABLE {table} ({definition})");
        session.execute(statement.as_str()).await.map_err(Error::database("making tables of a rebuild"))?;
    }
    Ok(())
}

/// Drops them, if they are there.
pub(crate) async fn clear(session: &mut PgConnection, staged: &[Staged]) -> Result<(), Error> {
    for Staged { table, .. } in staged {
        let statement = format!("DROP TABLE IF EXISTS views_next.{table}");
        session.execute(statement.as_str()).await.map_err(Error::database("dropping tables of a rebuild"))?;
    }
    Ok(())
}
