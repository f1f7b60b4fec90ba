//! Asking the tables of a view: waiting for it, statements that end with their time, and why there is no answer.

use std::future::Future;

use event_log::{Position, rows_until};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{PgPool, Postgres};
use tokio::time::Instant;

use crate::columns::position;
use crate::{AtLeast, Checkpoint, Error, Handle, Projection};

/// Why a view does not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The view is behind, or not built; or the position asked for is beyond the head of the log.
    #[error(transparent)]
    Projection(#[from] Error),
    /// A row of the view cannot be read: the tables are damaged, or of another program. A rebuild makes them anew.
    #[error("column {column} of the view cannot be read")]
    Unreadable {
        /// Which column.
        column: &'static str,
    },
    /// The statement took longer than it might; it is no longer running.
    #[error("query took too long")]
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

impl QueryError {
    /// What a driver's error comes to.
    pub fn of(action: &'static str, error: &sqlx::Error) -> Self {
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
pub fn is_not_built(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|database| database.code());
    matches!(code.as_deref(), Some("42P01" | "42703" | "3F000"))
}

/// Asks the tables of a view, with the rights of [`Role::Reader`](event_log::Role::Reader). Cheap to clone.
#[derive(Clone, Debug)]
pub struct ViewReader {
    pool: PgPool,
    checkpoint: Checkpoint,
}

impl ViewReader {
    /// Of a projection, in a database.
    pub fn of<P: Projection>(pool: PgPool) -> Self {
        Self { checkpoint: Checkpoint::of::<P>(pool.clone()), pool }
    }

    /// Lets the runner of this process wake those who wait.
    #[must_use]
    pub fn hinted_by(self, handle: &Handle) -> Self {
        Self { checkpoint: self.checkpoint.hinted_by(handle), ..self }
    }

    /// The pool that statements run on.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Waits until the view is as far as asked; returns a position it has reached.
    ///
    /// # Errors
    /// [`QueryError::Projection`].
    pub async fn wait_for(&self, at_least: AtLeast) -> Result<Position, QueryError> {
        Ok(self.checkpoint.wait_for(at_least).await?)
    }

    /// A statement on its way, which ends at `until` in the database, too. Planned for its values each time: a plan kept from
    /// when the tables were empty would read them whole.
    pub fn statement(
        &self,
        statement: Query<'static, Postgres, PgArguments>,
        until: Instant,
    ) -> impl Future<Output = Result<Vec<PgRow>, sqlx::Error>> + Send + use<> {
        let pool = self.pool.clone();
        async move { rows_until(&pool, statement.persistent(false), until).await }
    }

    /// The rows of a [statement](Self::statement), whatever position the view is at.
    ///
    /// # Errors
    /// [`QueryError::TimedOut`], [`QueryError::Database`].
    pub async fn rows(
        &self,
        action: &'static str,
        statement: Query<'static, Postgres, PgArguments>,
        until: Instant,
    ) -> Result<Vec<PgRow>, QueryError> {
        let rows = self.statement(statement, until);
        in_a_task(async move { rows.await.map_err(|error| QueryError::of(action, &error)) }, action).await
    }

    /// The rows of a statement that tells the checkpoint of the live view as `view_position` in every one of them, and that
    /// position: rows and position are of one snapshot. Without rows the view is not built.
    ///
    /// # Errors
    /// As [`Self::answer`].
    pub async fn rows_at(
        &self,
        action: &'static str,
        rows: impl Future<Output = Result<Vec<PgRow>, sqlx::Error>> + Send + 'static,
        at_least: AtLeast,
    ) -> Result<(Position, Vec<PgRow>), QueryError> {
        let work = async move {
            let rows = match rows.await {
                Err(error) if is_not_built(&error) => return Ok(None),
                rows => rows.map_err(|error| QueryError::of(action, &error))?,
            };
            let Some(first) = rows.first() else { return Ok(None) };
            Ok(Some((position(first, "view_position")?, rows)))
        };
        self.answer(action, work, at_least).await
    }

    /// What some work reads of the view in one snapshot, and the position that it is for; the work says none when the view
    /// is not built. Waits for the position asked for before, and refuses an answer that is not as far.
    ///
    /// # Errors
    /// [`QueryError::Projection`] when the view is not as far as asked in time, or not built, and for a position that nobody
    /// can know; what the work fails with.
    pub async fn answer<T: Send + 'static>(
        &self,
        action: &'static str,
        work: impl Future<Output = Result<Option<(Position, T)>, QueryError>> + Send + 'static,
        at_least: AtLeast,
    ) -> Result<(Position, T), QueryError> {
        if at_least.position > Position::ZERO {
            self.wait_for(at_least).await?;
        }
        let behind = |position| Error::Behind { position, asked: at_least.position };
        match in_a_task(work, action).await? {
            Some((position, _)) if position < at_least.position => Err(behind(position).into()),
            Some(answer) => Ok(answer),
            None => Err(behind(Position::ZERO).into()),
        }
    }
}

/// A task of its own: a caller who goes away must not leave a session inside a transaction.
async fn in_a_task<T: Send + 'static>(
    work: impl Future<Output = Result<T, QueryError>> + Send + 'static,
    action: &'static str,
) -> Result<T, QueryError> {
    tokio::spawn(work).await.unwrap_or_else(|_| Err(QueryError::of(action, &sqlx::Error::WorkerCrashed)))
}
