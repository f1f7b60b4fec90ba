//! The sign of life of a process that draws keys: a session that holds an advisory lock.
//!
//! PostgreSQL releases the lock with the session, however it ends. The keys of a lease are inserted on that very session,
//! so no key can come to a lease that is already seen dead.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::{Connection, PgConnection, PgPool};
use uuid::Uuid;

use crate::keys::Row;
use crate::store::Lease;
use crate::{Error, Fingerprint, KekId, KeyId, registry};

/// First half of the advisory lock's key, "sneK"; the second is the lease's own number.
pub(crate) const LOCK_CLASS: i32 = 0x736E_654B;

/// A session that does not answer for so long counts as lost.
const PATIENCE: Duration = Duration::from_secs(5);

// One statement, so that nobody ever sees the row without the lock.
const TAKE: &str = "WITH lease AS (INSERT INTO vault.leases (lease_id) VALUES ($1) RETURNING lock_number) \
     SELECT pg_try_advisory_lock($2, lock_number) FROM lease";

const RESERVE: &str = "SELECT nextval(pg_get_serial_sequence('vault.keys', 'id')) FROM generate_series(1, $1)";
const INSERT: &str = "INSERT INTO vault.keys (id, kek_id, wrapped, commitment, lease_id) \
     SELECT id, kek_id, wrapped, commitment, $1 \
     FROM UNNEST($2::bigint[], $3::text[], $4::bytea[], $5::bytea[]) AS fresh (id, kek_id, wrapped, commitment)";

/// A lease in PostgreSQL.
pub(crate) struct PgLease {
    id: Uuid,
    connection: PgConnection,
}

impl PgLease {
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
}

#[async_trait]
impl Lease for PgLease {
    fn id(&self) -> Uuid {
        self.id
    }

    /// Whether the session, and the lock with it, is still there.
    async fn lives(&mut self) -> bool {
        matches!(tokio::time::timeout(PATIENCE, self.connection.ping()).await, Ok(Ok(())))
    }

    async fn reserve(&mut self, count: usize) -> Result<Vec<KeyId>, Error> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        let ids: Vec<i64> = sqlx::query_scalar(RESERVE).bind(count).fetch_all(&mut self.connection).await?;
        Ok(ids.into_iter().map(KeyId::new).collect())
    }

    async fn make_known(&mut self, kek: KekId, fingerprint: Fingerprint) -> Result<Vec<u8>, Error> {
        registry::make_known(&mut self.connection, kek, fingerprint).await
    }

    async fn insert(&mut self, rows: Vec<Row>) -> Result<(), Error> {
        let (mut ids, mut keks, mut wrapped, mut commitments) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (id, kek, bytes, commitment) in rows {
            ids.push(id);
            keks.push(kek);
            wrapped.push(bytes);
            commitments.push(commitment);
        }
        let query = sqlx::query(INSERT).bind(self.id).bind(ids).bind(keks).bind(wrapped).bind(commitments);
        query.execute(&mut self.connection).await?;
        Ok(())
    }
}
