//! Reads that end with their caller's time, in the database too.

use std::future::Future;

use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{Acquire as _, Executor as _, PgPool, Postgres};
use tokio::time::{Instant, timeout_at};

use super::PgStore;
use crate::Error;

tokio::task_local! {
    pub(crate) static UNTIL: Instant;
}

/// Runs something whose reads of the log all end at an instant: a statement that is still running then is ended by the
/// server, whether somebody waits for it or not. Tasks that it starts are not bound.
pub async fn read_until<F: Future>(until: Instant, reads: F) -> F::Output {
    UNTIL.scope(until, reads).await
}

impl PgStore {
    /// The rows of a look-up.
    pub(super) async fn rows(
        &self,
        action: &'static str,
        statement: &'static str,
        arguments: PgArguments,
    ) -> Result<Vec<PgRow>, Error> {
        let rows = match UNTIL.try_with(|until| *until) {
            Err(_) => sqlx::query_with(statement, arguments).fetch_all(&self.pool).await,
            // A task of its own: a caller who goes away must not leave a session inside a transaction.
            Ok(until) => {
                let pool = self.pool.clone();
                let work = async move { rows_until(&pool, sqlx::query_with(statement, arguments), until).await };
                tokio::spawn(work).await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
            }
        };
        rows.map_err(|error| Error::from_sqlx(action, &error))
    }

    /// The one row of a look-up, when there is one.
    pub(super) async fn row(
        &self,
        action: &'static str,
        statement: &'static str,
        arguments: PgArguments,
    ) -> Result<Option<PgRow>, Error> {
        Ok(self.rows(action, statement, arguments).await?.into_iter().next())
    }
}

/// The rows of a query, on a session of a pool, within the time that is left: the server ends it then. To be run in a task
/// that nobody drops, or a session stays inside a transaction.
async fn rows_until(
    pool: &PgPool,
    query: Query<'_, Postgres, PgArguments>,
    until: Instant,
) -> Result<Vec<PgRow>, sqlx::Error> {
    let mut session = timeout_at(until, pool.acquire()).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
    // Zero would mean "as long as it likes".
    let left = until.saturating_duration_since(Instant::now()).as_millis().max(1);
    let mut transaction = session.begin().await?;
    transaction.execute(format!("SET LOCAL statement_timeout TO {left}").as_str()).await?;
    let rows = query.fetch_all(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(rows)
}
