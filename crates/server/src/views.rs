//! The views that this process keeps: their runners, their keys, their queries.

use std::future::Future;
use std::sync::Arc;

use event_log::{Role, connect};
use infocentre::{Infocentre, KeepStatistics};
use jiff::Timestamp;
use projection::{
    BulkFold, Feed, Handle, Opener, Options, Pages, Projection, Quarantine, Rebuild, Resolve, Runner, State,
};
use register::{Place, Register};
use sqlx::{PgConnection, PgPool};
use tokio::sync::oneshot;
use tokio::task::{AbortHandle, JoinHandle};
use vault::Vault;
use views::deadlines::{Deadlines, KeepDeadlines};
use views::shared_management::{SharedManagement, View};
use views::{DemandEvents, OpenFacts};

use crate::due_lists::DueLists;
use crate::error::Error;
use crate::keys::Keys;
use crate::shown::{DeadlineLists, SharedView, Statistics};

/// One session for each runner, one for a rebuild beside it, and those that look up keys.
const PROJECTOR_CONNECTIONS: u32 = 8;
const READER_CONNECTIONS: u32 = 8;
/// An answer of statistics takes up to three at once.
const INFOCENTRE_CONNECTIONS: u32 = 6;
/// A view that failed at so many looks in a row is not failing for a moment.
const MOST_FAILINGS: u32 = 5;
/// A view this far behind no longer shows what its users have done.
const MOST_LAG_SECONDS: f64 = 60.0;

/// The views, not run yet.
pub struct Views {
    /// What answers of shared management.
    pub view: SharedView,
    /// What answers of deadlines.
    pub calendar: DeadlineLists,
    /// The same, behind the port of the daily run.
    pub due: DueLists,
    /// What answers of statistics.
    pub infocentre: Statistics,
    pub keys: Keys,
    /// What the operator decided of events that cannot be read.
    pub quarantine: Quarantine,
    /// The pools behind them, by name.
    pub pools: Vec<(&'static str, PgPool)>,
    pub shared: Kept<SharedManagement, DemandEvents<Keys>>,
    pub deadlines: Kept<KeepDeadlines, OpenFacts>,
    pub statistics: Kept<KeepStatistics, OpenFacts>,
}

impl Views {
    /// Migrates the checkpoints and opens the views where the register lies.
    pub async fn open(register: &Register, place: &Place) -> Result<Self, Error> {
        projection::migrate(&place.database).await?;
        let projector = connect(place.database.clone(), Role::Projector, PROJECTOR_CONNECTIONS).await?;
        let vault = Vault::open_folder(projector.clone(), &place.keys, place.clock.today()).await?;
        let sessions = Sessions::open(projector, place).await?;
        Self::over(register, sessions, vault)
    }

    /// Opens views that are there to look at them: nothing is made or migrated.
    pub async fn open_to_read(register: &Register, place: &Place) -> Result<Self, Error> {
        let place = place.clone().to_read();
        let projector = connect(place.database.clone(), Role::Projector, PROJECTOR_CONNECTIONS).await?;
        let vault = Vault::open_folder_to_read(projector.clone(), &place.keys, place.clock.today()).await?;
        let sessions = Sessions::open(projector, &place).await?;
        Self::over(register, sessions, vault)
    }

    fn over(
        register: &Register,
        Sessions { projector, reader, infocentre }: Sessions,
        vault: Vault,
    ) -> Result<Self, Error> {
        let keys = Keys(Arc::new(vault));
        let pools = [("projector", &projector), ("reader", &reader), ("infocentre", &infocentre)];
        let pools = pools.map(|(name, pool)| (name, pool.clone())).to_vec();
        let blinder = Arc::new(keys.clone());
        let quarantine = Quarantine::new(projector.clone(), blinder.clone());
        // Read once for all, and opened once for each kind: whoever needs no name gets none.
        let pages = Pages::new(register.reader().clone(), Options::default().page);
        let with_identity = Feed::new(pages.clone(), DemandEvents::new(keys.clone()));
        let open_facts = Feed::new(pages, OpenFacts);
        let going_by = (&projector, &quarantine);
        let shared = Kept::new(SharedManagement::new(blinder.clone()), &with_identity, going_by);
        let deadlines = Kept::new(KeepDeadlines, &open_facts, going_by);
        let statistics = Kept::new(KeepStatistics, &open_facts, going_by);
        let view = SharedView::new(View::new(reader.clone(), blinder).hinted_by(&shared.handle));
        let calendar = Deadlines::new(reader).hinted_by(&deadlines.handle);
        let due = DueLists::new(calendar.clone())?;
        let calendar = DeadlineLists::new(calendar);
        let infocentre = Statistics::new(Infocentre::new(infocentre).hinted_by(&statistics.handle));
        Ok(Self { view, calendar, due, infocentre, keys, quarantine, pools, shared, deadlines, statistics })
    }

    /// How the projections are doing.
    pub fn handles(&self) -> Vec<Handle> {
        vec![self.shared.handle.clone(), self.deadlines.handle.clone(), self.statistics.handle.clone()]
    }
}

/// A pool for each of the roles that views are folded and queried by.
struct Sessions {
    projector: PgPool,
    reader: PgPool,
    infocentre: PgPool,
}

impl Sessions {
    async fn open(projector: PgPool, place: &Place) -> Result<Self, Error> {
        let reader = connect(place.database.clone(), Role::Reader, READER_CONNECTIONS).await?;
        let infocentre = connect(place.database.clone(), Role::Infocentre, INFOCENTRE_CONNECTIONS).await?;
        Ok(Self { projector, reader, infocentre })
    }
}

/// A projection that this process keeps up with the log.
pub struct Kept<P: Projection, O: Opener> {
    runner: Runner<P, O>,
    handle: Handle,
}

impl<P, O> Kept<P, O>
where
    P: Projection<Tables = PgConnection> + 'static,
    O: Opener<Event = P::Event> + 'static,
{
    /// One that is rebuilt stream by stream.
    fn new(projection: P, feed: &Feed<O>, (projector, quarantine): (&PgPool, &Quarantine)) -> Self
    where
        P: BulkFold,
    {
        let (runner, handle) = Runner::fed(projection, feed.clone(), projector.clone(), Options::default());
        Self { runner: runner.in_bulk().with_quarantine(quarantine.clone()), handle }
    }

    /// What tells whether it can read an event.
    pub fn resolved(&self) -> &dyn Resolve {
        &self.runner
    }

    /// What rebuilds it.
    pub fn rebuilt(&self) -> &dyn Rebuild {
        &self.runner
    }

    /// Runs the projection in a task until what is returned ends.
    pub fn follow(self) -> Following {
        let (stop, stopped) = oneshot::channel();
        let (task, _) = self.run(async move {
            // An error says that the sender is gone, which is a stop as well.
            let _ = stopped.await;
        });
        Following { stop, task }
    }

    /// Runs the projection in a task until `drain` is ready.
    pub fn run(self, drain: impl Future<Output = ()> + Send + 'static) -> (JoinHandle<()>, Pulse) {
        let (runner, handle) = (self.runner, self.handle.clone());
        let task = tokio::spawn(async move {
            let mut told = State::Idle;
            tokio::select! {
                () = runner.run(drain) => {}
                () = tell_stops(&handle, &mut told) => {}
            }
            if handle.state() != told {
                tell(&handle, &handle.state());
            }
        });
        let pulse = Pulse { handle: self.handle, task: task.abort_handle(), failing: 0 };
        (task, pulse)
    }
}

/// Tells the log of every stop, and of what ends it. Never ends while the projection runs.
async fn tell_stops(handle: &Handle, told: &mut State) {
    loop {
        let seen = told.clone();
        *told = handle.wait_until(|state| *state != seen && (is_stop(state) || is_stop(&seen))).await;
        if *told == seen {
            // Its runner is gone.
            return std::future::pending().await;
        }
        tell(handle, told);
        if !is_stop(told) {
            tracing::info!(view = handle.name(), "a view goes on");
        }
    }
}

fn tell(handle: &Handle, state: &State) {
    if let State::Stopped { position, cause } = state {
        tracing::error!(view = handle.name(), %position, cause, "a view stopped");
    }
}

fn is_stop(state: &State) -> bool {
    matches!(state, State::Stopped { .. })
}

/// A projection that is kept for as long as this lives.
pub struct Following {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Following {
    /// Lets the page in hand be committed, and ends.
    pub async fn end(self) {
        drop(self.stop);
        // What it leaves undone, the next one folds.
        let _ = self.task.await;
    }
}

/// Whether a projection still follows the log.
pub struct Pulse {
    handle: Handle,
    task: AbortHandle,
    /// How often in a row it was found failing.
    failing: u32,
}

impl Pulse {
    /// Not once it stopped at an event or its task is gone, nor while it is being built, keeps failing or is far behind, in
    /// whatever process it runs.
    pub async fn beats(&mut self, now: Timestamp) -> bool {
        let state = self.handle.state();
        self.failing = if matches!(state, State::Failing { .. }) { self.failing + 1 } else { 0 };
        if self.task.is_finished() || matches!(state, State::Stopped { .. }) || self.failing > MOST_FAILINGS {
            return false;
        }
        self.handle.status(now).await.is_ok_and(|status| status.built && status.lag_seconds < MOST_LAG_SECONDS)
    }
}
