//! Acknowledged means durable (design law 12): the settings without which it would not be true.

use sqlx::{PgConnection, PgPool};

use crate::Error;

/// The oldest `server_version_num` this crate's SQL is made for: PostgreSQL 15.
pub const OLDEST_SERVER: u32 = 150_000;

// Read from the session, so that what is set for the server, the database or the login counts alike.
const READ: &str = "\
SELECT current_setting('server_version_num')::int,
       current_setting('fsync'),
       current_setting('full_page_writes'),
       current_setting('synchronous_commit'),
       current_setting('server_encoding'),
       current_setting('data_checksums')";

/// The settings of a database that were found safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `server_version_num`, for instance 150018.
    pub server_version: u32,
    /// `on` or `remote_apply`.
    pub synchronous_commit: String,
    /// Whether damaged pages are noticed. Wished for, not required: a managed database may not offer the choice.
    pub data_checksums: String,
}

/// Reads the settings as a session of this pool sees them, and refuses unsafe ones.
///
/// `fsync` and `full_page_writes` must be on and the encoding UTF8. `synchronous_commit` must be `on` or `remote_apply`:
/// `off` loses acknowledged commands in a crash, `local` and `remote_write` lose them when a synchronous standby takes over.
///
/// # Errors
/// [`Error::ServerTooOld`], [`Error::UnsafeSetting`]; [`Error::Connection`] or [`Error::Database`] when they cannot be read.
pub async fn check_settings(pool: &PgPool) -> Result<Settings, Error> {
    let mut connection = pool.acquire().await.map_err(|error| Error::from_sqlx("reading settings", &error))?;
    check(&mut connection).await
}

/// Reads the same settings and says everything that is wrong with them, for those who examine.
///
/// # Errors
/// [`Error::Connection`] or [`Error::Database`] when they cannot be read.
pub async fn read_settings(pool: &PgPool) -> Result<(Settings, Vec<Error>), Error> {
    let mut connection = pool.acquire().await.map_err(|error| Error::from_sqlx("reading settings", &error))?;
    read(&mut connection).await
}

pub(crate) async fn check(connection: &mut PgConnection) -> Result<Settings, Error> {
    let (settings, faults) = read(connection).await?;
    faults.into_iter().next().map_or(Ok(settings), Err)
}

async fn read(connection: &mut PgConnection) -> Result<(Settings, Vec<Error>), Error> {
    let (version, fsync, full_page_writes, synchronous_commit, encoding, data_checksums): (
        i32,
        String,
        String,
        String,
        String,
        String,
    ) = sqlx::query_as(READ)
        .fetch_one(connection)
        .await
        .map_err(|error| Error::from_sqlx("reading settings", &error))?;
    let server_version = u32::try_from(version).unwrap_or(0);
    let too_old = (server_version < OLDEST_SERVER).then_some(Error::ServerTooOld { version: server_version });
    let faults = too_old.into_iter().chain(
        [
            required("fsync", &fsync, &["on"]),
            required("full_page_writes", &full_page_writes, &["on"]),
            required("synchronous_commit", &synchronous_commit, &["on", "remote_apply"]),
            required("server_encoding", &encoding, &["UTF8"]),
        ]
        .into_iter()
        .flatten(),
    );
    let faults = faults.collect();
    Ok((Settings { server_version, synchronous_commit, data_checksums }, faults))
}

fn required(name: &'static str, value: &str, safe: &[&str]) -> Option<Error> {
    (!safe.contains(&value)).then(|| Error::UnsafeSetting { name, value: value.to_owned() })
}
