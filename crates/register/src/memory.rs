//! A register whose keys, counters, records and lists are in memory, for simulations and tests: nothing here outlives the
//! process.
//!
//! Several registers over one [`MemoryDatabase`], and one log, are several processes of one installation. A process dies when
//! its [`Life`] ends: whatever it was at stops at the await it had come to.
//!
//! What stays PostgreSQL's: schemas, rotation, the examination of the whole, the stock reader, and the check that a key is only
//! destroyed for a reason that stands in the log.

use std::collections::BTreeMap;
use std::fmt;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use event_log::{EventLog, Position, Reader};
use jiff::Timestamp;
use jiff::civil::Date;
use nomenclature::Territory;
use tokio::task::AbortHandle;
use uuid::Uuid;
pub use vault::memory::Chance;
use vault::memory::MemoryKeys;
use vault::{ErasedKey, KeyId, KeyState, Marks, Vault};

use crate::Error;
use crate::administration::Uses;
use crate::clock::Clock;
use crate::consultation::{Consultations, Consulted, ConsultedBy, ConsultedQuery, Entry, Learned, Recorder};
use crate::daily::{DailyDone, Days, Lock};
use crate::directory::LiveDirectory;
use crate::erasure::Erased;
use crate::numbers::{Counters, Numbers};
use crate::register::{Parts, Register};
use crate::settings::LiveSettings;
use crate::tasks::Tasks;

/// What a register keeps beside its log. Cheap to clone; every clone is the same database.
#[derive(Clone)]
pub struct MemoryDatabase {
    keys: MemoryKeys,
    state: Arc<Mutex<State>>,
    chance: Chance,
}

#[derive(Default)]
struct State {
    counters: BTreeMap<(String, String), i32>,
    marks: BTreeMap<String, Marks>,
    erased: Vec<ErasedKey>,
    consultations: BTreeMap<Uuid, Consulted>,
    days: BTreeMap<Date, Timestamp>,
    /// Whether a daily run is under way.
    running: bool,
}

/// Where a register in memory lives.
pub struct MemoryPlace {
    /// The log.
    pub log: EventLog,
    /// What is kept beside it.
    pub database: MemoryDatabase,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// When the process dies.
    pub life: Life,
}

/// The life of a process: what it started ends with it. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Life {
    started: Arc<Mutex<Vec<AbortHandle>>>,
}

impl Life {
    /// Ends everything that the process is at, in the middle of it. Drop every clone of its register, too.
    pub fn end(&self) {
        self.started().drain(..).for_each(|task| task.abort());
    }

    pub(crate) fn ends_with(&self, task: AbortHandle) {
        let mut started = self.started();
        started.retain(|task| !task.is_finished());
        started.push(task);
    }

    fn started(&self) -> MutexGuard<'_, Vec<AbortHandle>> {
        self.started.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryDatabase(..)")
    }
}

impl MemoryDatabase {
    /// An empty database, whose secrets follow from the seed.
    pub fn new(seed: u64, chance: Chance) -> Self {
        Self { keys: MemoryKeys::new(seed, Arc::clone(&chance)), state: Arc::default(), chance }
    }

    /// The keys, for who examines them.
    pub fn keys(&self) -> &MemoryKeys {
        &self.keys
    }

    /// The record of who looked, the first one first.
    pub fn consulted(&self) -> Vec<Consulted> {
        self.state().consultations.values().cloned().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn call<T>(&self, act: impl FnOnce(&mut State) -> T) -> Result<T, Error> {
        self.chance().await?;
        let done = act(&mut self.state());
        self.chance().await?;
        Ok(done)
    }

    async fn chance(&self) -> Result<(), Error> {
        match (self.chance)() {
            None => {
                let lost = sqlx::Error::Io(ErrorKind::ConnectionReset.into());
                Err(Error::Log(event_log::Error::of_driver("asking a database in memory", &lost)))
            }
            Some(Duration::ZERO) => Ok(()),
            Some(pause) => {
                tokio::time::sleep(pause).await;
                Ok(())
            }
        }
    }
}

impl Register {
    /// Opens a register in memory: what an opening to write makes good is made good, as [`Register::open`] does.
    ///
    /// # Errors
    /// Those that the chance of log or database has in store.
    pub async fn open_in_memory(place: MemoryPlace) -> Result<Self, Error> {
        let MemoryPlace { log, database, clock, life } = place;
        let reader = log.reader().clone();
        let vault = || Vault::in_memory(&database.keys, clock.today());
        let tasks = Tasks { life: Some(life) };
        let consultations = Arc::new(database.clone());
        let parts = Parts {
            log,
            audit: reader.clone(),
            directory: LiveDirectory::new(reader.clone()),
            settings: LiveSettings::new(reader.clone()),
            vault: vault(),
            erased: Arc::new(MemoryErased { database: database.clone(), reader: reader.clone(), vault: vault() }),
            numbers: Numbers::new(Box::new(database.clone())),
            reader,
            recorder: Recorder::start(consultations.clone(), &tasks),
            consultations,
            days: Box::new(database),
            clock,
            tasks,
            uses: Uses::default(),
            postgres: None,
        };
        let register = Self::of(parts);
        register.make_good().await?;
        Ok(register)
    }
}

#[async_trait]
impl Counters for MemoryDatabase {
    async fn lease(&self, territory: Territory, month: &str, count: i32) -> Result<Option<i32>, Error> {
        let key = (territory.to_string(), month.to_owned());
        let lease = |state: &mut State| {
            let next = state.counters.entry(key).or_insert(1);
            let first = *next;
            (first + count <= 1_000_000).then(|| {
                *next = first + count;
                first
            })
        };
        self.call(lease).await
    }

    async fn skip(&self, territory: Territory, month: &str, next: i32) -> Result<(), Error> {
        let key = (territory.to_string(), month.to_owned());
        let skip = |state: &mut State| {
            if let Some(counter) = state.counters.get_mut(&key) {
                *counter = next.max(*counter);
            }
        };
        self.call(skip).await
    }

    async fn move_above(&self, next: &[(&str, &str, i32)]) -> Result<(), Error> {
        let move_above = |state: &mut State| {
            for &(territory, month, next) in next {
                let counter = state.counters.entry((territory.to_owned(), month.to_owned())).or_insert(next);
                *counter = next.max(*counter);
            }
        };
        self.call(move_above).await
    }

    async fn all(&self) -> Result<Vec<(String, String, i32)>, Error> {
        let told = |((territory, month), next): (&(String, String), &i32)| (territory.clone(), month.clone(), *next);
        self.call(|state| state.counters.iter().map(told).collect()).await
    }

    async fn mark(&self, groups: BTreeMap<String, Marks>) -> Result<(), Error> {
        let raise = |state: &mut State| {
            for (territory, months) in groups {
                let marks = state.marks.entry(territory).or_default();
                for (month, next) in months {
                    let mark = marks.entry(month).or_default();
                    *mark = next.max(*mark);
                }
            }
        };
        self.call(raise).await
    }

    async fn marks(&self) -> Result<BTreeMap<String, Marks>, Error> {
        self.call(|state| state.marks.clone()).await
    }
}

#[async_trait]
impl Consultations for MemoryDatabase {
    async fn enter(&self, entries: &[Entry]) -> Result<(), Error> {
        let entered: Vec<Consulted> = entries.iter().map(Consulted::of).collect::<Result<_, _>>()?;
        self.call(|state| {
            for entry in entered {
                state.consultations.entry(entry.id).or_insert(entry);
            }
        })
        .await
    }

    async fn forget(&self, _: i32) -> Result<u64, Error> {
        // Nothing here is old.
        Ok(0)
    }

    async fn read(&self, query: &ConsultedQuery) -> Result<Vec<Consulted>, Error> {
        let ConsultedQuery { by, territory, after, limit } = query;
        let wanted = |entry: &&Consulted| match by {
            ConsultedBy::Demand(number) => entry.shown.iter().any(|(shown, _)| shown == number),
            ConsultedBy::Actor(actor) => entry.actor == *actor && entry.territory == Some(*territory),
        };
        let read = |state: &mut State| {
            let behind = |entry: &&Consulted| after.is_none_or(|after| entry.id < after);
            let entries = state.consultations.values().rev().filter(behind).filter(wanted);
            entries.take(usize::from(*limit)).cloned().collect()
        };
        self.call(read).await
    }

    async fn learn(&self, since: Option<Timestamp>) -> Result<Learned, Error> {
        // Budgets are a server's, and a server keeps nothing in memory.
        Ok(Learned { settled: Vec::new(), fresh: Vec::new(), until: since.unwrap_or(Timestamp::UNIX_EPOCH) })
    }

    async fn kept(&self) -> Result<(u64, u64), Error> {
        self.call(|state| (state.consultations.len() as u64, 0)).await
    }
}

#[async_trait]
impl Days for MemoryDatabase {
    async fn lock(&self) -> Result<Box<dyn Lock>, Error> {
        self.chance().await?;
        if std::mem::replace(&mut self.state().running, true) {
            return Err(Error::DailyRunning);
        }
        // Before the answer: whoever does not hear it holds nothing.
        let lock = Box::new(MemoryLock(self.clone()));
        self.chance().await?;
        Ok(lock)
    }

    async fn record(&self, day: Date, at: Timestamp) -> Result<(), Error> {
        self.call(|state| state.days.extend([(day, at)])).await
    }

    async fn is_recorded(&self, day: Date) -> Result<bool, Error> {
        self.call(|state| state.days.contains_key(&day)).await
    }

    async fn last(&self) -> Result<Option<DailyDone>, Error> {
        let last = |state: &mut State| state.days.last_key_value().map(|(day, at)| (*day, *at));
        Ok(self.call(last).await?.map(|(day, done_at)| DailyDone { day, done_at }))
    }
}

struct MemoryLock(MemoryDatabase);

impl Drop for MemoryLock {
    fn drop(&mut self) {
        self.0.state().running = false;
    }
}

#[async_trait]
impl Lock for MemoryLock {
    async fn check(&mut self) -> Result<(), Error> {
        self.0.chance().await
    }

    async fn release(self: Box<Self>) {}
}

/// The log and the keys say what was erased.
struct MemoryErased {
    database: MemoryDatabase,
    reader: Reader,
    vault: Vault,
}

#[async_trait]
impl Erased for MemoryErased {
    async fn by_log(&self) -> Result<Vec<(ErasedKey, bool)>, Error> {
        let (mut keys, mut erased) = (BTreeMap::new(), Vec::new());
        let mut after = Position::ZERO;
        loop {
            let page = self.reader.read_after(after, 1_000).await?;
            after = page.complete_to;
            for event in page.events {
                if let (1, Some(key), Some(commitment)) = (event.version, event.key_id, event.commitment) {
                    keys.insert(event.stream.to_string(), (KeyId::new(key), commitment));
                }
                if event.event_type == "PersonalDataErased" {
                    erased.push((event.stream.to_string(), event.effective_on));
                }
            }
            if after >= page.head {
                break;
            }
        }
        let erased = erased.into_iter().filter_map(|(stream, erased_on)| {
            let (key, commitment) = *keys.get(&stream)?;
            Some(ErasedKey { key, commitment, stream, erased_on })
        });
        let erased: Vec<ErasedKey> = erased.collect();
        let ids: Vec<KeyId> = erased.iter().map(|erased| erased.key).collect();
        let states = self.vault.states(&ids).await?;
        let lives = |key: &ErasedKey| matches!(states.get(&key.key), Some(KeyState::Live(_)));
        Ok(erased.into_iter().map(|key| (lives(&key), key)).map(|(live, key)| (key, live)).collect())
    }

    async fn listed(&self) -> Result<Vec<ErasedKey>, Error> {
        self.database.call(|state| state.erased.clone()).await
    }

    async fn list(&self, keys: Vec<ErasedKey>) -> Result<(), Error> {
        let add = |state: &mut State| {
            for key in keys {
                if !state.erased.contains(&key) {
                    state.erased.push(key);
                }
            }
        };
        self.database.call(add).await
    }
}
