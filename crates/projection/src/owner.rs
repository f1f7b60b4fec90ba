//! Locks on a session: one owner of a live build, one rebuild at a time.

use sqlx::PgConnection;

use crate::Error;

/// First halves of the locks' keys, "sneP" and "sneR"; the second is a hash of the projection's name.
pub(crate) const LIVE: i32 = 0x736E_6550;
pub(crate) const REBUILD: i32 = 0x736E_6552;

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
