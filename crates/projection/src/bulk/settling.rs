//! The tables of a rebuild once all streams were folded.

use sqlx::PgConnection;

use super::{CopyRows, indexes};
/// A session on the tables that are being built, in a rebuild without indexes yet.
pub struct Settling<'a> {
    session: &'a mut PgConnection,
    indexes: Vec<String>,
}

impl<'a> Settling<'a> {
    /// Tables that have all their indexes.
    pub fn on(session: &'a mut PgConnection) -> Self {
        Self { session, indexes: Vec::new() }
    }

    pub(crate) fn new(session: &'a mut PgConnection, indexes: Vec<String>) -> Self {
        Self { session, indexes }
    }

    /// The session, for statements.
    pub fn session(&mut self) -> &mut PgConnection {
        self.session
    }

    /// Copies what waits.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn copy(&mut self, rows: &mut CopyRows) -> Result<(), sqlx::Error> {
        rows.flush(self.session).await
    }

    /// Puts the indexes back: for what looks up rows from here on. Whoever does not need them finds it done afterwards.
    ///
    /// # Errors
    /// Those of the database, and of what was to be unique and is not.
    pub async fn put_indexes_back(&mut self) -> Result<(), sqlx::Error> {
        indexes::put_back(self.session, &std::mem::take(&mut self.indexes)).await
    }
}
