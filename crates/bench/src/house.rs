//! The cluster that is measured: a private one in a temporary folder, with every durability setting on.

use std::path::Path;

use private_postgres::{Cluster, Options};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};
use tempfile::TempDir;

use crate::failure::Failure;
use crate::machine;

/// Where pgbench and stock cqrs-es write.
pub const BASELINE: &str = "baseline";
/// A log alone.
pub const LOG: &str = "log";
/// A whole register.
pub const REGISTER: &str = "register";
/// A register that is reached through gRPC alone, so that its view follows nothing else.
pub const SERVED: &str = "served";
/// A register of many demands, for the run of a day.
pub const DAILY: &str = "daily";
/// A register of demands that have lived, for rebuilds.
pub const REBUILT: &str = "rebuilt";

/// A register that is imported into.
pub const IMPORT: &str = "import";
/// A register of very many demands, for monthly figures.
pub const FIGURES: &str = "figures";

const CREATE_LOGIN: &str = "CREATE ROLE bench LOGIN NOINHERIT; \
    GRANT sne_owner, sne_writer, sne_projector, sne_reader, sne_infocentre TO bench";

/// Settings of a server of this size; a checkpoint in the middle of a run would fill the log with whole pages.
pub fn settings() -> Vec<(&'static str, String)> {
    let shared = machine::memory_mib().map_or(512, |memory| (memory / 4).clamp(128, 2048));
    vec![
        ("shared_buffers", format!("{shared}MB")),
        ("wal_buffers", "64MB".to_owned()),
        ("max_wal_size", "8GB".to_owned()),
        ("min_wal_size", "4GB".to_owned()),
        ("checkpoint_timeout", "30min".to_owned()),
        ("work_mem", "64MB".to_owned()),
        // Every mode keeps a connection for each of its callers.
        ("max_connections", "300".to_owned()),
    ]
}

/// The cluster and its folders; dropping it stops the one and removes the others.
pub struct House {
    cluster: Cluster,
    folder: TempDir,
    keys: TempDir,
    served_keys: TempDir,
    daily_keys: TempDir,
    import_keys: TempDir,
    figures_keys: TempDir,
    rebuilt_keys: TempDir,
}

impl House {
    /// Makes and starts the cluster, with its databases and roles.
    pub async fn start(dir: &Path) -> Result<Self, Failure> {
        let temporary = |prefix| {
            tempfile::Builder::new().prefix(prefix).tempdir_in(dir).map_err(Failure::io("making a temporary folder"))
        };
        let of_keys = || temporary("sne-bench-keys-");
        let (folder, keys) = (temporary("sne-bench-")?, of_keys()?);
        let (served_keys, daily_keys, import_keys) = (of_keys()?, of_keys()?, of_keys()?);
        let (figures_keys, rebuilt_keys) = (of_keys()?, of_keys()?);
        let options = settings()
            .into_iter()
            .fold(Options::new(folder.path()), |options, (name, value)| options.setting(name, value));
        let started = tokio::task::spawn_blocking(move || Cluster::start(options)).await;
        let cluster = started.map_err(|error| Failure::Answer(error.to_string()))??;
        let house = Self { cluster, folder, keys, served_keys, daily_keys, import_keys, figures_keys, rebuilt_keys };

        let mut connection = house.superuser("postgres")?.connect().await?;
        event_log::create_roles(&house.superuser("postgres")?).await?;
        connection.execute(CREATE_LOGIN).await?;
        for database in [BASELINE, LOG, REGISTER, SERVED, DAILY, IMPORT, FIGURES, REBUILT] {
            connection.execute(format!("CREATE DATABASE {database}").as_str()).await?;
        }
        connection.close().await?;
        for database in [LOG, REGISTER, SERVED, DAILY, IMPORT, FIGURES, REBUILT] {
            event_log::create_roles(&house.superuser(database)?).await?;
        }
        Ok(house)
    }

    /// The cluster's programs, process and folder.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// The folder on the disk that is measured.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of the keys of [`REGISTER`].
    pub fn keys(&self) -> &Path {
        self.keys.path()
    }

    /// The folder of the keys of [`SERVED`]: a folder belongs to one database.
    pub fn served_keys(&self) -> &Path {
        self.served_keys.path()
    }

    /// The folder of the keys of [`DAILY`].
    pub fn daily_keys(&self) -> &Path {
        self.daily_keys.path()
    }

    /// The folder of the keys of [`IMPORT`].
    pub fn import_keys(&self) -> &Path {
        self.import_keys.path()
    }

    /// The folder of the keys of [`FIGURES`].
    pub fn figures_keys(&self) -> &Path {
        self.figures_keys.path()
    }

    /// The folder of the keys of [`REBUILT`].
    pub fn rebuilt_keys(&self) -> &Path {
        self.rebuilt_keys.path()
    }

    /// The database as its superuser, for pgbench.
    pub fn superuser_url(&self, database: &str) -> String {
        self.cluster.url(self.cluster.superuser(), database)
    }

    /// The database as its superuser.
    pub fn superuser(&self, database: &str) -> Result<PgConnectOptions, Failure> {
        Ok(self.superuser_url(database).parse()?)
    }

    /// The database as the login that chooses the roles, for a process of its own.
    pub fn login_url(&self, database: &str) -> String {
        self.cluster.url("bench", database)
    }

    /// The database as the login that chooses the roles.
    pub fn login(&self, database: &str) -> Result<PgConnectOptions, Failure> {
        Ok(self.login_url(database).parse()?)
    }
}
