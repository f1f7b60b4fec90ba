//! How far a view is, asked by those who query it (design 10.13).

use std::time::Duration;

use event_log::Position;
use sqlx::PgPool;
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::status::Progress;
use crate::{Error, Handle, Projection};

/// How often the checkpoint is looked at while somebody waits for a view that another process folds.
const POLL: Duration = Duration::from_millis(20);

// Both from one snapshot: the head is never behind the view.
const READ: &str = "SELECT h.position, \
       (SELECT c.position FROM projection.checkpoints AS c WHERE c.name = $1 AND c.slot = 'live' AND c.version = $2) \
     FROM log.head AS h WHERE h.id = 1";

/// What an answer must at least contain, and how long may be waited for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AtLeast {
    /// The position of the caller's last command; [`Position::ZERO`] asks for nothing.
    pub position: Position,
    /// How long the view may be waited for.
    pub within: Duration,
}

impl AtLeast {
    /// Whatever the view holds now.
    pub const NOW: Self = Self { position: Position::ZERO, within: Duration::ZERO };
}

/// The checkpoint of a live view, read with the rights of [`Role::Reader`](event_log::Role::Reader). Cheap to clone.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    pool: PgPool,
    name: &'static str,
    version: u32,
    hint: Option<watch::Receiver<Progress>>,
}

impl Checkpoint {
    /// The checkpoint of a projection, for any process.
    pub fn of<P: Projection>(pool: PgPool) -> Self {
        Self { pool, name: P::NAME, version: P::VERSION, hint: None }
    }

    /// Lets a runner of this process wake those who wait, before the next look at the database.
    #[must_use]
    pub fn hinted_by(mut self, handle: &Handle) -> Self {
        self.hint = Some(handle.progress.clone());
        self
    }

    /// Waits until the view holds everything up to a position; returns a position that it has reached.
    ///
    /// # Errors
    /// [`Error::BeyondHead`] at once, when the log does not go so far; [`Error::Behind`] when the time is over;
    /// [`Error::Database`].
    pub async fn wait_for(&self, at_least: AtLeast) -> Result<Position, Error> {
        let AtLeast { position: asked, within } = at_least;
        let mut hint = self.hint.clone();
        if let Some(hint) = &hint {
            let known = hint.borrow().position;
            if known >= asked && known > Position::ZERO {
                return Ok(known);
            }
        }
        let deadline = Instant::now() + within;
        loop {
            // Seen before the database is asked: a move in between wakes the wait below.
            let seen = hint.as_mut().map(|hint| hint.borrow_and_update().position);
            let (head, position) = self.read().await?;
            if asked > head {
                return Err(Error::BeyondHead { asked, head });
            }
            match position {
                Some(position) if position >= asked => return Ok(position),
                _ if Instant::now() >= deadline => {
                    return Err(Error::Behind { position: position.unwrap_or_default(), asked });
                }
                _ => {}
            }
            let pause = POLL.min(deadline.saturating_duration_since(Instant::now()));
            match (&mut hint, seen) {
                // A runner that is gone hints no more; the poll goes on.
                (Some(receiver), Some(_)) => {
                    if let Ok(Err(_)) = timeout(pause, receiver.changed()).await {
                        hint = None;
                    }
                }
                _ => tokio::time::sleep(pause).await,
            }
        }
    }

    /// Head of the log, and position of the live view when it has been built.
    async fn read(&self) -> Result<(Position, Option<Position>), Error> {
        let (head, position): (i64, Option<i64>) = sqlx::query_as(READ)
            .bind(self.name)
            .bind(i32::try_from(self.version).unwrap_or(i32::MAX))
            .fetch_one(&self.pool)
            .await
            .map_err(Error::database("reading the checkpoint"))?;
        Ok((Position::try_new(head)?, position.map(Position::try_new).transpose()?))
    }
}
