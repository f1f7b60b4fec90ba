//! Views in memory, for simulations and tests: nothing here outlives the process.
//!
//! What PostgreSQL promises a runner holds here, too: a session's lock ends with it, whoever moves a checkpoint waits for
//! others who do, a transaction is seen whole or not at all. Pages are committed without waiting for the disk, so that a
//! database that [crashes](MemoryPlace::crash) loses the last ones; never rows without their checkpoint.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use event_log::Position;
use sqlx::PgPool;
use tokio::sync::OwnedMutexGuard;

use crate::place::{Place, Session, Slot, Tables, Transaction, View};
use crate::{Error, Handle, Opener, Projection, Runner};

/// Asked before and after each call: how long it takes, or none when the session is lost there. What was lost before did
/// nothing, what was lost after did all of it.
pub type Chance = Arc<dyn Fn() -> Option<Duration> + Send + Sync>;

/// Commits that a crash can lose at most.
const MOST_LOST: usize = 8;

/// What a view in memory folds into.
#[derive(Clone, Debug, Default)]
pub struct MemoryTables<R> {
    /// The rows.
    pub rows: R,
}

/// What rows of views in memory must be.
pub trait Rows: Clone + Default + Send + Sync + 'static {}

impl<R: Clone + Default + Send + Sync + 'static> Rows for R {}

#[async_trait]
impl<R: Rows> Tables for MemoryTables<R> {
    type Place = MemoryPlace<R>;

    async fn rebuild<P, O>(_runner: &Runner<P, O>) -> Result<Position, Error>
    where
        P: Projection<Tables = Self> + 'static,
        O: Opener<Event = P::Event> + 'static,
    {
        let message = "a view in memory is not built anew".to_owned();
        Err(Error::Database { action: "rebuilding", passes: false, message })
    }
}

impl Handle {
    /// How far the runner of this process told to have folded the view: what wakes those who wait for it.
    pub fn told(&self) -> Position {
        self.progress.borrow().position
    }
}

/// A database of views in memory. Cheap to clone; every clone is the same database.
#[derive(Clone)]
pub struct MemoryPlace<R> {
    state: Arc<Mutex<State<R>>>,
    chance: Chance,
}

/// A page that was committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Name of the projection.
    pub view: &'static str,
    /// The session that folded it; none when the view was [switched](MemoryPlace::switch).
    pub session: Option<u64>,
    /// Whether the session was the owner of the view.
    pub owned: bool,
    /// Where the view stood before.
    pub from: Position,
    /// Where it stands now.
    pub to: Position,
}

type Key = (&'static str, Slot);

struct State<R> {
    builds: BTreeMap<Key, Build<R>>,
    owners: BTreeMap<&'static str, u64>,
    sessions: u64,
    /// Sessions up to this one were ended.
    ended: u64,
    commits: Vec<Commit>,
    /// What the last commits replaced.
    before: VecDeque<(Key, Position, R)>,
}

struct Build<R> {
    version: u32,
    position: Position,
    rows: R,
    /// Held by the transaction that moves the checkpoint.
    row: Arc<tokio::sync::Mutex<()>>,
}

impl<R> fmt::Debug for MemoryPlace<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryPlace(..)")
    }
}

impl<R: Rows> MemoryPlace<R> {
    /// An empty database.
    pub fn new(chance: Chance) -> Self {
        let state = State {
            builds: BTreeMap::new(),
            owners: BTreeMap::new(),
            sessions: 0,
            ended: 0,
            commits: Vec::new(),
            before: VecDeque::new(),
        };
        Self { state: Arc::new(Mutex::new(state)), chance }
    }

    /// The same database, as another process reaches it.
    #[must_use]
    pub fn through(&self, chance: Chance) -> Self {
        Self { state: Arc::clone(&self.state), chance }
    }

    /// Where a live view stands and what it holds then; none while it was not built.
    pub fn seen(&self, name: &str) -> Option<(Position, R)> {
        let state = self.state();
        let found = state.builds.iter().find(|((view, slot), _)| *view == name && *slot == Slot::Live);
        found.map(|(_, build)| (build.position, build.rows.clone()))
    }

    /// Every page that was committed and not lost, in that order.
    pub fn commits(&self) -> Vec<Commit> {
        self.state().commits.clone()
    }

    /// Puts tables that were built up to a position in the place of the live ones, as a rebuild does at its end. Refused for a
    /// view that is not built or further on, and while somebody moves it.
    pub fn switch(&self, name: &str, to: Position, rows: R) -> bool {
        let mut state = self.state();
        let live = |((view, slot), _): &(&Key, &Build<R>)| *view == name && *slot == Slot::Live;
        let Some((key, build)) = state.builds.iter().find(live) else { return false };
        let (key, from) = (*key, build.position);
        let Ok(_row) = Arc::clone(&build.row).try_lock_owned() else { return false };
        if to > from {
            state.commit(None, key, Some(rows), Some((from, to)));
        }
        to > from
    }

    /// Ends every session, as a server does that goes away for a moment.
    pub fn cut(&self) {
        let mut state = self.state();
        state.ended = state.sessions;
        state.owners.clear();
    }

    /// Ends every session, and loses so many of the last commits, as far as they may be lost.
    pub fn crash(&self, lost: usize) {
        self.cut();
        let mut state = self.state();
        for _ in 0..lost {
            let Some((key, position, rows)) = state.before.pop_back() else { break };
            state.commits.pop();
            if let Some(build) = state.builds.get_mut(&key) {
                (build.position, build.rows) = (position, rows);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State<R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R: Clone> State<R> {
    fn commit(&mut self, session: Option<u64>, key: Key, rows: Option<R>, moved: Option<(Position, Position)>) {
        let owned = session.is_some() && self.owners.get(key.0).copied() == session;
        let Some(build) = self.builds.get_mut(&key) else { return };
        let (from, to) = moved.unwrap_or((build.position, build.position));
        self.before.push_back((key, build.position, build.rows.clone()));
        if self.before.len() > MOST_LOST {
            self.before.pop_front();
        }
        build.position = to;
        if let Some(rows) = rows {
            build.rows = rows;
        }
        self.commits.push(Commit { view: key.0, session, owned, from, to });
    }
}

#[async_trait]
impl<R: Rows> Place<MemoryTables<R>> for MemoryPlace<R> {
    async fn open(&self, _slot: Slot) -> Result<Box<dyn Session<MemoryTables<R>>>, Error> {
        let session = {
            let mut state = self.state();
            state.sessions += 1;
            MemorySession { id: state.sessions, place: self.clone(), lost: false, key: None }
        };
        let mut session = Box::new(session);
        session.chance("opening a session").await?;
        Ok(session)
    }

    fn pool(&self) -> Option<&PgPool> {
        None
    }
}

struct MemorySession<R: Rows> {
    id: u64,
    place: MemoryPlace<R>,
    lost: bool,
    /// The build that it writes.
    key: Option<Key>,
}

impl<R: Rows> Drop for MemorySession<R> {
    fn drop(&mut self) {
        self.let_go();
    }
}

impl<R: Rows> MemorySession<R> {
    fn let_go(&self) {
        self.place.state().owners.retain(|_, owner| *owner != self.id);
    }

    fn check(&self, action: &'static str) -> Result<(), Error> {
        if self.lost || self.id <= self.place.state().ended {
            return Err(Error::database(action)(sqlx::Error::Io(ErrorKind::ConnectionReset.into())));
        }
        Ok(())
    }

    async fn chance(&mut self, action: &'static str) -> Result<(), Error> {
        match (self.place.chance)() {
            None => {
                self.lost = true;
                self.let_go();
            }
            Some(Duration::ZERO) => {}
            Some(pause) => tokio::time::sleep(pause).await,
        }
        self.check(action)
    }

    async fn call<T>(&mut self, action: &'static str, act: impl FnOnce(&mut State<R>, u64) -> T) -> Result<T, Error> {
        self.chance(action).await?;
        let done = act(&mut self.place.state(), self.id);
        self.chance(action).await?;
        Ok(done)
    }
}

#[async_trait]
impl<R: Rows> Session<MemoryTables<R>> for MemorySession<R> {
    async fn checkpoint(&mut self, view: &View) -> Result<Option<(u32, Position)>, Error> {
        let key = *self.key.insert((view.name, view.slot));
        let read = move |state: &mut State<R>, _| state.builds.get(&key).map(|build| (build.version, build.position));
        self.call("reading the checkpoint", read).await
    }

    async fn lives(&mut self) -> Result<(), Error> {
        self.call("asking whether the session lives", |_, _| ()).await
    }

    async fn try_own(&mut self, view: &View) -> Result<bool, Error> {
        let name = view.name;
        let take = move |state: &mut State<R>, id| *state.owners.entry(name).or_insert(id) == id;
        self.call("taking the lock of a projection", take).await
    }

    async fn create(&mut self, view: &View) -> Result<(), Error> {
        let key = *self.key.insert((view.name, view.slot));
        let build = Build { version: view.version, position: Position::ZERO, rows: R::default(), row: Arc::default() };
        let create = move |state: &mut State<R>, _| {
            if state.builds.contains_key(&key) {
                return Err(Error::TablesInUse);
            }
            state.builds.insert(key, build);
            Ok(())
        };
        self.call("making the tables of a view", create).await?
    }

    async fn analyze(&mut self, _view: &View) -> Result<(), Error> {
        self.chance("analyzing the tables of a view").await
    }

    async fn begin(&mut self) -> Result<Box<dyn Transaction<MemoryTables<R>> + '_>, Error> {
        self.chance(COMMITTING).await?;
        Ok(Box::new(MemoryTransaction { session: self, row: None, moved: None, tables: None }))
    }
}

const COMMITTING: &str = "committing a page";

struct MemoryTransaction<'a, R: Rows> {
    session: &'a mut MemorySession<R>,
    row: Option<OwnedMutexGuard<()>>,
    moved: Option<(Position, Position)>,
    tables: Option<MemoryTables<R>>,
}

#[async_trait]
impl<R: Rows> Transaction<MemoryTables<R>> for MemoryTransaction<'_, R> {
    async fn place(&mut self, view: &View, from: Position, to: Position) -> Result<(), Error> {
        let moving = "moving the checkpoint";
        let key = *self.session.key.insert((view.name, view.slot));
        self.session.chance(moving).await?;
        let row = self.session.place.state().builds.get(&key).map(|build| Arc::clone(&build.row));
        self.row = Some(row.ok_or(Error::CheckpointMoved)?.lock_owned().await);
        let version = view.version;
        let there = move |state: &mut State<R>, _| {
            state.builds.get(&key).is_some_and(|build| (build.version, build.position) == (version, from))
        };
        if !self.session.call(moving, there).await? {
            return Err(Error::CheckpointMoved);
        }
        self.moved = Some((from, to));
        Ok(())
    }

    fn tables(&mut self) -> &mut MemoryTables<R> {
        let session = &self.session;
        self.tables.get_or_insert_with(|| {
            let state = session.place.state();
            let build = session.key.and_then(|key| state.builds.get(&key));
            MemoryTables { rows: build.map(|build| build.rows.clone()).unwrap_or_default() }
        })
    }

    async fn commit(self: Box<Self>) -> Result<(), Error> {
        let Self { session, row, moved, tables } = *self;
        let Some(key) = session.key else { return Ok(()) };
        let rows = tables.map(|tables| tables.rows);
        let done = session.call(COMMITTING, move |state, id| state.commit(Some(id), key, rows, moved)).await;
        drop(row);
        done
    }
}
