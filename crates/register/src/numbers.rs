//! Unique numbers, leased in blocks per territory and month of filing (INV-04, INV-05).
//!
//! A block is durable before its first number is used, and belongs to this process alone. A number that was refused
//! before the append goes back to the block; one whose outcome is unknown is lost: a gap, never a reuse.

use std::collections::{BTreeMap, HashMap};

use event_log::Reader;
use jiff::civil::Date;
use nomenclature::{DeskCode, Sequence, Territory, UniqueNumber};
use sqlx::PgPool;
use tokio::sync::Mutex;

use crate::Error;
use crate::stream::DEMAND;

/// How many numbers a process leases at once.
const BLOCK: i32 = 100;

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

/// The numbers of this process.
pub(crate) struct Numbers {
    pool: PgPool,
    free: Mutex<HashMap<(Territory, String), Vec<i32>>>,
}

impl Numbers {
    pub(crate) fn new(pool: PgPool) -> Self {
        Self { pool, free: Mutex::default() }
    }

    /// Allots a number that nobody ever had.
    pub(crate) async fn allot(
        &self,
        territory: Territory,
        filed_on: Date,
        desk: DeskCode,
    ) -> Result<UniqueNumber, Error> {
        let mut free = self.free.lock().await;
        let block = free.entry((territory, month(filed_on))).or_default();
        if block.is_empty() {
            let first: Option<i32> = sqlx::query_scalar(LEASE)
                .bind(territory.to_string())
                .bind(month(filed_on))
                .bind(BLOCK)
                .fetch_optional(&self.pool)
                .await
                .map_err(|error| database(&error))?;
            let first = first.ok_or(Error::NumbersExhausted)?;
            block.extend((first..first + BLOCK).rev());
        }
        let sequence = block.pop().and_then(|n| u32::try_from(n).ok()).ok_or(Error::NumbersExhausted)?;
        let sequence = Sequence::try_new(sequence).map_err(|_| Error::NumbersExhausted)?;
        Ok(UniqueNumber::compose(territory, filed_on, sequence, desk))
    }

    /// Jumps over every number that the log knows, after one that should have been free was not: the counter was restored
    /// from an older copy than the log.
    pub(crate) async fn skip_taken(&self, reader: &Reader, taken: UniqueNumber) -> Result<(), Error> {
        let (territory, month) = (taken.territory(), month_of(taken));
        let last = reader.last_stream_of(&DEMAND, &format!("{territory}{month}")).await?;
        let last = last.and_then(|stream| UniqueNumber::parse(stream.as_str()).ok()).unwrap_or(taken);
        let next = i32::try_from(last.sequence().value()).unwrap_or(i32::MAX).saturating_add(1).min(1_000_000);
        let mut free = self.free.lock().await;
        free.remove(&(territory, month.clone()));
        sqlx::query(SKIP)
            .bind(territory.to_string())
            .bind(month)
            .bind(next)
            .execute(&self.pool)
            .await
            .map(drop)
            .map_err(|error| database(&error))
    }

    /// Moves the counters above numbers that came with demands: none of them is offered any more.
    pub(crate) async fn move_above(&self, brought: &[UniqueNumber]) -> Result<(), Error> {
        if brought.is_empty() {
            return Ok(());
        }
        let mut highest: BTreeMap<(Territory, String), i32> = BTreeMap::new();
        let mut free = self.free.lock().await;
        for number in brought {
            let key = (number.territory(), month_of(*number));
            let sequence = i32::try_from(number.sequence().value()).unwrap_or(i32::MAX);
            if let Some(block) = free.get_mut(&key) {
                block.retain(|free| *free != sequence);
            }
            let next = highest.entry(key).or_default();
            *next = (*next).max(sequence + 1);
        }
        drop(free);
        let territories: Vec<String> = highest.keys().map(|(territory, _)| territory.to_string()).collect();
        let months: Vec<&str> = highest.keys().map(|(_, month)| month.as_str()).collect();
        let next: Vec<i32> = highest.values().copied().collect();
        let moved = sqlx::query(MOVE_ABOVE).bind(territories).bind(months).bind(next).execute(&self.pool).await;
        moved.map(drop).map_err(|error| database(&error))
    }

    /// Takes back a number whose command was refused before the append.
    pub(crate) async fn give_back(&self, number: UniqueNumber, filed_on: Date) {
        let mut free = self.free.lock().await;
        let block = free.entry((number.territory(), month(filed_on))).or_default();
        block.extend(i32::try_from(number.sequence().value()));
    }
}

/// What failed, without the values that a server's message can quote.
fn database(error: &sqlx::Error) -> Error {
    Error::Log(event_log::Error::of_driver("allotting a number", error))
}

fn month_of(number: UniqueNumber) -> String {
    format!("{:02}{:02}", number.month(), number.year_of_century())
}

fn month(day: Date) -> String {
    format!("{:02}{:02}", day.month(), day.year() % 100)
}
