//! The ack gate: nothing is called committed before a synchronous standby holds it.
//!
//! PostgreSQL's own wait is no such promise. `COMMIT` waits for the standby named in `synchronous_standby_names`, but a
//! cancel request ends that wait and the session answers as if nothing was; a session that is terminated there has
//! committed all the same. Whoever then asks for the receipt finds the command committed, and a look-up waits for nobody. If
//! the standby takes over now, what was acknowledged is gone.
//!
//! So it is asked, after every answer that says *committed*, *repeated* or *fenced*, on the connection that the answer came
//! from: another one may lead to another server by now. The place in the write-ahead log that must be held is where the
//! primary has flushed to when it is asked first; a commit that can be seen was flushed before.

use std::time::Duration;

use sqlx::{PgConnection, PgPool};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::PgStore;
use super::arrays::receipts_on;
use crate::{Error, Receipt};

const FIRST: &str = "SELECT p.place::text, log.held_by_standby(p.place) \
    FROM (SELECT pg_catalog.pg_current_wal_flush_lsn() AS place OFFSET 0) AS p";
const AGAIN: &str = "SELECT log.held_by_standby($1::text::pg_lsn)";
const NAMES: &str = "SELECT current_setting('synchronous_standby_names'), \
    pg_catalog.pg_has_role('sne_owner', 'pg_read_all_stats', 'USAGE')";

const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);
/// Then the round is sent again, over a new connection: the standby may have become the primary.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Why a round is tried again.
pub(super) const NOT_HELD: &str = "no synchronous standby holds it";

/// Whose disk must hold a command before it is called committed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standby {
    /// The primary's. Enough for one server, and for one whose standby is not meant to lose nothing.
    #[default]
    NotAsked,
    /// A synchronous standby's, too. Costs one round trip for each round of commands that wrote or repeated something and for each
    /// fence, two where a receipt is found, and some more, milliseconds apart, when other sessions have just written.
    /// While there is no such standby every answer is [`Error::OutcomeUnknown`].
    Synchronous,
}

impl Standby {
    /// Checks that the database has what is asked of it: a synchronous standby's name, and a right to ask about it. Settings
    /// can be changed while the server runs, so every appending connection asks anew.
    ///
    /// # Errors
    /// [`Error::UnsafeSetting`] when `synchronous_standby_names` is empty, [`Error::StandbyHidden`] without the right;
    /// [`Error::Connection`] or [`Error::Database`].
    pub async fn check(self, pool: &PgPool) -> Result<(), Error> {
        let mut connection = pool.acquire().await.map_err(|error| Error::from_sqlx("reading settings", &error))?;
        self.check_on(&mut connection).await
    }

    pub(super) async fn check_on(self, connection: &mut PgConnection) -> Result<(), Error> {
        if self == Self::NotAsked {
            return Ok(());
        }
        let (names, allowed): (String, bool) = sqlx::query_as(NAMES)
            .fetch_one(connection)
            .await
            .map_err(|error| Error::from_sqlx("reading settings", &error))?;
        match (names.trim().is_empty(), allowed) {
            (true, _) => Err(Error::UnsafeSetting { name: "synchronous_standby_names", value: "empty".to_owned() }),
            (false, false) => Err(Error::StandbyHidden),
            (false, true) => Ok(()),
        }
    }

    /// Waits until what this session has seen is held; false when it is not for too long.
    pub(super) async fn holds(self, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        if self == Self::NotAsked {
            return Ok(true);
        }
        let until = Instant::now() + LONGEST_WAIT;
        let (place, mut held): (String, bool) = sqlx::query_as(FIRST).fetch_one(&mut *connection).await?;
        let mut pause = FIRST_PAUSE;
        while !held {
            if Instant::now() > until {
                return Ok(false);
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            held = sqlx::query_scalar(AGAIN).bind(&place).fetch_one(&mut *connection).await?;
        }
        Ok(true)
    }

    /// As [`Standby::holds`], where nobody tries again.
    pub(super) async fn must_hold(self, connection: &mut PgConnection) -> Result<(), Error> {
        match self.holds(connection).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Error::OutcomeUnknown { waited: LONGEST_WAIT, reason: NOT_HELD.to_owned() }),
            Err(error) => Err(Error::from_sqlx("asking what the standby holds", &error)),
        }
    }
}

impl PgStore {
    /// Receipts, once the standby holds what this session has seen.
    pub(super) async fn held_receipts(
        &self,
        commands: &[(&str, Uuid)],
    ) -> Result<Vec<Option<(Receipt, [u8; 32])>>, Error> {
        let (standby, pool) = (self.standby, self.pool.clone());
        let (organisations, ids): (Vec<String>, Vec<Uuid>) =
            commands.iter().map(|(organisation, id)| ((*organisation).to_owned(), *id)).unzip();
        // A task of its own: a caller who goes away leaves no session in the middle.
        let work = tokio::spawn(async move {
            let mut session = pool.acquire().await.map_err(|error| Error::from_sqlx("reading receipts", &error))?;
            let found = receipts_on(&mut session, organisations, ids).await?;
            standby.must_hold(&mut session).await?;
            Ok(found)
        });
        work.await
            .unwrap_or_else(|lost| Err(Error::OutcomeUnknown { waited: Duration::ZERO, reason: lost.to_string() }))
    }
}
