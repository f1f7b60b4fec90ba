//! How erasures stand, as log, keys and list tell it.

use std::sync::Arc;

use async_trait::async_trait;
use event_log::PgDate;
use sqlx::PgPool;
use vault::{ErasedKey, ErasureList, KeyId};

use crate::Error;

// Each erased demand with its key, the commitment of it, and whether the key lives.
const ERASED: &str = "SELECT erased.stream, erased.effective_on, first.key_id, first.commitment, \
       key.destroyed_at IS NULL AND key.id IS NOT NULL \
     FROM log.events AS erased \
     CROSS JOIN LATERAL (SELECT key_id, commitment FROM log.events AS f \
                          WHERE f.stream = erased.stream AND f.version = 1 OFFSET 0) AS first \
     LEFT JOIN vault.keys AS key ON key.id = first.key_id \
     WHERE erased.event_type = 'PersonalDataErased' AND first.key_id IS NOT NULL ORDER BY erased.position";

/// Where it is told what was erased.
#[async_trait]
pub(crate) trait Erased: Send + Sync {
    /// The key of every demand that was erased by the log, and whether it lives.
    async fn by_log(&self) -> Result<Vec<(ErasedKey, bool)>, Error>;
    /// The list beside the key-encryption keys.
    async fn listed(&self) -> Result<Vec<ErasedKey>, Error>;
    /// Adds to the list, durably.
    async fn list(&self, keys: Vec<ErasedKey>) -> Result<(), Error>;
}

/// Log and keys in PostgreSQL, the list in the key folder.
pub(crate) struct PgErased {
    /// Reads log and vault.
    pub(crate) pool: PgPool,
    pub(crate) list: Arc<ErasureList>,
}

#[async_trait]
impl Erased for PgErased {
    async fn by_log(&self) -> Result<Vec<(ErasedKey, bool)>, Error> {
        type Row = (String, PgDate, i64, Vec<u8>, bool);
        let rows: Vec<Row> = sqlx::query_as(ERASED)
            .fetch_all(&self.pool)
            .await
            .map_err(|error| Error::Database(format!("reading the erased demands: {error}")))?;
        let told = |(stream, PgDate(erased_on), key, commitment, live): Row| {
            let commitment = <[u8; 32]>::try_from(commitment).unwrap_or_default();
            (ErasedKey { key: KeyId::new(key), commitment, stream, erased_on }, live)
        };
        Ok(rows.into_iter().map(told).collect())
    }

    async fn listed(&self) -> Result<Vec<ErasedKey>, Error> {
        Ok(self.list.entries()?)
    }

    async fn list(&self, keys: Vec<ErasedKey>) -> Result<(), Error> {
        let list = Arc::clone(&self.list);
        // Who panics there has written what a kill could have left, too.
        let listed = tokio::task::spawn_blocking(move || list.append(&keys)).await;
        listed.map_err(|_| Error::OutcomeUnknown)??;
        Ok(())
    }
}
