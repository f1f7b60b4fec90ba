//! Where keys are kept: what the vault asks of it. PostgreSQL is the one of production.

use std::time::Duration;

use async_trait::async_trait;
use jiff::civil::Date;
use sqlx::PgPool;
use uuid::Uuid;

use crate::keys::{self, Row};
use crate::lease::PgLease;
use crate::{ErasedKey, Error, Fingerprint, KekId, KeyId, Wrapping, registry, rotation};

/// A place for keys.
#[async_trait]
pub(crate) trait Store: Send + Sync {
    /// Begins a lease: what says that this process lives.
    async fn lease(&self) -> Result<Box<dyn Lease>, Error>;
    /// The rows of these keys that are there.
    async fn rows(&self, ids: &[KeyId]) -> Result<Vec<Row>, Error>;
    /// Destroys keys; returns how many were alive and could go.
    async fn destroy(&self, ids: &[KeyId]) -> Result<u64, Error>;
    /// Which erased keys are live.
    async fn live_again(&self, erased: &[ErasedKey]) -> Result<Vec<KeyId>, Error>;
    /// Keys of leases that have been seen dead for so long.
    async fn dead(&self, dead_for: Duration) -> Result<Vec<KeyId>, Error>;
    /// Marks keys as named by a stream; returns how many it marked.
    async fn settle(&self, ids: &[KeyId]) -> Result<u64, Error>;
    /// The week whose key-encryption key wraps on a day.
    async fn week_of(&self, day: Date) -> Result<KekId, Error>;
    /// How live keys are wrapped.
    async fn wrapping(&self, today: Date) -> Result<Wrapping, Error>;
}

/// The sign of life of a process, and the only way for keys to come to it. It ends when it is dropped.
#[async_trait]
pub(crate) trait Lease: Send {
    /// Its id, which no other lease ever has.
    fn id(&self) -> Uuid;
    /// Whether it is still there.
    async fn lives(&mut self) -> bool;
    /// So many numbers for new keys.
    async fn reserve(&mut self, count: usize) -> Result<Vec<KeyId>, Error>;
    /// Makes a key-encryption key known, and returns the fingerprint that is known of it.
    async fn make_known(&mut self, kek: KekId, fingerprint: Fingerprint) -> Result<Vec<u8>, Error>;
    /// Keeps new keys for this lease; when it returns they are durable.
    async fn insert(&mut self, rows: Vec<Row>) -> Result<(), Error>;
}

#[async_trait]
impl Store for PgPool {
    async fn lease(&self) -> Result<Box<dyn Lease>, Error> {
        Ok(Box::new(PgLease::take(self).await?))
    }

    async fn rows(&self, ids: &[KeyId]) -> Result<Vec<Row>, Error> {
        keys::rows(self, ids).await
    }

    async fn destroy(&self, ids: &[KeyId]) -> Result<u64, Error> {
        keys::destroy(self, ids).await
    }

    async fn live_again(&self, erased: &[ErasedKey]) -> Result<Vec<KeyId>, Error> {
        keys::live_again(self, erased).await
    }

    async fn dead(&self, dead_for: Duration) -> Result<Vec<KeyId>, Error> {
        keys::dead(self, dead_for).await
    }

    async fn settle(&self, ids: &[KeyId]) -> Result<u64, Error> {
        keys::settle(self, ids).await
    }

    async fn week_of(&self, day: Date) -> Result<KekId, Error> {
        registry::week_of(self, day).await
    }

    async fn wrapping(&self, today: Date) -> Result<Wrapping, Error> {
        rotation::wrapping(self, today).await
    }
}
