//! Where counters and their marks are kept: PostgreSQL, and the folder beside the key-encryption keys.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use nomenclature::Territory;
use sqlx::PgPool;
use vault::{HighWater, Marks};

use crate::Error;

const LEASE: &str = "
INSERT INTO register.number_counters AS c (territory, month, next_sequence)
VALUES ($1, $2, 1 + $3)
ON CONFLICT (territory, month) DO UPDATE SET next_sequence = c.next_sequence + $3
  WHERE c.next_sequence + $3 <= 1000000
RETURNING next_sequence - $3";

const SKIP: &str = "
UPDATE register.number_counters SET next_sequence = $3
 WHERE territory = $1 AND month = $2 AND next_sequence < $3";

// In the order of the keys, so that two processes never wait for one another.
const MOVE_ABOVE: &str = "
INSERT INTO register.number_counters AS c (territory, month, next_sequence)
SELECT territory, month, next FROM unnest($1::text[], $2::text[], $3::int[]) AS brought (territory, month, next)
ON CONFLICT (territory, month) DO UPDATE SET next_sequence = excluded.next_sequence
  WHERE c.next_sequence < excluded.next_sequence";

const COUNTERS: &str = "SELECT territory, month, next_sequence FROM register.number_counters ORDER BY territory, month";

/// Counters of a territory and month, with what is marked of them.
#[async_trait]
pub(crate) trait Counters: Send + Sync {
    /// Moves a counter so many on; returns where it stood, or none when not so many are left.
    async fn lease(&self, territory: Territory, month: &str, count: i32) -> Result<Option<i32>, Error>;
    /// Moves a counter up, if it is there and lower.
    async fn skip(&self, territory: Territory, month: &str, next: i32) -> Result<(), Error>;
    /// Moves counters up to these (territory, month, next sequence), or makes them.
    async fn move_above(&self, next: &[(&str, &str, i32)]) -> Result<(), Error>;
    /// Every counter: territory, month, next sequence.
    async fn all(&self) -> Result<Vec<(String, String, i32)>, Error>;
    /// Marks durably how far the counters of territories have gone.
    async fn mark(&self, groups: BTreeMap<String, Marks>) -> Result<(), Error>;
    /// Every mark, by territory.
    async fn marks(&self) -> Result<BTreeMap<String, Marks>, Error>;
}

/// Counters in PostgreSQL.
pub(crate) struct PgCounters {
    pub(crate) pool: PgPool,
    pub(crate) marks: Arc<HighWater>,
}

#[async_trait]
impl Counters for PgCounters {
    async fn lease(&self, territory: Territory, month: &str, count: i32) -> Result<Option<i32>, Error> {
        let first = sqlx::query_scalar(LEASE).bind(territory.to_string()).bind(month).bind(count);
        first.fetch_optional(&self.pool).await.map_err(|error| database(&error))
    }

    async fn skip(&self, territory: Territory, month: &str, next: i32) -> Result<(), Error> {
        let skipped = sqlx::query(SKIP).bind(territory.to_string()).bind(month).bind(next).execute(&self.pool).await;
        skipped.map(drop).map_err(|error| database(&error))
    }

    async fn move_above(&self, next: &[(&str, &str, i32)]) -> Result<(), Error> {
        let territories: Vec<&str> = next.iter().map(|(territory, ..)| *territory).collect();
        let months: Vec<&str> = next.iter().map(|(_, month, _)| *month).collect();
        let sequences: Vec<i32> = next.iter().map(|(.., next)| *next).collect();
        let moved = sqlx::query(MOVE_ABOVE).bind(territories).bind(months).bind(sequences).execute(&self.pool).await;
        moved.map(drop).map_err(|error| database(&error))
    }

    async fn all(&self) -> Result<Vec<(String, String, i32)>, Error> {
        sqlx::query_as(COUNTERS).fetch_all(&self.pool).await.map_err(|error| database(&error))
    }

    async fn mark(&self, groups: BTreeMap<String, Marks>) -> Result<(), Error> {
        let marks = Arc::clone(&self.marks);
        let raise = move || groups.iter().try_for_each(|(territory, month)| marks.raise(territory, month));
        // Who panics there has given nothing out.
        let raised = tokio::task::spawn_blocking(raise).await;
        Ok(raised.map_err(|_| Error::OutcomeUnknown)??)
    }

    async fn marks(&self) -> Result<BTreeMap<String, Marks>, Error> {
        Ok(self.marks.all()?)
    }
}

/// What failed, without the values that a server's message can quote.
fn database(error: &sqlx::Error) -> Error {
    Error::Log(event_log::Error::of_driver("allotting a number", error))
}
