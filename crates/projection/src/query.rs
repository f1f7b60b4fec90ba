//! Asking the tables of a view: waiting for it, statements that end with their time, and why there is no answer.

use std::future::Future;

use event_log::Position;
use futures_util::future::BoxFuture;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{Connection as _, PgConnection, PgPool, Postgres};
use tokio::time::{Instant, timeout_at};

use crate::columns::position;
use crate::{AtLeast, Checkpoint, Error, Handle, Projection, Scope};

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

/// What the statements of a transaction see of what others commit meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    /// Each sees what was committed before it began.
    EachItsOwn,
    /// All see what was committed before the first of them began.
    OneSnapshot,
}

/// The server takes no longer time-out: 24 days.
const LONGEST_TIMEOUT: u128 = i32::MAX as u128;

/// Asks the tables of a view, with the rights of [`Role::Reader`](event_log::Role::Reader), or
/// [`Role::Infocentre`](event_log::Role::Infocentre) for statistics. Whoever asks says whose rows may be in the answer: the
/// [`Scope`], which the database holds him to. Cheap to clone.
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

    /// Waits until the view is as far as asked; returns a position it has reached.
    ///
    /// # Errors
    /// [`QueryError::Projection`].
    pub async fn wait_for(&self, at_least: AtLeast) -> Result<Position, QueryError> {
        Ok(self.checkpoint.wait_for(at_least).await?)
    }

    /// What some work reads in a transaction that sees the rows of a scope, and whose statements end at `until` in the database,
    /// too. Beginning it, binding it in time and telling the scope are one round trip, as beginning alone would be; nothing is
    /// left of the scope when the session goes back to its pool. To be run in a task that nobody drops, or a session stays inside
    /// a transaction for a while.
    ///
    /// # Errors
    /// Those of the driver.
    pub async fn within<T>(
        &self,
        scope: &Scope,
        isolation: Isolation,
        until: Instant,
        work: impl for<'t> FnOnce(&'t mut PgConnection) -> BoxFuture<'t, Result<T, sqlx::Error>> + Send,
    ) -> Result<T, sqlx::Error> {
        let session = timeout_at(until, self.pool.acquire()).await;
        let mut session = session.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
        let level = match isolation {
            Isolation::EachItsOwn => "READ COMMITTED",
            Isolation::OneSnapshot => "REPEATABLE READ",
        };
        // Zero would mean "as long as it likes".
        let left = until.saturating_duration_since(Instant::now()).as_millis().clamp(1, LONGEST_TIMEOUT);
        let scope = scope.statement();
        let begin = format!("BEGIN ISOLATION LEVEL {level}, READ ONLY; SET LOCAL statement_timeout TO {left}; {scope}");
        let mut transaction = session.begin_with(begin).await?;
        let read = work(&mut transaction).await?;
        transaction.commit().await?;
        Ok(read)
    }

    /// A statement on its way, which sees the rows of a scope and ends at `until` in the database, too. Planned for its values
    /// each time: a plan kept from when the tables were empty would read them whole.
    pub fn statement(
        &self,
        scope: Scope,
        statement: Query<'static, Postgres, PgArguments>,
        until: Instant,
    ) -> impl Future<Output = Result<Vec<PgRow>, sqlx::Error>> + Send + use<> {
        let reader = self.clone();
        async move {
            let statement = statement.persistent(false);
            let rows =
                reader.within(&scope, Isolation::EachItsOwn, until, |session| Box::pin(statement.fetch_all(session)));
            rows.await
        }
    }

    /// The rows of a [statement](Self::statement), whatever position the view is at.
    ///
    /// # Errors
    /// [`QueryError::TimedOut`], [`QueryError::Database`].
    pub async fn rows(
        &self,
        action: &'static str,
        scope: Scope,
        statement: Query<'static, Postgres, PgArguments>,
        until: Instant,
    ) -> Result<Vec<PgRow>, QueryError> {
        let rows = self.statement(scope, statement, until);
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
