//! The one error type of the crate.

/// Why a view does not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The view is behind, or not built; or the position asked for is beyond the head of the log.
    #[error(transparent)]
    Projection(#[from] projection::Error),
    /// A name to search for has no letter.
    #[error("name to search for has no letter")]
    NameWithoutLetters,
    /// A row of the view cannot be read: the tables are damaged, or of another program. A rebuild makes them anew.
    #[error("column {column} of the view cannot be read")]
    Unreadable {
        /// Which column.
        column: &'static str,
    },
    /// The search took longer than it might; it is no longer running.
    #[error("search took too long")]
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

/// The tables are not there yet, or are those of another version.
pub(crate) fn is_not_built(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|database| database.code());
    matches!(code.as_deref(), Some("42P01" | "42703" | "3F000"))
}
