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

/// The database of the register in its private cluster, and the login that chooses the roles.
const DATABASE: &str = "sne";
const LOGIN: &str = "sne_app";

const CREATE_LOGIN: &str = "
DO $$ BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('sne login'));
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sne_app') THEN
    CREATE ROLE sne_app LOGIN NOINHERIT;
  END IF;
  GRANT sne_owner, sne_writer, sne_projector, sne_reader TO sne_app;
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
    /// Opens the register where the command line says.
    pub async fn open(place: args::Place, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        let data_dir = place.data_dir.unwrap_or_else(default_data_dir);
        let (database, cluster) = match &place.database_url {
            Some(url) => (given(url)?, None),
            None => {
                let (database, cluster) = private(&data_dir).await?;
                (database, Some(cluster))
            }
        };
        let stock = StockReader::open(database.clone());
        let keys = data_dir.join("keys");
        let place = Place { database, keys, connections: 8, clock };
        let register = Register::open(place.clone()).await?;
        Ok(Self { register, place, stock: stock.await?, _cluster: cluster })
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

/// Starts the private cluster, makes role and database at first use.
async fn private(data_dir: &Path) -> Result<(PgConnectOptions, Cluster), Failure> {
    let unusable = |error: std::io::Error| Failure::Local(format!("dossier {} : {error}", data_dir.display()));
    fs::create_dir_all(data_dir).map_err(unusable)?;
    let folder = data_dir.join("postgresql");
    let started = tokio::task::spawn_blocking(move || Cluster::start_with(Options::new(folder), |step| tell(&step)));
    let cluster = started.await.map_err(|error| Failure::Local(error.to_string()))??;

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
    Ok((given(&cluster.url(LOGIN, DATABASE))?, cluster))
}

fn tell(step: &Step) {
    eprintln!("base privée : {}", crate::wording::step(step));
}
