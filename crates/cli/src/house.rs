//! Wiring: a private cluster or a given database, then the register over it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use private_postgres::{Cluster, Options, Step};
use register::{Clock, Place, Register, StockReader};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};

use crate::args;
use crate::failure::Failure;

/// The folder of the private cluster beside the keys.
const CLUSTER: &str = "postgresql";
/// The database of the register in its private cluster, and the login that chooses the roles.
const DATABASE: &str = "sne";
const LOGIN: &str = "sne_app";

const CREATE_LOGIN: &str = "
DO $$ BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('sne login'));
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sne_app') THEN
    CREATE ROLE sne_app LOGIN NOINHERIT;
  END IF;
  GRANT sne_owner, sne_writer, sne_projector, sne_reader, sne_infocentre TO sne_app;
END $$";

/// An open register, and the cluster that it runs on, if it is ours. Dropping it stops the cluster.
pub struct House {
    pub register: Register,
    /// Where the register was opened.
    pub place: Place,
    pub stock: StockReader,
    _cluster: Option<Cluster>,
}

impl House {
    /// Opens the register where the command line says, making and migrating what is not there.
    pub async fn open(place: args::Place, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        let Site { place, cluster } = Site::to_write(place, clock).await?;
        let stock = StockReader::open(place.database.clone());
        let register = Register::open(place.clone()).await?;
        Ok(Self { register, place, stock: stock.await?, _cluster: cluster })
    }

    /// Opens a register that is there to look at it: nothing is made, migrated or destroyed.
    pub async fn open_to_read(place: args::Place, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        let Site { place, cluster } = Site::to_read(place, clock).await?;
        let place = place.to_read();
        let register = Register::open_to_read(place.clone()).await?;
        let stock = StockReader::open(place.database.clone()).await?;
        Ok(Self { register, place, stock, _cluster: cluster })
    }
}

/// Where a register lies, not opened, and the cluster it runs on, if it is ours.
pub struct Site {
    pub place: Place,
    cluster: Option<Cluster>,
}

impl Site {
    async fn to_write(place: args::Place, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        let data_dir = place.data_dir.clone().unwrap_or_else(default_data_dir);
        let database = match &place.database_url {
            Some(url) => (given(url)?, None),
            None => {
                let cluster = start(&data_dir).await?;
                prepare(&cluster).await?;
                (given(&cluster.url(LOGIN, DATABASE))?, Some(cluster))
            }
        };
        Ok(Self::of(database, &data_dir, &place, clock))
    }

    /// A database that is there: a private cluster is started or adopted, never made.
    pub async fn to_read(place: args::Place, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        let data_dir = place.data_dir.clone().unwrap_or_else(default_data_dir);
        let database = match &place.database_url {
            Some(url) => (given(url)?, None),
            None if !Cluster::exists(&data_dir.join(CLUSTER)) => {
                return Err(Failure::Local(format!(
                    "{} ne contient pas de registre : démarrez « sne serve » ou lancez « sne migrate »",
                    data_dir.display()
                )));
            }
            None => {
                let cluster = start(&data_dir).await?;
                (given(&cluster.url(LOGIN, DATABASE))?, Some(cluster))
            }
        };
        Ok(Self::of(database, &data_dir, &place, clock))
    }

    fn of(
        (database, cluster): (PgConnectOptions, Option<Cluster>),
        data_dir: &Path,
        &args::Place { connections, standby, .. }: &args::Place,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { place: Place { database, keys: data_dir.join("keys"), connections, standby, clock }, cluster }
    }
}

/// Where data lies by default.
pub fn default_data_dir() -> PathBuf {
    if nix::unistd::geteuid().is_root() {
        return PathBuf::from("/var/lib/sne");
    }
    let home = || std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default().join(".local/share");
    std::env::var_os("XDG_DATA_HOME").map_or_else(home, PathBuf::from).join("sne")
}

fn given(url: &str) -> Result<PgConnectOptions, Failure> {
    url.parse().map_err(|_| Failure::Local("DATABASE_URL n'est pas une adresse PostgreSQL valide".to_owned()))
}

/// Starts the private cluster, which is made at first use.
async fn start(data_dir: &Path) -> Result<Cluster, Failure> {
    let unusable = |error: std::io::Error| Failure::Local(format!("dossier {} : {error}", data_dir.display()));
    fs::create_dir_all(data_dir).map_err(unusable)?;
    let folder = data_dir.join(CLUSTER);
    let started = tokio::task::spawn_blocking(move || Cluster::start_with(Options::new(folder), |step| tell(&step)));
    Ok(started.await.map_err(|error| Failure::Local(error.to_string()))??)
}

/// Makes the database, the roles and the login where they are not there.
async fn prepare(cluster: &Cluster) -> Result<(), Failure> {
    let as_superuser = |database: &str| given(&cluster.url(cluster.superuser(), database));
    let mut connection = as_superuser("postgres")?.connect().await?;
    let exists: Option<i32> = sqlx::query_scalar("SELECT 1 FROM pg_database WHERE datname = $1")
        .bind(DATABASE)
        .fetch_optional(&mut connection)
        .await?;
    if exists.is_none()
        && let Err(error) = connection.execute("CREATE DATABASE sne").await
    {
        // Another sne made it in between.
        let code = error.as_database_error().and_then(|database| database.code());
        if !matches!(code.as_deref(), Some("42P04" | "23505")) {
            return Err(error.into());
        }
    }
    connection.close().await?;
    event_log::create_roles(&as_superuser(DATABASE)?).await?;
    let mut connection = as_superuser(DATABASE)?.connect().await?;
    connection.execute(CREATE_LOGIN).await?;
    connection.close().await?;
    Ok(())
}

fn tell(step: &Step) {
    eprintln!("base privée : {}", crate::wording::step(step));
}
