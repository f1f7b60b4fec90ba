//! The one error type of the crate.

use crate::question::Unanswerable;

/// Why there is no figure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The view is behind, or not built; or the position asked for is beyond the head of the log.
    #[error(transparent)]
    Projection(#[from] projection::Error),
    /// There is no such figure.
    #[error("no such figure: {0}")]
    Unanswerable(#[from] Unanswerable),
    /// A row of the view cannot be read: the tables are damaged, or of another program. A rebuild makes them anew.
    #[error("column {column} of the statistics cannot be read")]
    Unreadable {
        /// Which column.
        column: &'static str,
    },
    /// The answer took longer than it might.
    #[error("statistics took too long")]
    TimedOut,
    /// The database refused or was not there.
    #[error("database failed while {action}: {message}")]
    Database {
        /// What was being done.
        action: &'static str,
        /// The SQLSTATE, or the kind of failure; never a value.
        message: String,
    },
}

/// What the server says of a statement that its time-out ended.
const QUERY_CANCELED: &str = "57014";

impl Error {
    pub(crate) fn database(action: &'static str, error: &sqlx::Error) -> Self {
        if error.as_database_error().and_then(|database| database.code()).as_deref() == Some(QUERY_CANCELED) {
            return Self::TimedOut;
        }
        let message = match error {
            sqlx::Error::Database(database) => format!("SQLSTATE {}", database.code().unwrap_or_default()),
            sqlx::Error::PoolTimedOut => "no connection was free in time".to_owned(),
            sqlx::Error::Io(_) => "connection lost".to_owned(),
            _ => "unexpected answer".to_owned(),
        };
        Self::Database { action, message }
    }
}
