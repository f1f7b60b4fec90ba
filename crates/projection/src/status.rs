//! How a projection is doing, for health checks, metrics and people.

use event_log::{PgInstant, Position};
use jiff::Timestamp;
use sqlx::PgPool;
use tokio::sync::watch;

use crate::Error;

/// What a runner is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It was not run yet.
    Idle,
    /// Another process owns the projection; this one takes over when it is gone.
    Waiting,
    /// It builds the tables anew, beside those of an older version.
    Rebuilding,
    /// It folds what is already in the log.
    CatchingUp,
    /// It has folded everything there was, and follows.
    Live,
    /// Something it needs is away; it tries again.
    Failing {
        /// What failed.
        cause: String,
    },
    /// It stopped at an event that cannot be read, or because a newer program took over. A person has to look.
    Stopped {
        /// The position it stopped at: that event is not folded, and nothing behind it.
        position: Position,
        /// Why; never the content of an event.
        cause: String,
    },
    /// It was told to end.
    Drained,
}

/// How far a projection is.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// Everything up to here is folded, by whichever process owns the projection.
    pub position: Position,
    /// The last position of the log.
    pub head: Position,
    /// Events not folded yet.
    pub lag_events: u64,
    /// How long the oldest of them has been waiting, in seconds since it was recorded; 0 when there is none.
    pub lag_seconds: f64,
    /// Whether its tables are there, and those of this program: queries answer. Not while it is built for the first time, or
    /// anew beside those of an older version.
    pub built: bool,
    /// Events that it went on without, by the operator's decisions.
    pub set_aside: u64,
    /// What the runner of this process is doing.
    pub state: State,
}

const STATUS: &str = "SELECT coalesce(c.position, 0), h.position, c.version, \
       (SELECT e.recorded_at FROM log.events AS e WHERE e.position > coalesce(c.position, 0) ORDER BY e.position LIMIT 1), \
       (SELECT count(*) FROM projection.quarantine AS q WHERE q.name = $1 AND q.position <= coalesce(c.position, 0)) \
     FROM log.head AS h LEFT JOIN projection.checkpoints AS c ON c.name = $1 AND c.slot = 'live' WHERE h.id = 1";

/// Looks at a [`Runner`](crate::Runner) from outside, also while it runs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    pub(crate) name: &'static str,
    pub(crate) version: u32,
    /// None of a view in memory.
    pub(crate) pool: Option<PgPool>,
    pub(crate) progress: watch::Receiver<Progress>,
}

/// What a runner tells.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    pub position: Position,
    pub state: State,
}

impl Handle {
    /// Name of the projection.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What the runner of this process is doing. Asks nobody.
    pub fn state(&self) -> State {
        self.progress.borrow().state.clone()
    }

    /// Waits until the runner's state is one that is looked for, and gives it; the last one when the runner is gone.
    pub async fn wait_until(&self, mut wanted: impl FnMut(&State) -> bool) -> State {
        let mut progress = self.progress.clone();
        let found = progress.wait_for(|progress| wanted(&progress.state)).await.map(|progress| progress.state.clone());
        found.unwrap_or_else(|_| self.state())
    }

    /// How far the projection is, as the database says. `now` is the caller's clock.
    ///
    /// # Errors
    /// [`Error::Database`] when it cannot be asked.
    pub async fn status(&self, now: Timestamp) -> Result<Status, Error> {
        let reading = "reading the status of a projection";
        let in_memory =
            || Error::Database { action: reading, passes: false, message: "it is kept in memory".to_owned() };
        let pool = self.pool.as_ref().ok_or_else(in_memory)?;
        type Told = (i64, i64, Option<i32>, Option<PgInstant>, i64);
        let (position, head, version, waiting, set_aside): Told =
            sqlx::query_as(STATUS).bind(self.name).fetch_one(pool).await.map_err(Error::database(reading))?;
        Ok(Status {
            position: Position::try_new(position)?,
            head: Position::try_new(head)?,
            lag_events: u64::try_from(head - position).unwrap_or(0),
            lag_seconds: waiting.map_or(0.0, |PgInstant(recorded)| now.duration_since(recorded).as_secs_f64()).max(0.0),
            built: version.is_some_and(|version| u32::try_from(version) == Ok(self.version)),
            set_aside: set_aside.unsigned_abs(),
            state: self.state(),
        })
    }
}
