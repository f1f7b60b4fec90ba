//! Views in PostgreSQL: sessions of the projector, their search path, checkpoints in rows, locks by the server.

use async_trait::async_trait;
use event_log::Position;
use sqlx::{Executor as _, PgConnection, PgPool, Postgres};

use crate::owner::{LIVE, try_lock};
use crate::place::{Place, Session, Slot, Tables, Transaction, View};
use crate::{Error, Opener, Projection, Runner, scope};

impl Slot {
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Next => "next",
        }
    }

    // Rows are only ever looked up by key; a plan made while the tables were empty would read them whole for as long as
    // the session keeps it. What is not on disk yet is folded again after a crash.
    fn settings(self) -> &'static str {
        match self {
            Self::Live => {
                "SET search_path TO views; SET synchronous_commit TO off; \
                 SET enable_seqscan TO off; SET enable_bitmapscan TO off"
            }
            Self::Next => {
                "SET search_path TO views_next; SET synchronous_commit TO off; \
                 SET enable_seqscan TO off; SET enable_bitmapscan TO off"
            }
        }
    }
}

impl View {
    /// The version as the database keeps it.
    pub(crate) fn stored_version(&self) -> i32 {
        i32::try_from(self.version).unwrap_or(i32::MAX)
    }
}

const READ: &str = "SELECT version, position FROM projection.checkpoints WHERE name = $1 AND slot = $2";
const MOVE: &str = "UPDATE projection.checkpoints SET position = $5, updated_at = now() \
     WHERE name = $1 AND slot = $2 AND version = $3 AND position = $4";
const INSERT: &str = "INSERT INTO projection.checkpoints (name, slot, version, position) VALUES ($1, $2, $3, 0)";

#[async_trait]
impl Tables for PgConnection {
    type Place = PgPool;

    async fn rebuild<P, O>(runner: &Runner<P, O>) -> Result<Position, Error>
    where
        P: Projection<Tables = Self> + 'static,
        O: Opener<Event = P::Event> + 'static,
    {
        runner.rebuild().await
    }
}

#[async_trait]
impl Place<PgConnection> for PgPool {
    async fn open(&self, slot: Slot) -> Result<Box<dyn Session<PgConnection>>, Error> {
        Ok(Box::new(open(self, slot).await?))
    }

    fn pool(&self) -> Option<&PgPool> {
        Some(self)
    }
}

/// A session of the projector, outside of any pool: its settings and locks end with it.
pub(crate) async fn open(pool: &PgPool, slot: Slot) -> Result<PgConnection, Error> {
    let opening = "opening a session";
    let mut session = pool.acquire().await.map_err(Error::database(opening))?.detach();
    session.execute(slot.settings()).await.map_err(Error::database(opening))?;
    Ok(session)
}

/// Puts the checkpoint of a build elsewhere than its folds have brought it.
pub(crate) async fn place(session: &mut PgConnection, view: &View, from: Position, to: Position) -> Result<(), Error> {
    let moved = sqlx::query(MOVE)
        .bind(view.name)
        .bind(view.slot.name())
        .bind(view.stored_version())
        .bind(from.get())
        .bind(to.get())
        .execute(session)
        .await
        .map_err(Error::database("moving the checkpoint"))?;
    if moved.rows_affected() == 1 { Ok(()) } else { Err(Error::CheckpointMoved) }
}

#[async_trait]
impl Session<PgConnection> for PgConnection {
    async fn checkpoint(&mut self, view: &View) -> Result<Option<(u32, Position)>, Error> {
        let row: Option<(i32, i64)> = sqlx::query_as(READ)
            .bind(view.name)
            .bind(view.slot.name())
            .fetch_optional(self)
            .await
            .map_err(Error::database("reading the checkpoint"))?;
        row.map(|(version, position)| Ok((u32::try_from(version).unwrap_or(0), Position::try_new(position)?)))
            .transpose()
    }

    async fn lives(&mut self) -> Result<(), Error> {
        sqlx::Connection::ping(self).await.map_err(Error::database("asking whether the session lives"))
    }

    async fn try_own(&mut self, view: &View) -> Result<bool, Error> {
        try_lock(self, LIVE, view.name).await
    }

    async fn create(&mut self, view: &View) -> Result<(), Error> {
        let creating = "making the tables of a view";
        let mut transaction = sqlx::Connection::begin(self).await.map_err(Error::database(creating))?;
        transaction.execute(view.create).await.map_err(Error::database(creating))?;
        scope::draw_in_tx(&mut transaction, view).await?;
        sqlx::query(INSERT)
            .bind(view.name)
            .bind(view.slot.name())
            .bind(view.stored_version())
            .execute(&mut *transaction)
            .await
            .map_err(Error::database(creating))?;
        transaction.commit().await.map_err(Error::database(creating))
    }

    /// Until then queries of a view that was just filled are planned for empty tables.
    async fn analyze(&mut self, view: &View) -> Result<(), Error> {
        let statement = format!("ANALYZE {}", view.tables.join(", "));
        self.execute(statement.as_str()).await.map(drop).map_err(Error::database("analyzing the tables of a view"))
    }

    async fn begin(&mut self) -> Result<Box<dyn Transaction<PgConnection> + '_>, Error> {
        Ok(Box::new(sqlx::Connection::begin(self).await.map_err(Error::database(COMMITTING))?))
    }
}

const COMMITTING: &str = "committing a page";

#[async_trait]
impl Transaction<PgConnection> for sqlx::Transaction<'_, Postgres> {
    async fn place(&mut self, view: &View, from: Position, to: Position) -> Result<(), Error> {
        place(self, view, from, to).await
    }

    fn tables(&mut self) -> &mut PgConnection {
        self
    }

    async fn commit(self: Box<Self>) -> Result<(), Error> {
        sqlx::Transaction::commit(*self).await.map_err(Error::database(COMMITTING))
    }
}
