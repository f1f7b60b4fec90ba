use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use sqlx::migrate::Migrator;
use sqlx::{Connection, Executor, PgPool};

use crate::draw::Drawer;
use crate::lease::LOCK_CLASS;
use crate::store::Store;
use crate::{
    DrawnKey, ErasedKey, Error, FileKeyService, KeyId, KeyService, KeyState, Rotation, Secrets, Wrapping, keys,
    registry, rotation,
};

static MIGRATIONS: Migrator = sqlx::migrate!();

// Two processes at once would both find no schema; the lock of the migrations comes too late for that.
const CREATE_SCHEMA: &str = "DO $$ BEGIN \
       PERFORM pg_advisory_xact_lock(LOCK_CLASS, 0); \
       IF to_regnamespace('vault') IS NULL THEN CREATE SCHEMA vault; END IF; \
     END $$";

/// The keys of one database, opened with the key folder that belongs to it. Share it in an [`Arc`].
pub struct Vault {
    store: Box<dyn Store>,
    service: Arc<dyn KeyService>,
    secrets: Secrets,
    drawer: Drawer,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(..)")
    }
}

impl Vault {
    /// Brings the schema `vault` up to date, as the role `sne_owner`. The roles exist already.
    pub async fn migrate(owner: &PgPool) -> Result<(), Error> {
        // A session of its own: the search path must not go back to the pool.
        let mut connection = owner.acquire().await?.detach();
        connection.execute(CREATE_SCHEMA.replace("LOCK_CLASS", &LOCK_CLASS.to_string()).as_str()).await?;
        connection.execute("SET search_path TO vault").await?;
        MIGRATIONS.run(&mut connection).await?;
        connection.close().await?;
        Ok(())
    }

    /// Opens with a key folder, which is made at first use. If the database already knows keys, the folder must have them
    /// all: [`Error::KeyFolderMismatch`], and nothing is made in it. `today` names the key-encryption key of the week.
    pub async fn open_folder(pool: PgPool, folder: &Path, today: Date) -> Result<Self, Error> {
        registry::check_folder(&pool, folder).await?;
        let service = FileKeyService::open_or_create(folder, registry::week_of(&pool, today).await?)?;
        let secrets = Secrets::open_or_create(folder)?;
        Self::open(pool, Arc::new(service), secrets).await
    }

    /// Opens with a key folder that is there already, and makes nothing: neither a file in it nor a row. The pool may be of
    /// a role that only reads.
    ///
    /// # Errors
    /// [`Error::KeyFolderMismatch`], [`Error::KeyFileMissing`] and the other faults of key files; [`Error::Database`].
    pub async fn open_folder_to_read(pool: PgPool, folder: &Path, today: Date) -> Result<Self, Error> {
        registry::check_folder(&pool, folder).await?;
        let service = FileKeyService::open(folder, today)?;
        Self::open(pool, Arc::new(service), Secrets::open(folder)?).await
    }

    /// The migrations of the schema `vault`, for those who compare without changing anything.
    pub fn migrations() -> &'static Migrator {
        &MIGRATIONS
    }

    /// Opens with any key service. The role of the pool decides what can be done: `sne_writer` everything, `sne_projector`
    /// only [`Vault::states`] and [`Vault::secrets`].
    pub async fn open(pool: PgPool, service: Arc<dyn KeyService>, secrets: Secrets) -> Result<Self, Error> {
        registry::check_and_register(&pool, &*service, &secrets).await?;
        Ok(Self::over(Box::new(pool), service, secrets))
    }

    pub(crate) fn over(store: Box<dyn Store>, service: Arc<dyn KeyService>, secrets: Secrets) -> Self {
        Self { store, service, secrets, drawer: Drawer::default() }
    }

    /// The keyed hashes that belong to this database.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// A new key, durable already. Mostly out of memory; one draw in 64, and the first one after some idle seconds, asks
    /// the database. A key that is neither named by a stream nor given back is destroyed some time after this process.
    pub async fn draw(&self) -> Result<DrawnKey, Error> {
        Ok(self.draw_many(1).await?.pop().expect("as many come as are asked for"))
    }

    /// So many new keys, durable already: what is not in memory costs one insert for all of them.
    pub async fn draw_many(&self, count: usize) -> Result<Vec<DrawnKey>, Error> {
        self.drawer.draw(&*self.store, &*self.service, count).await
    }

    /// Takes back a key whose append was refused, for the next draw. After an append with an unknown outcome a key must not
    /// come back: drop it.
    pub fn give_back(&self, key: DrawnKey) {
        self.drawer.give_back(key);
    }

    /// The state of each of these keys, in one query. An unwrapped key is compared with its commitment.
    pub async fn states(&self, ids: &[KeyId]) -> Result<HashMap<KeyId, KeyState>, Error> {
        keys::states(&*self.store, &*self.service, ids).await
    }

    /// Wraps under the key-encryption key of this day's week from now on, made when it is not there, and forgets
    /// those that were destroyed. [`Vault::rotate`] does so first.
    pub async fn begin_week(&self, today: Date) -> Result<(), Error> {
        self.service.begin(self.store.week_of(today).await?).await.map(drop)
    }

    /// Does what rotation is due on this day: the key-encryption key of the week, live keys moved to it in batches, old
    /// key-encryption keys destroyed [`KEPT_UNUSED_DAYS`](crate::KEPT_UNUSED_DAYS) after they were first found without a
    /// live key. May be stopped anywhere and called again; `None` when another process is at it.
    ///
    /// `owner` is a pool of the role `sne_owner`: who only writes cannot replace a wrapped key.
    pub async fn rotate(&self, owner: &PgPool, today: Date) -> Result<Option<Rotation>, Error> {
        rotation::rotate(owner, &*self.service, today).await
    }

    /// How the keys stand to the week of this day: what [`Vault::rotate`] would find.
    pub async fn wrapping(&self, today: Date) -> Result<Wrapping, Error> {
        self.store.wrapping(today).await
    }

    /// Destroys keys: what they sealed is erased. Returns how many were alive and could go; a destroyed key stays so for
    /// ever. In a database that knows a log, a key goes only for a reason that stands there.
    pub async fn destroy(&self, ids: &[KeyId]) -> Result<u64, Error> {
        self.store.destroy(ids).await
    }

    /// Which erased keys are live: none, unless the database was restored from a backup that is older than the erasure.
    pub async fn live_again(&self, erased: &[ErasedKey]) -> Result<Vec<KeyId>, Error> {
        self.store.live_again(erased).await
    }

    /// Destroys keys that were destroyed before, whatever the log says. `owner` is a pool of the role `sne_owner`.
    pub async fn destroy_again(&self, owner: &PgPool, ids: &[KeyId]) -> Result<u64, Error> {
        keys::destroy_again(owner, ids).await
    }

    /// Live keys drawn by processes that have been seen gone for at least `dead_for` (outside tests:
    /// [`DEAD_FOR_SAFETY`](crate::DEAD_FOR_SAFETY)), the lowest 4096 of them. The time begins with the first call that
    /// sees them gone. The caller knows the log: it [destroys](Vault::destroy) those that no stream names and
    /// [settles](Vault::settle) the others, then asks again until none is left.
    pub async fn dead_lease_keys(&self, dead_for: Duration) -> Result<Vec<KeyId>, Error> {
        self.store.dead(dead_for).await
    }

    /// Marks keys as named by a stream, so that [`Vault::dead_lease_keys`] lists them no more. Returns how many it marked.
    pub async fn settle(&self, ids: &[KeyId]) -> Result<u64, Error> {
        self.store.settle(ids).await
    }
}
