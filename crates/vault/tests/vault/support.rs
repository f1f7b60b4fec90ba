use std::path::PathBuf;
use std::sync::OnceLock;

use jiff::civil::{Date, date};
use private_postgres::test_util::{TestCluster, shared};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use vault::{Error, Vault};

pub const TODAY: Date = date(2026, 11, 23);

const ROLES: &str = include_str!("../../../../deploy/postgresql/roles.sql");

/// A database with the schema, and a place for its key folder.
pub struct House {
    pub cluster: &'static TestCluster,
    pub database: String,
    folder: tempfile::TempDir,
}

impl House {
    pub async fn new() -> Self {
        let cluster = shared();
        let database = cluster.fresh_name("vault");
        // The roles belong to the whole cluster, so they are made once and not by several tests at the same time.
        static ROLES_MADE: OnceLock<()> = OnceLock::new();
        ROLES_MADE.get_or_init(|| drop(cluster.psql("postgres", ROLES).unwrap()));
        cluster.create_database(&database, None).unwrap();
        cluster.psql(&database, ROLES).unwrap();
        let house = Self { cluster, database, folder: tempfile::tempdir().unwrap() };
        Vault::migrate(&house.pool("sne_owner").await).await.unwrap();
        house
    }

    pub fn keys(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    pub async fn pool(&self, role: &str) -> PgPool {
        let url = self.cluster.url(self.cluster.superuser(), &self.database);
        let options: PgConnectOptions = url.parse().unwrap();
        PgPoolOptions::new().max_connections(4).connect_with(options.options([("role", role)])).await.unwrap()
    }

    pub async fn open(&self) -> Result<Vault, Error> {
        self.open_with(self.keys()).await
    }

    pub async fn open_with(&self, folder: PathBuf) -> Result<Vault, Error> {
        Vault::open_folder(self.pool("sne_writer").await, &folder, TODAY).await
    }

    /// SQL as the superuser.
    pub fn sql(&self, sql: &str) -> String {
        self.cluster.psql(&self.database, sql).unwrap()
    }

    /// Ends every session that holds a lease, as the death of its process does, and waits until they are gone.
    pub fn end_lease_sessions(&self) {
        let holders = "FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database \
                       WHERE locktype = 'advisory' AND objsubid = 2 AND datname = current_database()";
        self.sql(&format!("SELECT pg_terminate_backend(pid, 10000) {holders}"));
        assert_eq!(self.sql(&format!("SELECT count(*) {holders}")), "0");
    }
}
