//! One daily run at a time: an advisory lock, held by a session of its own and gone with it.

use async_trait::async_trait;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};

use crate::Error;

const LOCK: &str = "SELECT pg_try_advisory_lock(hashtext('sne daily'))";
const UNLOCK: &str = "SELECT pg_advisory_unlock(hashtext('sne daily'))";

/// The lock, while it is held.
#[async_trait]
pub(crate) trait Lock: Send {
    /// Whether it is still held: a session that the server ended holds nothing, and another run may have begun.
    async fn check(&mut self) -> Result<(), Error>;
    /// Lets the next run in; so does dropping, a little later.
    async fn release(self: Box<Self>);
}

/// The lock in PostgreSQL.
pub(super) struct PgLock(PgConnection);

impl PgLock {
    pub(super) async fn take(database: &PgConnectOptions) -> Result<Self, Error> {
        let failed = |error: sqlx::Error| Error::Database(format!("taking the lock of the daily run: {error}"));
        let mut session = database.connect().await.map_err(failed)?;
        let taken: bool = sqlx::query_scalar(LOCK).fetch_one(&mut session).await.map_err(failed)?;
        if taken { Ok(Self(session)) } else { Err(Error::DailyRunning) }
    }
}

#[async_trait]
impl Lock for PgLock {
    async fn check(&mut self) -> Result<(), Error> {
        let lost = |error: sqlx::Error| Error::Database(format!("the lock of the daily run is lost: {error}"));
        self.0.ping().await.map_err(lost)
    }

    async fn release(mut self: Box<Self>) {
        // A session that is lost holds no lock; one that is only closed holds it until the server has seen that.
        let _ = sqlx::query(UNLOCK).execute(&mut self.0).await;
        let _ = self.0.close().await;
    }
}
