//! Whether the schemas of a database are those of this program, asked without changing anything.

use event_log::Role;
use sqlx::PgPool;
use sqlx::migrate::Migrator;
use vault::Vault;

use crate::Error;

pub(crate) static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// How the schema of a database stands to this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaState {
    /// Not there, or made by an older program: a migration is due.
    Older,
    /// Made by a newer program, or altered: this one must leave it alone.
    Newer,
}

/// The schemas a register stands on, with their migrations.
fn schemas() -> [(&'static str, &'static Migrator); 3] {
    [("log", event_log::migrations()), ("vault", Vault::migrations()), ("register", &MIGRATOR)]
}

/// Every schema that is not the one of this program. The pool acts as the owner: nobody else may read what was migrated.
pub(crate) async fn differing(owner: &PgPool) -> Result<Vec<(&'static str, SchemaState)>, Error> {
    let mut found = Vec::new();
    for (schema, migrator) in schemas() {
        if let Some(state) = state(owner, schema, migrator).await? {
            found.push((schema, state));
        }
    }
    Ok(found)
}

/// Refuses a database whose schemas are not those of this program.
pub(crate) async fn check(owner: &PgPool) -> Result<(), Error> {
    match differing(owner).await?.first() {
        Some(&(schema, state)) => Err(Error::Schema { schema, state }),
        None => Ok(()),
    }
}

async fn state(owner: &PgPool, schema: &'static str, migrator: &Migrator) -> Result<Option<SchemaState>, Error> {
    let failed = |error: sqlx::Error| Error::Database(format!("reading the version of the schema {schema}: {error}"));
    let table = format!("{schema}._sqlx_migrations");
    let there: bool =
        sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(&table).fetch_one(owner).await.map_err(failed)?;
    if !there {
        return Ok(Some(SchemaState::Older));
    }
    let done: Vec<(i64, Vec<u8>, bool)> =
        sqlx::query_as(&format!("SELECT version, checksum, success FROM {table} ORDER BY version"))
            .fetch_all(owner)
            .await
            .map_err(failed)?;
    let known = |version: &i64, checksum: &[u8]| {
        migrator.iter().any(|migration| migration.version == *version && *migration.checksum == *checksum)
    };
    if done.iter().any(|(version, checksum, _)| !known(version, checksum)) {
        return Ok(Some(SchemaState::Newer));
    }
    let complete = done.iter().all(|(_, _, success)| *success) && done.len() == migrator.iter().count();
    Ok((!complete).then_some(SchemaState::Older))
}

/// The owner's session for looking at a database, and nothing else.
pub(crate) async fn owner(place: &crate::Place) -> Result<PgPool, Error> {
    Ok(event_log::connect(place.database.clone(), Role::Owner, 1).await?)
}
