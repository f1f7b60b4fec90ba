//! How a build of a projection moves: its checkpoint, then its rows, in one transaction.

use event_log::Position;

use crate::feed::OpenedPage;
use crate::place::{Session, Transaction, View};
use crate::{Error, Projection};

/// Moves the checkpoint and folds what a page holds behind a position, in the caller's transaction. The checkpoint comes
/// first: its row is what two sessions that fold the same page wait for each other at.
pub(crate) async fn advance_in_tx<P: Projection>(
    transaction: &mut dyn Transaction<P::Tables>,
    projection: &P,
    view: &View,
    from: Position,
    page: &OpenedPage<P::Event>,
) -> Result<Position, Error> {
    let last = page.last();
    if last <= from {
        return Ok(from);
    }
    transaction.place(view, from, last).await?;
    projection.fold(&page.behind(from), transaction.tables()).await.map_err(Error::database("folding a page"))?;
    Ok(last)
}

/// Folds a page in a transaction of its own. Everything before an event that cannot be read is folded, then the error told.
pub(crate) async fn advance<P: Projection>(
    session: &mut dyn Session<P::Tables>,
    projection: &P,
    view: &View,
    from: Position,
    page: &OpenedPage<P::Event>,
) -> Result<Position, (Position, Error)> {
    let reached = commit(session, projection, view, from, page).await.map_err(|error| (from, error))?;
    page.fault().map_or(Ok(reached), |fault| Err((reached, fault)))
}

async fn commit<P: Projection>(
    session: &mut dyn Session<P::Tables>,
    projection: &P,
    view: &View,
    from: Position,
    page: &OpenedPage<P::Event>,
) -> Result<Position, Error> {
    if page.last() <= from {
        return Ok(from);
    }
    let mut transaction = session.begin().await?;
    let reached = advance_in_tx(&mut *transaction, projection, view, from, page).await?;
    transaction.commit().await?;
    Ok(reached)
}
