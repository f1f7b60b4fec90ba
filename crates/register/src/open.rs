//! Opening a register: check the database, migrate each schema, open the vault, find the directory.

use std::path::PathBuf;
use std::sync::Arc;

use event_log::{EventLog, Options, Role, Standby, check_settings, connect};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Executor as _, PgPool};
use vault::{DEAD_FOR_SAFETY, ErasureList, HighWater, KeyId, Vault};

use crate::Error;
use crate::administration::Uses;
use crate::clock::Clock;
use crate::consultation::{PgConsultations, Recorder};
use crate::daily::PgDays;
use crate::directory::LiveDirectory;
use crate::erasure::{self, PgErased};
use crate::numbers::{Numbers, PgCounters};
use crate::register::{Parts, Postgres, Register};
use crate::schema;
use crate::settings::LiveSettings;
use crate::stock::StockReader;
use crate::tasks::Tasks;

/// Two processes at once would both find no schema: the lock of the migrations comes too late for that.
const CREATE_SCHEMA: &str = "DO $$ BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('sne schema register'));
  CREATE SCHEMA IF NOT EXISTS register;
END $$";

/// No look-up takes longer, wanted still or not: the longest that a server lets a call take.
const STATEMENT: &str = "30s";
/// Sessions for auditors.
const AUDITORS: u32 = 4;

/// Where a register lives.
#[derive(Clone)]
pub struct Place {
    /// The database, with a login that is a member of the five roles.
    pub database: PgConnectOptions,
    /// The folder of the keys: outside PostgreSQL and its backups (design law 8).
    pub keys: PathBuf,
    /// Connections for commands and their reads.
    pub connections: u32,
    /// Whether a synchronous standby must hold an act before it is confirmed.
    pub standby: Standby,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

impl Place {
    /// The same place, whose sessions may only read.
    #[must_use]
    pub fn to_read(mut self) -> Self {
        self.database = self.database.options([("default_transaction_read_only", "on")]);
        // Nothing is confirmed, and it may be a standby itself.
        self.standby = Standby::NotAsked;
        self
    }
}

impl Register {
    /// Opens the register, migrating its schemas first.
    ///
    /// # Errors
    /// Refuses a database whose settings could lose an acknowledged command (design law 12) or that has no synchronous
    /// standby where one is asked for, and a key folder that does
    /// not belong to the database. Erasures are made good first, those that a restored database has forgotten and those that
    /// were interrupted, and its counters of numbers moved above what was given out.
    pub async fn open(place: Place) -> Result<Self, Error> {
        let owner = schema::owner(&place).await?;
        check_settings(&owner).await?;
        place.standby.check(&owner).await?;
        event_log::migrate(&place.database).await?;
        Vault::migrate(&owner).await?;
        migrate(&owner).await?;

        let bounded = place.database.clone().options([("statement_timeout", STATEMENT)]);
        let writer = connect(bounded.clone(), Role::Writer, place.connections).await?;
        let auditors = connect(bounded, Role::Projector, AUDITORS).await?;
        let vault = Vault::open_folder(writer.clone(), &place.keys, place.clock.today()).await?;
        let register = Self::over(place, (writer, auditors), vault);
        // Before anything can be read: what a restore brought back, and what a kill left undone.
        erasure::apply_list(&owner, &register.parts.vault, &*register.parts.erased).await?;
        owner.close().await;
        register.make_good().await?;
        Ok(register)
    }

    /// What an opening to write makes good, and what it has to know.
    pub(crate) async fn make_good(&self) -> Result<(), Error> {
        let parts = &*self.parts;
        parts.numbers.agree().await?;
        erasure::finish(&parts.vault, &*parts.erased).await?;
        parts.directory.catch_up().await?;
        parts.settings.catch_up().await?;
        self.forget_unused_keys().await
    }

    /// Opens the register to look at it: nothing is migrated, no key is made or destroyed, and every session is one that
    /// the database itself lets only read. An act is refused by the database.
    ///
    /// # Errors
    /// [`Error::Schema`] for a database that holds no register, or the one of another version of this program;
    /// [`Error::Vault`] for a key folder that does not belong to it, or erased keys that a restore brought back;
    /// [`Error::Log`].
    pub async fn open_to_read(place: Place) -> Result<Self, Error> {
        let place = place.to_read();
        let owner = schema::owner(&place).await?;
        schema::check(&owner).await?;
        owner.close().await;
        let projector = connect(place.database.clone(), Role::Projector, place.connections).await?;
        let vault = Vault::open_folder_to_read(projector.clone(), &place.keys, place.clock.today()).await?;
        let register = Self::over(place, (projector.clone(), projector), vault);
        erasure::check_list(&register.parts.vault, &*register.parts.erased).await?;
        register.parts.directory.catch_up().await?;
        register.parts.settings.catch_up().await?;
        Ok(register)
    }

    fn over(place: Place, (pool, auditors): (PgPool, PgPool), vault: Vault) -> Self {
        let options = Options { standby: place.standby, ..Options::default() };
        let log = EventLog::new(place.database.clone(), pool.clone(), options);
        let reader = log.reader().clone();
        let tasks = Tasks::default();
        let consultations = Arc::new(PgConsultations::new(&place.database, auditors.clone()));
        let parts = Parts {
            log,
            directory: LiveDirectory::new(reader.clone()),
            settings: LiveSettings::new(reader.clone()),
            audit: reader.on(auditors),
            reader,
            erased: Arc::new(erased_of(&place, &pool, &vault)),
            numbers: Numbers::new(Box::new(counters_of(&place, &pool, &vault))),
            vault,
            clock: place.clock,
            recorder: Recorder::start(consultations.clone(), &tasks),
            consultations,
            uses: Uses::default(),
            days: Box::new(PgDays { pool: pool.clone(), database: place.database.clone() }),
            tasks,
            postgres: Some(Postgres { pool, database: place.database }),
        };
        Self::of(parts)
    }

    /// Destroys the keys that processes now gone had drawn and no stream names (design 10.8).
    async fn forget_unused_keys(&self) -> Result<(), Error> {
        let Parts { vault, reader, .. } = &*self.parts;
        loop {
            let drawn = vault.dead_lease_keys(DEAD_FOR_SAFETY).await?;
            if drawn.is_empty() {
                return Ok(());
            }
            let ids: Vec<i64> = drawn.iter().map(|key| key.get()).collect();
            let named = reader.key_ids_in_use(&ids).await?;
            let (used, unused): (Vec<KeyId>, Vec<KeyId>) =
                drawn.into_iter().partition(|key| named.contains(&key.get()));
            vault.settle(&used).await?;
            vault.destroy(&unused).await?;
        }
    }
}

/// Erasures as they stand at a place.
pub(crate) fn erased_of(place: &Place, pool: &PgPool, vault: &Vault) -> PgErased {
    PgErased { pool: pool.clone(), list: Arc::new(ErasureList::of(&place.keys, vault.secrets())) }
}

/// The counters of a place.
pub(crate) fn counters_of(place: &Place, pool: &PgPool, vault: &Vault) -> PgCounters {
    PgCounters { pool: pool.clone(), marks: Arc::new(HighWater::of(&place.keys, vault.secrets())) }
}

impl StockReader {
    /// Opens the second reader on a database, with the projector's rights.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn open(database: PgConnectOptions) -> Result<Self, Error> {
        Ok(Self::new(connect(database, Role::Projector, 2).await?))
    }
}

/// Migrates this crate's own schema, under its own search path.
async fn migrate(owner: &PgPool) -> Result<(), Error> {
    let failed = |error: &dyn std::fmt::Display| Error::Database(format!("migrating the schema register: {error}"));
    let options = (*owner.connect_options()).clone().options([("search_path", "register")]);
    let mut connection = options.connect().await.map_err(|error| failed(&error))?;
    connection.execute("SET ROLE sne_owner").await.map_err(|error| failed(&error))?;
    connection.execute(CREATE_SCHEMA).await.map_err(|error| failed(&error))?;
    schema::MIGRATOR.run(&mut connection).await.map_err(|error| failed(&error))
}
