//! One daily run at a time: an advisory lock, held by a session of its own and gone with it.

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};

use crate::Error;

const LOCK: &str = "SELECT pg_try_advisory_lock(hashtext('sne daily'))";
const UNLOCK: &str = "SELECT pg_advisory_unlock(hashtext('sne daily'))";

/// The lock, while it is held.
pub(super) struct Lock(PgConnection);

impl Lock {
    pub(super) async fn take(database: &PgConnectOptions) -> Result<Self, Error> {
        let failed = |error: sqlx::Error| Error::Database(format!("taking the lock of the daily run: {error}"));
        let mut session = database.connect().await.map_err(failed)?;
        let taken: bool = sqlx::query_scalar(LOCK).fetch_one(&mut session).await.map_err(failed)?;
        if taken { Ok(Self(session)) } else { Err(Error::DailyRunning) }
    }

    /// Whether it is still held: a session that the server ended holds nothing, and another run may have begun.
    pub(super) async fn check(&mut self) -> Result<(), Error> {
        let lost = |error: sqlx::Error| Error::Database(format!("the lock of the daily run is lost: {error}"));
        self.0.ping().await.map_err(lost)
    }

    /// Lets the next run in; so does dropping, a little later.
    pub(super) async fn release(mut self) {
        // A session that is lost holds no lock; one that is only closed holds it until the server has seen that.
        let _ = sqlx::query(UNLOCK).execute(&mut self.0).await;
        let _ = self.0.close().await;
    }
}
