//! The sign of life of a process that draws keys: a session that holds an advisory lock.
//!
//! PostgreSQL releases the lock with the session, however it ends. The keys of a lease are inserted on that very session,
//! so no key can come to a lease that is already seen dead.

use std::time::Duration;

use sqlx::{Connection, PgConnection, PgPool};
use uuid::Uuid;

use crate::Error;

/// First half of the advisory lock's key, "sneK"; the second is the lease's own number.
pub(crate) const LOCK_CLASS: i32 = 0x736E_654B;

/// A session that does not answer for so long counts as lost.
const PATIENCE: Duration = Duration::from_secs(5);

// One statement, so that nobody ever sees the row without the lock.
const TAKE: &str = "WITH lease AS (INSERT INTO vault.leases (lease_id) VALUES ($1) RETURNING lock_number) \
     SELECT pg_try_advisory_lock($2, lock_number) FROM lease";

pub(crate) struct Lease {
    pub id: Uuid,
    pub connection: PgConnection,
}

impl Lease {
    pub async fn take(pool: &PgPool) -> Result<Self, Error> {
        // From the pool, so that the session has the pool's role and settings; it never goes back there.
        let mut connection = pool.acquire().await?.detach();
        let id = Uuid::new_v4();
        let held: bool = sqlx::query_scalar(TAKE).bind(id).bind(LOCK_CLASS).fetch_one(&mut connection).await?;
        if !held {
            return Err(Error::Database(sqlx::Error::Protocol("a fresh lease is locked already".to_owned())));
        }
        Ok(Self { id, connection })
    }

    /// Whether the session, and the lock with it, is still there.
    pub async fn lives(&mut self) -> bool {
        matches!(tokio::time::timeout(PATIENCE, self.connection.ping()).await, Ok(Ok(())))
    }
}
