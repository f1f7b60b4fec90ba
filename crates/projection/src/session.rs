//! A session that writes one build of a projection: where its tables stand, its checkpoint, and how both move.

use event_log::{Position, RecordedEvent};
use sqlx::{Connection as _, Executor as _, PgConnection, PgPool};

use crate::{Error, OpenError, Opener, Projection};

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

/// Moves the checkpoint and folds, in the caller's transaction. The checkpoint comes first: its row is what two sessions
/// that fold the same page wait for each other at.
pub(crate) async fn advance_in_tx<P: Projection, O: Opener<Event = P::Event>>(
    transaction: &mut PgConnection,
    (projection, opener): (&P, &O),
    slot: Slot,
    from: Position,
    page: &[RecordedEvent],
) -> Result<Position, Error> {
    let Some(last) = page.last() else { return Ok(from) };
    let opened = opener.open(page).await?;
    let folding = "folding a page";
    let moved = sqlx::query(MOVE)
        .bind(P::NAME)
        .bind(slot.name())
        .bind(version::<P>())
        .bind(from.get())
        .bind(last.position.get())
        .execute(&mut *transaction)
        .await
        .map_err(Error::database(folding))?;
    if moved.rows_affected() != 1 {
        return Err(Error::CheckpointMoved);
    }
    projection.fold(&opened, transaction).await.map_err(Error::database(folding))?;
    Ok(last.position)
}

/// Folds a page in a transaction of its own. Everything before an event that cannot be read is folded, then the error told.
pub(crate) async fn advance<P: Projection, O: Opener<Event = P::Event>>(
    session: &mut PgConnection,
    with: (&P, &O),
    slot: Slot,
    from: Position,
    page: &[RecordedEvent],
) -> Result<Position, (Position, Error)> {
    let (sound, altered) = sound(page);
    let (reached, fault) = match commit(session, with, slot, from, sound).await {
        Ok(reached) => (reached, altered),
        Err(Error::Unreadable { position, cause }) => {
            let before = &sound[..sound.iter().take_while(|event| event.position < position).count()];
            match commit(session, with, slot, from, before).await {
                Ok(reached) => (reached, Some(Error::Unreadable { position, cause })),
                Err(error) => (from, Some(error)),
            }
        }
        Err(error) => (from, Some(error)),
    };
    fault.map_or(Ok(reached), |fault| Err((reached, fault)))
}

async fn commit<P: Projection, O: Opener<Event = P::Event>>(
    session: &mut PgConnection,
    with: (&P, &O),
    slot: Slot,
    from: Position,
    page: &[RecordedEvent],
) -> Result<Position, Error> {
    if page.is_empty() {
        return Ok(from);
    }
    let committing = "committing a page";
    let mut transaction = session.begin().await.map_err(Error::database(committing))?;
    let reached = advance_in_tx(&mut transaction, with, slot, from, page).await?;
    transaction.commit().await.map_err(Error::database(committing))?;
    Ok(reached)
}

/// The events before the first one that was altered after it was recorded.
pub(crate) fn sound(page: &[RecordedEvent]) -> (&[RecordedEvent], Option<Error>) {
    match page.iter().position(|event| !event.leaf_matches()) {
        None => (page, None),
        Some(at) => {
            let cause = "its content does not match its leaf hash".to_owned();
            (&page[..at], Some(Error::Unreadable { position: page[at].position, cause }))
        }
    }
}

pub(crate) fn version<P: Projection>() -> i32 {
    i32::try_from(P::VERSION).unwrap_or(i32::MAX)
}

impl From<OpenError> for Error {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Unreadable { position, cause } => Self::Unreadable { position, cause },
            OpenError::Unavailable { cause } => Self::Unavailable { cause },
        }
    }
}
