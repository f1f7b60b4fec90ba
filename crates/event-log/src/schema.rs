//! The schema `log` and its migrations, run as the owner.

use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};

use crate::{Error, Role};

static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// Any number that no other lock of this database uses: one migration of this schema at a time.
const MIGRATION_LOCK: i64 = 0x6C6F_6700_736E_6501;

/// The migrations of the schema `log`, for those who compare without changing anything.
pub fn migrations() -> &'static Migrator {
    &MIGRATOR
}

/// Brings the schema `log` up to date; a second time it changes nothing. Two processes may do it at once.
///
/// Runs as [`Role::Owner`] with `log` alone on the search path, so that the list of what was done stands in that schema.
///
/// # Errors
/// [`Error::MissingRole`] or [`Error::RoleNotGranted`] before the roles were made, [`Error::Migration`],
/// [`Error::Connection`] or [`Error::Database`].
pub async fn migrate(options: &PgConnectOptions) -> Result<(), Error> {
    let options = Role::Owner.session(options.clone()).options([("search_path", "log")]);
    let mut connection = options.connect().await.map_err(|error| Error::from_sqlx("connecting", &error))?;
    Role::Owner.assume(&mut connection).await?;
    all_roles(&mut connection).await?;
    create_schema(&mut connection).await.map_err(|error| Error::from_sqlx("making the schema", &error))?;
    // `run` on a connection gives a future that cannot be spawned.
    MIGRATOR.run_direct(&mut connection).await.map_err(|error| Error::Migration { message: error.to_string() })?;
    connection.close().await.map_err(|error| Error::from_sqlx("migrating", &error))
}

/// Migrations grant to all of them, and the script that makes them may be an older one.
async fn all_roles(connection: &mut PgConnection) -> Result<(), Error> {
    for role in Role::ALL {
        let there: bool = sqlx::query_scalar("SELECT to_regrole($1) IS NOT NULL")
            .bind(role.name())
            .fetch_one(&mut *connection)
            .await
            .map_err(|error| Error::from_sqlx("looking for the roles", &error))?;
        if !there {
            return Err(Error::MissingRole { role });
        }
    }
    Ok(())
}

async fn create_schema(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    // IF NOT EXISTS asks for the right to make schemas even when there is nothing to make, and does not stop two
    // sessions from making it at once. The lock ends with the session.
    sqlx::query("SELECT pg_advisory_lock($1)").bind(MIGRATION_LOCK).execute(&mut *connection).await?;
    let missing: bool = sqlx::query_scalar("SELECT to_regnamespace('log') IS NULL").fetch_one(&mut *connection).await?;
    if missing {
        connection.execute("CREATE SCHEMA log AUTHORIZATION sne_owner").await?;
    }
    Ok(())
}
