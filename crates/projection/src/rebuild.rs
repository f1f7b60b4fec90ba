//! Building a view anew beside the one that is queried, and putting it in its place.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use event_log::{Position, Reader};
use sqlx::{Executor as _, PgConnection, PgPool};

use self::steps::Begun;
use crate::bulk::{self, Settling, Worker};
use crate::error::tells_of_damage;
use crate::owner::{REBUILD, WORKERS, try_lock, unlock};
use crate::place::{Session as _, Slot, View};
use crate::quarantine::Decided;
use crate::rights::{self, Before};
use crate::{Error, Opener, Projection, Runner};
use crate::{postgres, session};

/// Pages of the log that are walked over at once, stream by stream.
const PAGES: u32 = 4;
/// The server may take so long to see that the workers of a rebuild are gone.
const LAST_WORDS: Duration = Duration::from_secs(5);
const A_MOMENT: Duration = Duration::from_millis(20);

const LOCK_LIVE: &str =
    "SELECT version, position FROM projection.checkpoints WHERE name = $1 AND slot = 'live' FOR UPDATE";
/// Less than `deadlock_timeout`, which is a second unless somebody changed it.
const GIVE_WAY: &str = "SET LOCAL lock_timeout TO '300ms'";
const FORGET_NEXT: &str = "DELETE FROM projection.checkpoints WHERE name = $1 AND slot = 'next'";
const SWITCH: &str = "INSERT INTO projection.checkpoints (name, slot, version, position) VALUES ($1, 'live', $2, $3) \
     ON CONFLICT (name, slot) DO UPDATE \
       SET version = excluded.version, position = excluded.position, updated_at = now()";

/// How far a rebuild has come, of views that can be built stream by stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rebuilding {
    /// Events read.
    pub events: u64,
    /// All of them; what comes later is folded afterwards.
    pub of: Position,
}

/// A view that can be rebuilt together with others: a [`Runner`].
pub trait Rebuild: steps::Steps {}

impl<T: steps::Steps> Rebuild for T {}

/// Folds the whole log into fresh tables and puts them in the place of the live ones; returns the positions that the views
/// stand at. Those that can be built stream by stream share one reading of the log. The live views go on meanwhile, and
/// never go back: their owners, in whatever process, find the new tables at their next page. A rebuild that was
/// interrupted leaves nothing that the next one does not clear away.
///
/// # Errors
/// [`Error::RebuildRunning`]; [`Error::Unreadable`] at an event that cannot be read and was not set aside for the view,
/// [`Error::Forged`] for a decision that is not the register's own, the live views untouched; those of log and database.
pub async fn rebuild_all(
    views: &[&dyn Rebuild],
    told: &(dyn Fn(Rebuilding) + Send + Sync),
) -> Result<Vec<Position>, Error> {
    let mut begun = Vec::new();
    for view in views {
        begun.push(view.begin().await?);
    }
    let decided: Vec<Decided> = begun.iter().map(|begun| begun.decided.clone()).collect();
    let in_bulk = |view: &&&dyn Rebuild| view.worker(&Decided::default()).is_some();
    let mut built = Position::ZERO;
    if let Some(first) = views.iter().find(in_bulk) {
        let (reader, pool, page) = first.reads();
        built = reader.head().await?;
        let workers = || views.iter().zip(&decided).filter_map(|(view, decided)| view.worker(decided)).collect();
        bulk::build(&reader, &pool, (built, page.saturating_mul(PAGES)), workers, told).await?;
    }
    let finishing = views.iter().zip(begun).map(|(view, begun)| view.finish(begun, built));
    futures_util::future::try_join_all(finishing).await
}

mod steps {
    //! What a rebuild of several views asks of each.

    use super::*;

    /// New tables that wait to be filled.
    pub struct Begun {
        pub session: PgConnection,
        /// What the view goes on without.
        pub decided: Decided,
        /// Statements that make the indexes, where they were taken away.
        pub indexes: Option<Vec<String>>,
    }

    #[async_trait]
    pub trait Steps: Send + Sync {
        /// Clears away what is left of an earlier rebuild, and makes the tables.
        async fn begin(&self) -> Result<Begun, Error>;
        /// Folds whole streams; none when the view must be folded by position.
        fn worker(&self, decided: &Decided) -> Option<Box<dyn Worker>>;
        /// Where the log is read, and in pages of how many events.
        fn reads(&self) -> (Reader, PgPool, u32);
        /// Folds the rest, and puts the tables in their place.
        async fn finish(&self, begun: Begun, built: Position) -> Result<Position, Error>;
    }
}

#[async_trait]
impl<P, O> steps::Steps for Runner<P, O>
where
    P: Projection<Tables = PgConnection> + 'static,
    O: Opener<Event = P::Event> + 'static,
{
    async fn begin(&self) -> Result<Begun, Error> {
        let mut session = postgres::open(&self.place, Slot::Next).await?;
        if !try_lock(&mut session, REBUILD, P::NAME).await? {
            return Err(Error::RebuildRunning);
        }
        let until = Instant::now() + LAST_WORDS;
        while !try_lock(&mut session, WORKERS, P::NAME).await? {
            if Instant::now() > until {
                return Err(Error::RebuildRunning);
            }
            tokio::time::sleep(A_MOMENT).await;
        }
        self.clear(&mut session).await?;
        unlock(&mut session, WORKERS, P::NAME).await?;
        session.create(&View::of::<P>(Slot::Next)).await?;
        let indexes = match &self.bulk {
            Some(bulk) => {
                bulk::make(&mut session, bulk.staged()).await?;
                Some(bulk::take_away(&mut session, P::TABLES).await?)
            }
            None => None,
        };
        let decided = self.decided().await?;
        Ok(Begun { session, decided, indexes })
    }

    fn worker(&self, decided: &Decided) -> Option<Box<dyn Worker>> {
        self.bulk.as_ref().map(|bulk| bulk.worker(self, decided.clone()))
    }

    fn reads(&self) -> (Reader, PgPool, u32) {
        (self.feed.reader().clone(), self.place.clone(), self.options.page.max(1))
    }

    async fn finish(&self, begun: Begun, built: Position) -> Result<Position, Error> {
        let Begun { mut session, decided, indexes } = begun;
        let mut reached = Position::ZERO;
        if let (Some(bulk), Some(indexes)) = (&self.bulk, indexes) {
            let mut tables = Settling::new(&mut session, indexes);
            bulk.settle(&self.projection, &mut tables).await.map_err(Error::database("settling what was gathered"))?;
            tables.put_indexes_back().await.map_err(Error::database("putting indexes back"))?;
            bulk::clear(&mut session, bulk.staged()).await?;
            postgres::place(&mut session, &View::of::<P>(Slot::Next), reached, built).await?;
            reached = built;
        }
        let mut analyzed = false;
        loop {
            reached = self.catch_up(&mut session, reached, &decided).await?;
            if !std::mem::replace(&mut analyzed, true) {
                session.analyze(&View::of::<P>(Slot::Next)).await?;
            }
            match self.switch(&mut session, reached, &decided).await {
                // Queries lock the tables in an order of their own, so the switch never waits for long: it gives way before
                // the server looks for a deadlock. What came meanwhile is folded before the next try, beside the live view.
                Err(Error::TablesInUse) => tokio::time::sleep(self.options.pause).await,
                done => {
                    // The lock would go with the session, too, but only when the server has seen that it is gone: whoever
                    // rebuilds once more at once would be told that a rebuild is running.
                    unlock(&mut session, REBUILD, P::NAME).await?;
                    return done;
                }
            }
        }
    }
}

impl<P, O> Runner<P, O>
where
    P: Projection<Tables = PgConnection> + 'static,
    O: Opener<Event = P::Event> + 'static,
{
    /// [`rebuild_all`] of this view alone.
    ///
    /// # Errors
    /// As [`rebuild_all`].
    pub async fn rebuild(&self) -> Result<Position, Error> {
        let views: [&dyn Rebuild; 1] = [self];
        Ok(rebuild_all(&views, &|_| {}).await?.into_iter().next().unwrap_or_default())
    }

    /// Folds what is behind a position, up to the head.
    async fn catch_up(
        &self,
        session: &mut PgConnection,
        mut reached: Position,
        decided: &Decided,
    ) -> Result<Position, Error> {
        loop {
            let page = self.feed.own(reached, decided).await.map_err(|error| located(error, reached))?;
            let folded = session::advance(session, &*self.projection, &View::of::<P>(Slot::Next), reached, &page).await;
            reached = folded.map_err(|(_, error)| error)?;
            if reached >= page.head() {
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
        if let Some(bulk) = &self.bulk {
            bulk::clear(session, bulk.staged()).await?;
        }
        sqlx::query(FORGET_NEXT).bind(P::NAME).execute(session).await.map_err(Error::database(clearing))?;
        Ok(())
    }

    /// In one transaction: hold the live checkpoint, fold what came since, exchange tables and checkpoint.
    async fn switch(
        &self,
        session: &mut PgConnection,
        mut reached: Position,
        decided: &Decided,
    ) -> Result<Position, Error> {
        let (switching, next) = ("switching to the rebuilt view", View::of::<P>(Slot::Next));
        let mut transaction = sqlx::Connection::begin(session).await.map_err(Error::database(switching))?;
        transaction.execute(GIVE_WAY).await.map_err(Error::database(switching))?;
        let held: Option<(i32, i64)> = sqlx::query_as(LOCK_LIVE)
            .bind(P::NAME)
            .fetch_optional(&mut *transaction)
            .await
            .map_err(Error::database(switching))?;
        let version = held.map(|(version, _)| version);
        let live = held.map(|(_, position)| Position::try_new(position)).transpose()?.unwrap_or_default();
        while reached < live {
            let page = self.feed.own(reached, decided).await.map_err(|error| located(error, reached))?;
            reached = session::advance_in_tx(&mut transaction, &*self.projection, &next, reached, &page).await?;
            if let Some(fault) = page.fault() {
                return Err(fault);
            }
        }
        let before = if version == Some(next.stored_version()) { Before::SameVersion } else { Before::Other };
        rights::carry_over_in_tx(&mut transaction, P::TABLES, before).await?;
        for table in P::TABLES {
            let exchange =
                format!("DROP TABLE IF EXISTS views.{table}; ALTER TABLE views_next.{table} SET SCHEMA views");
            transaction.execute(exchange.as_str()).await.map_err(Error::database(switching))?;
        }
        sqlx::query(FORGET_NEXT).bind(P::NAME).execute(&mut *transaction).await.map_err(Error::database(switching))?;
        sqlx::query(SWITCH)
            .bind(P::NAME)
            .bind(next.stored_version())
            .bind(reached.get())
            .execute(&mut *transaction)
            .await
            .map_err(Error::database(switching))?;
        transaction.commit().await.map_err(Error::database(switching))?;
        Ok(reached)
    }
}

/// A fault of the log at a known place.
fn located(error: Error, reached: Position) -> Error {
    match error {
        Error::Log(event_log::Error::Gap { position }) => {
            Error::Unreadable { position, cause: "it is missing".to_owned() }
        }
        Error::Log(error) if tells_of_damage(&error) => {
            Error::Unreadable { position: reached.next(), cause: error.to_string() }
        }
        error => error,
    }
}
