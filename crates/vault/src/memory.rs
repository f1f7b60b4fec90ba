//! Keys in memory, for simulations and tests: nothing here outlives the process, and the key-encryption keys are no secret.
//!
//! Whatever a [`MemoryKeys`] gives out is determined by its seed, but for the keys of streams and the ids of leases, which no
//! order depends on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::civil::Date;
use tokio::time::Instant;
use uuid::Uuid;

use crate::keys::Row;
use crate::store::{Lease, Store};
use crate::{
    DataKey, ErasedKey, Error, Fingerprint, KekId, KeyId, KeyService, Secret32, Secrets, Vault, Wrapped, Wrapping,
    fingerprint, wrapping,
};

/// Asked before and after each call: how long it takes, or none when the connection is lost there. What was lost before did
/// nothing, what was lost after did all of it.
pub type Chance = Arc<dyn Fn() -> Option<Duration> + Send + Sync>;

/// A database of keys in memory, with the folder beside it. Cheap to clone; every clone is the same database.
#[derive(Clone)]
pub struct MemoryKeys {
    seed: Arc<Secret32>,
    state: Arc<Mutex<State>>,
    chance: Chance,
}

#[derive(Default)]
struct State {
    last: i64,
    keys: BTreeMap<i64, Kept>,
    leases: BTreeMap<Uuid, Held>,
    known: BTreeMap<KekId, Vec<u8>>,
}

struct Kept {
    kek: String,
    wrapped: Option<Vec<u8>>,
    commitment: Vec<u8>,
    lease: Option<Uuid>,
}

/// Whether somebody holds a lease, and since when nobody was seen to.
struct Held {
    held: bool,
    dead_since: Option<Instant>,
}

impl fmt::Debug for MemoryKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryKeys(..)")
    }
}

impl MemoryKeys {
    /// An empty database whose secrets follow from the seed.
    pub fn new(seed: u64, chance: Chance) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_be_bytes());
        Self { seed: Arc::new(Secret32::derived(bytes)), state: Arc::default(), chance }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn derived(&self, name: &str) -> Secret32 {
        Secret32::derived(fingerprint::mac(&self.seed, b"sne-in-memory", &[name.as_bytes()]))
    }

    async fn call<T>(&self, act: impl FnOnce(&mut State) -> T) -> Result<T, Error> {
        self.chance().await?;
        let done = act(&mut self.state());
        self.chance().await?;
        Ok(done)
    }

    async fn chance(&self) -> Result<(), Error> {
        let lost = || Error::Database(sqlx::Error::Io(ErrorKind::ConnectionReset.into()));
        match (self.chance)() {
            None => Err(lost()),
            Some(Duration::ZERO) => Ok(()),
            Some(pause) => {
                tokio::time::sleep(pause).await;
                Ok(())
            }
        }
    }
}

impl Vault {
    /// Opens keys in memory. `today` names the key-encryption key of the week.
    pub fn in_memory(keys: &MemoryKeys, today: Date) -> Self {
        let secrets = Secrets::of(keys.derived("search-token"), keys.derived("receipt-digest"));
        let service = MemoryKeyService { keys: keys.clone(), current: Mutex::new(KekId::of(today)) };
        Self::over(Box::new(keys.clone()), Arc::new(service), secrets)
    }
}

impl State {
    fn live<'a>(&'a mut self, ids: &'a [KeyId]) -> impl Iterator<Item = &'a mut Kept> {
        let ids: BTreeSet<i64> = ids.iter().map(|id| id.get()).collect();
        let live = move |(id, key): (&i64, &'a mut Kept)| (ids.contains(id) && key.wrapped.is_some()).then_some(key);
        self.keys.iter_mut().filter_map(live)
    }

    fn dead(&mut self, dead_for: Duration, now: Instant) -> Vec<KeyId> {
        for lease in self.leases.values_mut().filter(|lease| !lease.held) {
            lease.dead_since.get_or_insert(now);
        }
        let leased: BTreeSet<Uuid> = self.keys.values().filter_map(|key| key.lease).collect();
        self.leases.retain(|id, lease| lease.dead_since.is_none() || leased.contains(id));
        let gone = |lease: &Held| lease.dead_since.is_some_and(|since| now.duration_since(since) >= dead_for);
        let dead = |(id, key): (&i64, &Kept)| {
            let lease = key.lease.as_ref().and_then(|lease| self.leases.get(lease));
            (key.wrapped.is_some() && lease.is_some_and(gone)).then_some(KeyId::new(*id))
        };
        self.keys.iter().filter_map(dead).take(4096).collect()
    }
}

#[async_trait]
impl Store for MemoryKeys {
    async fn lease(&self) -> Result<Box<dyn Lease>, Error> {
        self.chance().await?;
        let id = Uuid::new_v4();
        self.state().leases.insert(id, Held { held: true, dead_since: None });
        // Before the answer: whoever does not hear it holds nothing.
        let lease = MemoryLease { id, keys: self.clone() };
        self.chance().await?;
        Ok(Box::new(lease))
    }

    async fn rows(&self, ids: &[KeyId]) -> Result<Vec<Row>, Error> {
        let row = |state: &State, id: &KeyId| {
            let key = state.keys.get(&id.get())?;
            Some((id.get(), key.kek.clone(), key.wrapped.clone(), key.commitment.clone()))
        };
        self.call(|state| ids.iter().filter_map(|id| row(state, id)).collect()).await
    }

    async fn destroy(&self, ids: &[KeyId]) -> Result<u64, Error> {
        let destroy = |key: &mut Kept| (key.wrapped, key.lease) = (None, None);
        self.call(|state| state.live(ids).map(destroy).count() as u64).await
    }

    async fn live_again(&self, erased: &[ErasedKey]) -> Result<Vec<KeyId>, Error> {
        let live = |state: &State, erased: &ErasedKey| {
            let key = state.keys.get(&erased.key.get())?;
            (key.wrapped.is_some() && key.commitment == erased.commitment).then_some(erased.key)
        };
        self.call(|state| erased.iter().filter_map(|erased| live(state, erased)).collect()).await
    }

    async fn dead(&self, dead_for: Duration) -> Result<Vec<KeyId>, Error> {
        self.call(|state| state.dead(dead_for, Instant::now())).await
    }

    async fn settle(&self, ids: &[KeyId]) -> Result<u64, Error> {
        self.call(|state| state.live(ids).filter_map(|key| key.lease.take()).count() as u64).await
    }

    /// No key-encryption key retires here.
    async fn week_of(&self, day: Date) -> Result<KekId, Error> {
        Ok(KekId::of(day))
    }

    async fn wrapping(&self, _today: Date) -> Result<Wrapping, Error> {
        let counted = self.call(|state| {
            let mut live: BTreeMap<KekId, u64> = BTreeMap::new();
            for kek in state.keys.values().filter(|key| key.wrapped.is_some()).filter_map(|key| KekId::parse(&key.kek))
            {
                *live.entry(kek).or_default() += 1;
            }
            live
        });
        Ok(Wrapping { live: counted.await?.into_iter().collect(), due: Vec::new() })
    }
}

struct MemoryLease {
    id: Uuid,
    keys: MemoryKeys,
}

impl Drop for MemoryLease {
    fn drop(&mut self) {
        if let Some(lease) = self.keys.state().leases.get_mut(&self.id) {
            lease.held = false;
        }
    }
}

#[async_trait]
impl Lease for MemoryLease {
    fn id(&self) -> Uuid {
        self.id
    }

    async fn lives(&mut self) -> bool {
        self.keys.chance().await.is_ok()
    }

    async fn reserve(&mut self, count: usize) -> Result<Vec<KeyId>, Error> {
        let next = |state: &mut State| {
            state.last += 1;
            KeyId::new(state.last)
        };
        self.keys.call(|state| (0..count).map(|_| next(state)).collect()).await
    }

    async fn make_known(&mut self, kek: KekId, fingerprint: Fingerprint) -> Result<Vec<u8>, Error> {
        let bytes = fingerprint.as_bytes().to_vec();
        self.keys.call(|state| state.known.entry(kek).or_insert(bytes).clone()).await
    }

    async fn insert(&mut self, rows: Vec<Row>) -> Result<(), Error> {
        let lease = Some(self.id);
        let kept =
            rows.into_iter().map(|(id, kek, wrapped, commitment)| (id, Kept { kek, wrapped, commitment, lease }));
        self.keys.call(|state| state.keys.extend(kept)).await
    }
}

/// Key-encryption keys that follow from the seed: there is one for every week, and none is ever destroyed.
struct MemoryKeyService {
    keys: MemoryKeys,
    current: Mutex<KekId>,
}

impl MemoryKeyService {
    fn secret(&self, kek: KekId) -> Secret32 {
        self.keys.derived(&kek.to_string())
    }

    fn held(&self) -> MutexGuard<'_, KekId> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl KeyService for MemoryKeyService {
    async fn wrap(&self, key: &DataKey, id: KeyId) -> Result<Wrapped, Error> {
        let current = self.current();
        wrapping::wrap(current, &self.secret(current), key, id)
    }

    async fn unwrap(&self, wrapped: &Wrapped, id: KeyId) -> Result<DataKey, Error> {
        wrapping::unwrap(&self.secret(wrapped.kek), wrapped, id)
    }

    fn current(&self) -> KekId {
        *self.held()
    }

    async fn begin(&self, week: KekId) -> Result<bool, Error> {
        let mut current = self.held();
        *current = week.max(*current);
        Ok(false)
    }

    async fn destroy(&self, _kek: KekId) -> Result<bool, Error> {
        Ok(false)
    }

    async fn fingerprint(&self, kek: KekId) -> Result<Option<Fingerprint>, Error> {
        Ok(Some(Fingerprint::of(&kek.to_string(), &self.secret(kek))))
    }
}
