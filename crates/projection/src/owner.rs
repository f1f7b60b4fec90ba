//! Locks on a session: one owner of a live build, one rebuild at a time, and no worker of an earlier one.

use sqlx::PgConnection;

use crate::Error;

/// First halves of the locks' keys, "sneP", "sneR" and "sneW"; the second is a hash of the projection's name.
pub(crate) const LIVE: i32 = 0x736E_6550;
pub(crate) const REBUILD: i32 = 0x736E_6552;
/// Held by every worker of a rebuild, together: the server may still be at the last word of one whose process is gone.
pub(crate) const WORKERS: i32 = 0x736E_6557;

/// Tries to take a lock; it ends with the session. Never waits inside the database: a statement that waited for days
/// would hold back vacuum for as long.
pub(crate) async fn try_lock(session: &mut PgConnection, class: i32, name: &str) -> Result<bool, Error> {
    sqlx::query_scalar("SELECT pg_try_advisory_lock($1, hashtext($2))")
        .bind(class)
        .bind(name)
        .fetch_one(session)
        .await
        .map_err(Error::database("taking the lock of a projection"))
}

/// Takes a lock that others may hold as well.
pub(crate) async fn lock_shared(session: &mut PgConnection, class: i32, name: &str) -> Result<(), Error> {
    let taking = "taking the lock of a worker";
    let took: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock_shared($1, hashtext($2))")
        .bind(class)
        .bind(name)
        .fetch_one(session)
        .await
        .map_err(Error::database(taking))?;
    if took { Ok(()) } else { Err(Error::RebuildRunning) }
}

/// Gives a lock back.
pub(crate) async fn unlock(session: &mut PgConnection, class: i32, name: &str) -> Result<(), Error> {
    let query = sqlx::query("SELECT pg_advisory_unlock($1, hashtext($2))").bind(class).bind(name);
    query.execute(session).await.map(drop).map_err(Error::database("giving back a lock"))
}

/// Gives back a lock that others may hold as well.
pub(crate) async fn unlock_shared(session: &mut PgConnection, class: i32, name: &str) -> Result<(), Error> {
    let query = sqlx::query("SELECT pg_advisory_unlock_shared($1, hashtext($2))").bind(class).bind(name);
    query.execute(session).await.map(drop).map_err(Error::database("giving back a lock"))
}
