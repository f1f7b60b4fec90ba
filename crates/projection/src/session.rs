//! A session that writes one build of a projection: where its tables stand, its checkpoint, and how both move.

use event_log::Position;
use sqlx::{Connection as _, Executor as _, PgConnection, PgPool};

use crate::feed::OpenedPage;
use crate::{Error, Projection};

/// Which build of a projection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// The one that is queried.
    Live,
    /// The one that is being built beside it.
    Next,
}

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

const READ: &str = "SELECT version, position FROM projection.checkpoints WHERE name = $1 AND slot = $2";
const MOVE: &str = "UPDATE projection.checkpoints SET position = $5, updated_at = now() \
     WHERE name = $1 AND slot = $2 AND version = $3 AND position = $4";
const INSERT: &str = "INSERT INTO projection.checkpoints (name, slot, version, position) VALUES ($1, $2, $3, 0)";

/// A session of the projector, outside of any pool: its settings and locks end with it.
pub(crate) async fn open(pool: &PgPool, slot: Slot) -> Result<PgConnection, Error> {
    let opening = "opening a session";
    let mut session = pool.acquire().await.map_err(Error::database(opening))?.detach();
    session.execute(slot.settings()).await.map_err(Error::database(opening))?;
    Ok(session)
}

/// Version and position of a build; `None` when there is none.
pub(crate) async fn checkpoint(
    session: &mut PgConnection,
    name: &str,
    slot: Slot,
) -> Result<Option<(u32, Position)>, Error> {
    let row: Option<(i32, i64)> = sqlx::query_as(READ)
        .bind(name)
        .bind(slot.name())
        .fetch_optional(session)
        .await
        .map_err(Error::database("reading the checkpoint"))?;
    row.map(|(version, position)| Ok((u32::try_from(version).unwrap_or(0), Position::try_new(position)?))).transpose()
}

/// Makes the tables of a build and its checkpoint before the first event.
pub(crate) async fn create<P: Projection>(session: &mut PgConnection, slot: Slot) -> Result<(), Error> {
    let creating = "making the tables of a view";
    let mut transaction = session.begin().await.map_err(Error::database(creating))?;
    transaction.execute(P::CREATE).await.map_err(Error::database(creating))?;
    sqlx::query(INSERT)
        .bind(P::NAME)
        .bind(slot.name())
        .bind(version::<P>())
        .execute(&mut *transaction)
        .await
        .map_err(Error::database(creating))?;
    transaction.commit().await.map_err(Error::database(creating))
}

/// Tells the planner what the tables hold: until then queries of a view that was just filled are planned for empty ones.
pub(crate) async fn analyze<P: Projection>(session: &mut PgConnection) -> Result<(), Error> {
    let statement = format!("ANALYZE {}", P::TABLES.join(", "));
    session.execute(statement.as_str()).await.map(drop).map_err(Error::database("analyzing the tables of a view"))
}

/// Puts the checkpoint of a build elsewhere than its folds have brought it.
pub(crate) async fn place<P: Projection>(
    session: &mut PgConnection,
    slot: Slot,
    from: Position,
    to: Position,
) -> Result<(), Error> {
    let moved = sqlx::query(MOVE)
        .bind(P::NAME)
        .bind(slot.name())
        .bind(version::<P>())
        .bind(from.get())
        .bind(to.get())
        .execute(session)
        .await
        .map_err(Error::database("moving the checkpoint"))?;
    if moved.rows_affected() == 1 { Ok(()) } else { Err(Error::CheckpointMoved) }
}

/// Moves the checkpoint and folds what a page holds behind a position, in the caller's transaction. The checkpoint comes
/// first: its row is what two sessions that fold the same page wait for each other at.
pub(crate) async fn advance_in_tx<P: Projection>(
    transaction: &mut PgConnection,
    projection: &P,
    slot: Slot,
    from: Position,
    page: &OpenedPage<P::Event>,
) -> Result<Position, Error> {
    let last = page.last();
    if last <= from {
        return Ok(from);
    }
    place::<P>(transaction, slot, from, last).await?;
    projection.fold(&page.behind(from), transaction).await.map_err(Error::database("folding a page"))?;
    Ok(last)
}

/// Folds a page in a transaction of its own. Everything before an event that cannot be read is folded, then the error told.
pub(crate) async fn advance<P: Projection>(
    session: &mut PgConnection,
    projection: &P,
    slot: Slot,
    from: Position,
    page: &OpenedPage<P::Event>,
) -> Result<Position, (Position, Error)> {
    let reached = commit(session, projection, slot, from, page).await.map_err(|error| (from, error))?;
    page.fault().map_or(Ok(reached), |fault| Err((reached, fault)))
}

async fn commit<P: Projection>(
    session: &mut PgConnection,
    projection: &P,
    slot: Slot,
    from: Position,
    page: &OpenedPage<P::Event>,
) -> Result<Position, Error> {
    if page.last() <= from {
        return Ok(from);
    }
    let committing = "committing a page";
    let mut transaction = session.begin().await.map_err(Error::database(committing))?;
    let reached = advance_in_tx(&mut transaction, projection, slot, from, page).await?;
    transaction.commit().await.map_err(Error::database(committing))?;
    Ok(reached)
}

pub(crate) fn version<P: Projection>() -> i32 {
    i32::try_from(P::VERSION).unwrap_or(i32::MAX)
}
