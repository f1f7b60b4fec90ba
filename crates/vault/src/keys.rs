//! What became of keys: their states, tombstones, and the keys of processes that are gone.

use std::collections::HashMap;
use std::time::Duration;

use sqlx::PgPool;

use crate::lease::LOCK_CLASS;
use crate::store::Store;
use crate::{DataKey, ErasedKey, Error, KekId, KeyId, KeyService, Wrapped};

/// How long a lease must have been seen dead before its unnamed keys may go. A process whose session was cut lives on for
/// a while and may still append with a key drawn just before; this is far longer than that takes.
pub const DEAD_FOR_SAFETY: Duration = Duration::from_secs(600);

/// Keys a call of [`dead`] lists at most.
const PAGE: u16 = 4096;

const STATES: &str = "SELECT id, kek_id, wrapped, commitment FROM vault.keys WHERE id = ANY($1)";
const DESTROY: &str = "SELECT vault.destroy($1)";
// By the owner: a restored log may not have the reason any more.
const DESTROY_AGAIN: &str = "UPDATE vault.keys SET wrapped = NULL, destroyed_at = now(), lease_id = NULL \
     WHERE id = ANY($1) AND destroyed_at IS NULL";
const LIVE_AGAIN: &str = "SELECT key.id FROM UNNEST($1::bigint[], $2::bytea[]) AS listed (id, commitment) \
     JOIN vault.keys AS key ON key.id = listed.id AND key.commitment = listed.commitment \
     WHERE key.destroyed_at IS NULL";
const SETTLE: &str = "UPDATE vault.keys SET lease_id = NULL \
     WHERE id = ANY($1) AND lease_id IS NOT NULL AND destroyed_at IS NULL";
const MARK_DEAD: &str = "UPDATE vault.leases AS lease SET dead_since = now() \
     WHERE dead_since IS NULL AND NOT EXISTS ( \
       SELECT FROM pg_catalog.pg_locks AS held \
       WHERE held.locktype = 'advisory' AND held.objsubid = 2 AND held.granted \
         AND held.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()) \
         AND held.classid = $1::bigint::oid AND held.objid = lease.lock_number::bigint::oid)";
const LIST_DEAD: &str = "SELECT key.id FROM vault.keys AS key JOIN vault.leases AS lease USING (lease_id) \
     WHERE lease.dead_since <= now() - make_interval(secs => $1) AND key.destroyed_at IS NULL \
     ORDER BY key.id LIMIT $2";
const FORGET_DEAD: &str = "DELETE FROM vault.leases AS lease WHERE dead_since IS NOT NULL \
     AND NOT EXISTS (SELECT FROM vault.keys AS key WHERE key.lease_id = lease.lease_id)";

/// A row of the keys: id, key-encryption key, wrapped bytes unless a tombstone, commitment.
pub(crate) type Row = (i64, String, Option<Vec<u8>>, Vec<u8>);

/// What a key's number leads to.
#[derive(Clone, Debug)]
pub enum KeyState {
    /// The key.
    Live(DataKey),
    /// It was destroyed: what it sealed is erased, by intention and for ever.
    Erased,
    /// No such key was ever made in this database: a fault, to stop at.
    Missing,
}

pub(crate) async fn states(
    store: &dyn Store,
    service: &dyn KeyService,
    ids: &[KeyId],
) -> Result<HashMap<KeyId, KeyState>, Error> {
    let mut found: HashMap<KeyId, KeyState> = ids.iter().map(|id| (*id, KeyState::Missing)).collect();
    if ids.is_empty() {
        return Ok(found);
    }
    for row in store.rows(ids).await? {
        let id = KeyId::new(row.0);
        found.insert(id, live(service, row).await?.map_or(KeyState::Erased, KeyState::Live));
    }
    Ok(found)
}

pub(crate) async fn rows(pool: &PgPool, ids: &[KeyId]) -> Result<Vec<Row>, Error> {
    Ok(sqlx::query_as(STATES).bind(numbers(ids)).fetch_all(pool).await?)
}

/// The key of a row, compared with its commitment; none for a tombstone.
pub(crate) async fn live(service: &dyn KeyService, row: Row) -> Result<Option<DataKey>, Error> {
    let (id, kek, Some(bytes), commitment) = row else { return Ok(None) };
    let id = KeyId::new(id);
    let kek = KekId::parse(&kek).ok_or(Error::RowDamaged { key: id })?;
    let key = service.unwrap(&Wrapped { kek, bytes }, id).await?;
    if key.commitment().as_slice() != commitment {
        return Err(Error::CommitmentMismatch { key: id });
    }
    Ok(Some(key))
}

pub(crate) async fn destroy(pool: &PgPool, ids: &[KeyId]) -> Result<u64, Error> {
    let gone: i64 = sqlx::query_scalar(DESTROY).bind(numbers(ids)).fetch_one(pool).await?;
    Ok(gone.unsigned_abs())
}

pub(crate) async fn destroy_again(owner: &PgPool, ids: &[KeyId]) -> Result<u64, Error> {
    Ok(sqlx::query(DESTROY_AGAIN).bind(numbers(ids)).execute(owner).await?.rows_affected())
}

pub(crate) async fn live_again(pool: &PgPool, listed: &[ErasedKey]) -> Result<Vec<KeyId>, Error> {
    let mut live = Vec::new();
    for listed in listed.chunks(usize::from(PAGE)) {
        let ids: Vec<i64> = listed.iter().map(|erased| erased.key.get()).collect();
        let commitments: Vec<&[u8]> = listed.iter().map(|erased| erased.commitment.as_slice()).collect();
        let query = sqlx::query_scalar(LIVE_AGAIN).bind(ids).bind(commitments);
        let found: Vec<i64> = query.persistent(false).fetch_all(pool).await?;
        live.extend(found.into_iter().map(KeyId::new));
    }
    Ok(live)
}

pub(crate) async fn settle(pool: &PgPool, ids: &[KeyId]) -> Result<u64, Error> {
    Ok(sqlx::query(SETTLE).bind(numbers(ids)).execute(pool).await?.rows_affected())
}

pub(crate) async fn dead(pool: &PgPool, dead_for: Duration) -> Result<Vec<KeyId>, Error> {
    sqlx::query(MARK_DEAD).bind(i64::from(LOCK_CLASS)).execute(pool).await?;
    sqlx::query(FORGET_DEAD).execute(pool).await?;
    let ids: Vec<i64> =
        sqlx::query_scalar(LIST_DEAD).bind(dead_for.as_secs_f64()).bind(i64::from(PAGE)).fetch_all(pool).await?;
    Ok(ids.into_iter().map(KeyId::new).collect())
}

fn numbers(ids: &[KeyId]) -> Vec<i64> {
    ids.iter().map(|id| id.get()).collect()
}
