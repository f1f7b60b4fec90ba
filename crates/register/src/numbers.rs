//! Unique numbers, leased in blocks per territory and month of filing (INV-04, INV-05).
//!
//! A block is durable before its first number is used, and belongs to this process alone. A number that was refused
//! before the append goes back to the block; one whose outcome is unknown is lost: a gap, never a reuse.
//!
//! A restored database has forgotten its latest blocks, so how far each counter went is also marked beside the
//! key-encryption keys, before the first number of a block is used and before a brought number is acknowledged. Opening to
//! write moves the counters up to the marks first.

mod counters;

use std::collections::{BTreeMap, HashMap};

use event_log::Reader;
use jiff::civil::Date;
use nomenclature::{DeskCode, Sequence, Territory, UniqueNumber};
use serde::Serialize;
use tokio::sync::Mutex;
use vault::Marks;

pub(crate) use counters::{Counters, PgCounters};

use crate::Error;
use crate::stream::DEMAND;

/// How many numbers a process leases at once.
const BLOCK: i32 = 100;

/// A counter that stands below what was given out: the database was restored from an older copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ForgottenNumbers {
    /// The territory.
    pub territory: String,
    /// The month of filing, as in a number: MMYY.
    pub month: String,
    /// The sequence that the database would give next. From here on numbers may be on certificates.
    pub next: i32,
    /// The first sequence that was surely never given.
    pub free_from: i32,
}

/// The numbers of this process.
pub(crate) struct Numbers {
    counters: Box<dyn Counters>,
    free: Mutex<HashMap<(Territory, String), Vec<i32>>>,
}

impl Numbers {
    pub(crate) fn new(counters: Box<dyn Counters>) -> Self {
        Self { counters, free: Mutex::default() }
    }

    /// How far counters have gone.
    pub(crate) fn counters(&self) -> &dyn Counters {
        &*self.counters
    }

    /// Brings counters and marks to the higher of both: counters that a restored database set back, and marks that an
    /// older program did not write.
    pub(crate) async fn agree(&self) -> Result<(), Error> {
        let forgotten = forgotten(&*self.counters).await?;
        if !forgotten.is_empty() {
            let moved: Vec<_> = forgotten.iter().map(|f| (&*f.territory, &*f.month, f.free_from)).collect();
            self.counters.move_above(&moved).await?;
        }
        let mut groups: BTreeMap<String, Marks> = BTreeMap::new();
        for (territory, month, next) in self.counters.all().await? {
            groups.entry(territory).or_default().insert(month, i64::from(next));
        }
        self.counters.mark(groups).await
    }

    /// Moves every counter `margin` numbers on, and those of the months given in every territory, if they were used or not.
    pub(crate) async fn leap(&self, margin: i32, months: &[String]) -> Result<usize, Error> {
        let mut next: BTreeMap<(String, String), i32> = BTreeMap::new();
        for territory in Territory::all() {
            next.extend(months.iter().map(|month| ((territory.to_string(), month.clone()), 1)));
        }
        next.extend(self.counters.all().await?.into_iter().map(|(territory, month, next)| ((territory, month), next)));
        let moved = next
            .iter()
            .map(|((territory, month), next)| (&**territory, &**month, next.saturating_add(margin).min(1_000_000)));
        let moved: Vec<_> = moved.collect();
        self.counters.move_above(&moved).await?;
        self.free.lock().await.clear();
        self.agree().await?;
        Ok(moved.len())
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
            let first = self.counters.lease(territory, &month(filed_on), BLOCK).await?;
            let first = first.ok_or(Error::NumbersExhausted)?;
            let mark = Marks::from([(month(filed_on), i64::from(first + BLOCK))]);
            self.counters.mark(BTreeMap::from([(territory.to_string(), mark)])).await?;
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
        self.counters.skip(territory, &month, next).await
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
        let mut groups: BTreeMap<String, Marks> = BTreeMap::new();
        for ((territory, month), next) in &highest {
            groups.entry(territory.to_string()).or_default().insert(month.clone(), i64::from(*next));
        }
        self.counters.mark(groups).await?;
        let next: Vec<_> =
            highest.iter().map(|((territory, month), next)| (territory.as_str(), &**month, *next)).collect();
        self.counters.move_above(&next).await
    }

    /// Takes back a number whose command was refused before the append.
    pub(crate) async fn give_back(&self, number: UniqueNumber, filed_on: Date) {
        let mut free = self.free.lock().await;
        let block = free.entry((number.territory(), month(filed_on))).or_default();
        block.extend(i32::try_from(number.sequence().value()));
    }
}

/// Counters that stand below their marks, so that they would give again what was given.
pub(crate) async fn forgotten(kept: &dyn Counters) -> Result<Vec<ForgottenNumbers>, Error> {
    let counters: HashMap<_, _> =
        kept.all().await?.into_iter().map(|(territory, month, next)| ((territory, month), next)).collect();
    let mut forgotten = Vec::new();
    for (territory, marks) in kept.marks().await? {
        for (month, free_from) in marks {
            let next = counters.get(&(territory.clone(), month.clone())).copied().unwrap_or(1);
            let free_from = i32::try_from(free_from).unwrap_or(i32::MAX).min(1_000_000);
            if next < free_from {
                forgotten.push(ForgottenNumbers { territory: territory.clone(), month, next, free_from });
            }
        }
    }
    Ok(forgotten)
}

fn month_of(number: UniqueNumber) -> String {
    format!("{:02}{:02}", number.month(), number.year_of_century())
}

/// The month of a filing as a number bears it.
pub(crate) fn month(day: Date) -> String {
    format!("{:02}{:02}", day.month(), day.year() % 100)
}
