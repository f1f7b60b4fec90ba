//! Building a view anew beside the one that is queried, and putting it in its place.

use event_log::Position;
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::error::tells_of_damage;
use crate::owner::{REBUILD, try_lock};
use crate::session::{self, Slot, sound};
use crate::{Error, Opener, Projection, Runner};

const LOCK_LIVE: &str = "SELECT position FROM projection.checkpoints WHERE name = $1 AND slot = 'live' FOR UPDATE";
/// Less than `deadlock_timeout`, which is a second unless somebody changed it.
const GIVE_WAY: &str = "SET LOCAL lock_timeout TO '300ms'";
const FORGET_NEXT: &str = "DELETE FROM projection.checkpoints WHERE name = $1 AND slot = 'next'";
const SWITCH: &str = "INSERT INTO projection.checkpoints (name, slot, version, position) VALUES ($1, 'live', $2, $3) \
     ON CONFLICT (name, slot) DO UPDATE \
       SET version = excluded.version, position = excluded.position, updated_at = now()";

impl<P, O> Runner<P, O>
where
    P: Projection,
    O: Opener<Event = P::Event>,
{
    /// Folds the whole log into fresh tables and puts them in the place of the live ones; returns the position they
    /// stand at. The live view goes on meanwhile, and never goes back: its owner, in whatever process, finds the new
    /// tables at its next page. A rebuild that was interrupted leaves nothing that the next one does not clear away.
    ///
    /// # Errors
    /// [`Error::RebuildRunning`]; [`Error::Unreadable`] at an event that cannot be read, the live view untouched; those
    /// of log and database.
    pub async fn rebuild(&self) -> Result<Position, Error> {
        let mut session = session::open(&self.pool, Slot::Next).await?;
        if !try_lock(&mut session, REBUILD, P::NAME).await? {
            return Err(Error::RebuildRunning);
        }
        self.clear(&mut session).await?;
        session::create::<P>(&mut session, Slot::Next).await?;
        let (mut reached, mut analyzed) = (Position::ZERO, false);
        loop {
            reached = self.catch_up(&mut session, reached).await?;
            if !std::mem::replace(&mut analyzed, true) {
                session::analyze::<P>(&mut session).await?;
            }
            match self.switch(&mut session, reached).await {
                // Queries lock the tables in an order of their own, so the switch never waits for long: it gives way before
                // the server looks for a deadlock. What came meanwhile is folded before the next try, beside the live view.
                Err(Error::TablesInUse) => tokio::time::sleep(self.options.pause).await,
                done => return done,
            }
        }
    }

    /// Folds what is behind a position, up to the head.
    async fn catch_up(&self, session: &mut PgConnection, mut reached: Position) -> Result<Position, Error> {
        let with = (&self.projection, &self.opener);
        let mut limit = self.options.page.max(1);
        loop {
            let page = match self.reader.read_after(reached, limit).await {
                Err(error) if tells_of_damage(&error) && limit > 1 => {
                    limit = 1;
                    continue;
                }
                page => page.map_err(|error| located(error, reached))?,
            };
            let folded = session::advance(session, with, Slot::Next, reached, &page.events).await;
            reached = folded.map_err(|(_, error)| error)?;
            if reached >= page.head {
                return Ok(reached);
            }
        }
    }

    async fn clear(&self, session: &mut PgConnection) -> Result<(), Error> {
        let clearing = "clearing an unfinished rebuild";
        for table in P::TABLES {
            let drop = format!("DROP TABLE IF EXISTS views_next.{table}");
            session.execute(drop.as_str()).await.map_err(Error::database(clearing))?;
        }
        sqlx::query(FORGET_NEXT).bind(P::NAME).execute(session).await.map_err(Error::database(clearing))?;
        Ok(())
    }

    /// In one transaction: hold the live checkpoint, fold what came since, exchange tables and checkpoint.
    async fn switch(&self, session: &mut PgConnection, mut reached: Position) -> Result<Position, Error> {
        let switching = "switching to the rebuilt view";
        let mut transaction = session.begin().await.map_err(Error::database(switching))?;
        transaction.execute(GIVE_WAY).await.map_err(Error::database(switching))?;
        let held: Option<i64> = sqlx::query_scalar(LOCK_LIVE)
            .bind(P::NAME)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(Error::database(switching))?;
        let live = held.map(Position::try_new).transpose()?.unwrap_or_default();
        let with = (&self.projection, &self.opener);
        while reached < live {
            let page = self.reader.read_after(reached, self.options.page.max(1)).await?;
            if let (_, Some(altered)) = sound(&page.events) {
                return Err(altered);
            }
            reached = session::advance_in_tx(&mut transaction, with, Slot::Next, reached, &page.events).await?;
        }
        for table in P::TABLES {
            let exchange =
                format!("DROP TABLE IF EXISTS views.{table}; ALTER TABLE views_next.{table} SET SCHEMA views");
            transaction.execute(exchange.as_str()).await.map_err(Error::database(switching))?;
        }
        sqlx::query(FORGET_NEXT).bind(P::NAME).execute(&mut *transaction).await.map_err(Error::database(switching))?;
        sqlx::query(SWITCH)
            .bind(P::NAME)
            .bind(session::version::<P>())
            .bind(reached.get())
            .execute(&mut *transaction)
            .await
            .map_err(Error::database(switching))?;
        transaction.commit().await.map_err(Error::database(switching))?;
        Ok(reached)
    }
}

/// A fault of the log at a known place.
fn located(error: event_log::Error, reached: Position) -> Error {
    match error {
        event_log::Error::Gap { position } => Error::Unreadable { position, cause: "it is missing".to_owned() },
        error if tells_of_damage(&error) => Error::Unreadable { position: reached.next(), cause: error.to_string() },
        error => error.into(),
    }
}
