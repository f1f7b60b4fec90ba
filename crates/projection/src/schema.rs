//! The schema `projection` and the empty schemas of the views, made by the owner.

use event_log::Role;
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, Executor as _};

use crate::Error;

static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

// Two processes at once would both find no schema; the lock of the migrations comes too late for that.
const CREATE_SCHEMA: &str = "DO $$ BEGIN \
       PERFORM pg_advisory_xact_lock(1936613744, 0); \
       IF to_regnamespace('projection') IS NULL THEN CREATE SCHEMA projection; END IF; \
     END $$";

/// Brings the schema of the checkpoints up to date, after [`event_log::migrate`]; a second time it changes nothing. The
/// tables of the views are made by their runners.
///
/// # Errors
/// [`Error::Migration`], [`Error::Database`], or [`Error::Log`] when there is no connection as the owner.
pub async fn migrate(options: &PgConnectOptions) -> Result<(), Error> {
    let owner = event_log::connect(options.clone(), Role::Owner, 1).await?;
    let migrating = "making the schema projection";
    // A session of its own: the search path must not go back to the pool.
    let mut connection = owner.acquire().await.map_err(Error::database(migrating))?.detach();
    connection.execute(CREATE_SCHEMA).await.map_err(Error::database(migrating))?;
    connection.execute("SET search_path TO projection").await.map_err(Error::database(migrating))?;
    // `run` on a connection gives a future that cannot be spawned.
    MIGRATOR.run_direct(&mut connection).await.map_err(|error| Error::Migration { message: error.to_string() })?;
    connection.close().await.map_err(Error::database(migrating))?;
    owner.close().await;
    Ok(())
}
