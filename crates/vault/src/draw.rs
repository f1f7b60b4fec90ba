//! Keys drawn from blocks that are durable before the first of them is given out.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use uuid::Uuid;

use crate::store::{Lease, Store};
use crate::{DataKey, Error, KekId, KeyId, KeyService, Wrapped, registry};

/// Keys a block: one insert for so many new streams, or for as many as are drawn at once.
const BLOCK: usize = 64;

/// How long a block may be used before the lease is looked at again. Far below
/// [`DEAD_FOR_SAFETY`](crate::DEAD_FOR_SAFETY), so that no key of a lease that others take for dead is given out.
const FRESH: Duration = Duration::from_secs(10);

/// A durable key that no stream names yet.
#[derive(Debug)]
pub struct DrawnKey {
    /// Its number, for every event it seals.
    pub id: KeyId,
    /// Its commitment, for the first event that names it.
    pub commitment: [u8; 32],
    /// The key.
    pub key: DataKey,
    lease: Uuid,
}

#[derive(Default)]
struct Block {
    lease: Option<Uuid>,
    confirmed: Option<Instant>,
    keys: VecDeque<DrawnKey>,
}

impl Block {
    fn take(&mut self) -> Option<DrawnKey> {
        let fresh = self.confirmed.is_some_and(|at| at.elapsed() < FRESH);
        fresh.then(|| self.keys.pop_front()).flatten()
    }
}

/// A lease, with the key-encryption keys that are known to be registered.
type Held = (Box<dyn Lease>, BTreeSet<KekId>);

/// The block in hand, and the lease behind it. A draw takes from the block under a lock of nanoseconds; only who finds it
/// empty or stale goes to the database, one at a time.
#[derive(Default)]
pub(crate) struct Drawer {
    block: Mutex<Block>,
    lease: tokio::sync::Mutex<Option<Held>>,
}

impl fmt::Debug for Drawer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Drawer(..)")
    }
}

impl Drawer {
    fn block(&self) -> MutexGuard<'_, Block> {
        self.block.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub async fn draw(
        &self,
        store: &dyn Store,
        service: &dyn KeyService,
        count: usize,
    ) -> Result<Vec<DrawnKey>, Error> {
        let mut drawn = Vec::with_capacity(count);
        self.take_into(&mut drawn, count);
        if drawn.len() == count {
            return Ok(drawn);
        }
        let mut slot = self.lease.lock().await;
        loop {
            // Whoever held the lock before may have filled the block for us, too.
            self.take_into(&mut drawn, count);
            if drawn.len() == count {
                return Ok(drawn);
            }
            if let Err(error) = self.renew(&mut slot, store, service, count - drawn.len()).await {
                drawn.into_iter().for_each(|key| self.give_back(key));
                return Err(error);
            }
        }
    }

    fn take_into(&self, drawn: &mut Vec<DrawnKey>, count: usize) {
        let mut block = self.block();
        while drawn.len() < count {
            let Some(key) = block.take() else { break };
            drawn.push(key);
        }
    }

    /// Afterwards the block is confirmed and not empty.
    async fn renew(
        &self,
        slot: &mut Option<Held>,
        store: &dyn Store,
        service: &dyn KeyService,
        missing: usize,
    ) -> Result<(), Error> {
        let mut asked = Instant::now();
        let lives = match slot {
            Some((lease, _)) => lease.lives().await,
            None => false,
        };
        if !lives {
            // The keys in hand may be destroyed by others from now on.
            *self.block() = Block::default();
            *slot = None;
            asked = Instant::now();
            *slot = Some((store.lease().await?, BTreeSet::new()));
        }
        let Some((lease, registered)) = slot else { return Ok(()) };
        let mut keys = VecDeque::new();
        if self.block().keys.is_empty() {
            asked = Instant::now();
            keys = provision(&mut **lease, registered, service, missing.max(BLOCK)).await?;
        }
        let mut block = self.block();
        block.lease = Some(lease.id());
        block.confirmed = Some(asked);
        block.keys.extend(keys);
        Ok(())
    }

    pub fn give_back(&self, key: DrawnKey) {
        let mut block = self.block();
        if block.lease == Some(key.lease) {
            block.keys.push_front(key);
        }
    }
}

/// Makes a block of keys; when this returns they are committed.
async fn provision(
    lease: &mut dyn Lease,
    registered: &mut BTreeSet<KekId>,
    service: &dyn KeyService,
    count: usize,
) -> Result<VecDeque<DrawnKey>, Error> {
    let ids = lease.reserve(count).await?;
    // A new week may begin in the middle of a block.
    let (mut keys, mut rows) = (VecDeque::with_capacity(ids.len()), Vec::with_capacity(ids.len()));
    for id in ids {
        let key = DataKey::random()?;
        let Wrapped { kek, bytes } = service.wrap(&key, id).await?;
        if !registered.contains(&kek) {
            let fingerprint = service.fingerprint(kek).await?.ok_or(Error::UnknownKek { kek })?;
            registry::is_the_known_one(kek, fingerprint, &lease.make_known(kek, fingerprint).await?)?;
            registered.insert(kek);
        }
        let commitment = key.commitment();
        rows.push((id.get(), kek.to_string(), Some(bytes), commitment.to_vec()));
        keys.push_back(DrawnKey { id, commitment, key, lease: lease.id() });
    }
    lease.insert(rows).await?;
    Ok(keys)
}
