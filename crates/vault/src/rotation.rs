//! Rotation: a key-encryption key a week, live keys moved to it, old ones destroyed (design law 8).
//!
//! Every step may be the last before a kill, and two processes may be at it: a new key is on disk before it wraps; a row
//! moves from one key-encryption key to the other whole, and only if it is still what was unwrapped; an old one is retired
//! in the database, where nothing can be wrapped under it any more, before its file goes. The next rotation finishes.

use jiff::ToSpan as _;
use jiff::civil::Date;
use sqlx::{Connection as _, PgConnection, PgPool};

use crate::keys::Row;
use crate::lease::LOCK_CLASS;
use crate::{Error, KekId, KeyId, KeyService, keys, registry};

/// Days for which a key-encryption key that wraps nothing more is kept, so that a backup of the database that is not older
/// can be restored; none may be kept longer.
pub const KEPT_UNUSED_DAYS: i32 = 20;

/// Keys that one statement moves.
const BATCH: i64 = 1_000;

/// The second half of the lock of a rotation; leases count from 1.
const ROTATION: i32 = -1;

const TRY_LOCK: &str = "SELECT pg_try_advisory_lock($1, $2)";
const LIVE: &str = "SELECT kek_id, count(*) FROM vault.keys WHERE destroyed_at IS NULL GROUP BY kek_id ORDER BY kek_id";
const OLD: &str = "SELECT kek_id FROM vault.key_encryption_keys \
     WHERE kek_id < $1 AND retired_at IS NULL ORDER BY kek_id";
const BATCH_UNDER: &str = "SELECT id, kek_id, wrapped, commitment FROM vault.keys \
     WHERE kek_id = $1 AND destroyed_at IS NULL AND id > $2 ORDER BY id LIMIT $3";
// What was unwrapped and nothing else: neither a tombstone nor what another process moved meanwhile.
const MOVE: &str = "UPDATE vault.keys AS key SET kek_id = $1, wrapped = fresh.wrapped \
     FROM UNNEST($2::bigint[], $3::bytea[], $4::bytea[]) AS fresh (id, old, wrapped) \
     WHERE key.id = fresh.id AND key.wrapped = fresh.old";
const NOTE_USED: &str = "UPDATE vault.key_encryption_keys AS kek SET unused_since = NULL \
     WHERE unused_since IS NOT NULL AND retired_at IS NULL \
       AND EXISTS (SELECT FROM vault.keys AS key WHERE key.kek_id = kek.kek_id AND key.destroyed_at IS NULL)";
const NOTE_UNUSED: &str = "UPDATE vault.key_encryption_keys AS kek SET unused_since = $2::date \
     WHERE kek_id < $1 AND unused_since IS NULL AND retired_at IS NULL \
       AND NOT EXISTS (SELECT FROM vault.keys AS key WHERE key.kek_id = kek.kek_id AND key.destroyed_at IS NULL)";
const DUE: &str = "SELECT kek_id FROM vault.key_encryption_keys \
     WHERE kek_id < $1 AND retired_at IS NULL AND unused_since <= $2::date ORDER BY kek_id";
const LOCK_KEK: &str = "SELECT retired_at IS NULL FROM vault.key_encryption_keys WHERE kek_id = $1 FOR UPDATE";
const RETIRE: &str = "UPDATE vault.key_encryption_keys AS kek SET retired_at = now() WHERE kek_id = $1 \
     AND NOT EXISTS (SELECT FROM vault.keys AS key WHERE key.kek_id = kek.kek_id AND key.destroyed_at IS NULL)";
const RETIRED: &str = "SELECT kek_id FROM vault.key_encryption_keys WHERE retired_at IS NOT NULL ORDER BY kek_id";

/// What a rotation did.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Rotation {
    /// The key-encryption key of the week, when this rotation made it.
    pub made: Option<KekId>,
    /// Live keys that were wrapped anew.
    pub rewrapped: u64,
    /// Live keys that do not open and stay as they are: a fault, which keeps their key-encryption key alive.
    pub unopened: Vec<KeyId>,
    /// Key-encryption keys that were destroyed.
    pub destroyed: Vec<KekId>,
}

/// How the keys stand to the week.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Wrapping {
    /// Live keys under each key-encryption key that has some, oldest first.
    pub live: Vec<(KekId, u64)>,
    /// Key-encryption keys whose time has come.
    pub due: Vec<KekId>,
}

impl Wrapping {
    /// Live keys under key-encryption keys of weeks before the one of this day.
    pub fn older_than(&self, day: Date) -> u64 {
        let week = KekId::of(day);
        self.live.iter().filter(|(kek, _)| *kek < week).map(|(_, count)| count).sum()
    }
}

/// Counts; writes nothing.
pub(crate) async fn wrapping(pool: &PgPool, today: Date) -> Result<Wrapping, Error> {
    let rows: Vec<(String, i64)> = sqlx::query_as(LIVE).fetch_all(pool).await?;
    let live = rows.into_iter().map(|(kek, count)| Ok((named(&kek)?, count.unsigned_abs())));
    let mut connection = pool.acquire().await?;
    let due = due(&mut connection, KekId::of(today), today).await?;
    Ok(Wrapping { live: live.collect::<Result<_, Error>>()?, due })
}

/// Does what is due; `None` when another process is at it.
pub(crate) async fn rotate(owner: &PgPool, service: &dyn KeyService, today: Date) -> Result<Option<Rotation>, Error> {
    let mut rotation = Rotation::default();
    let week = registry::week_of(owner, today).await?;
    if service.begin(week).await? {
        rotation.made = Some(week);
    }
    // A clock that was set back: what is wrapped goes on under the key of the later week, and nothing moves back.
    let week = service.current();
    // A session of its own: the lock goes with it, however this ends.
    let mut connection = owner.acquire().await?.detach();
    let alone: bool = sqlx::query_scalar(TRY_LOCK).bind(LOCK_CLASS).bind(ROTATION).fetch_one(&mut connection).await?;
    if !alone {
        return Ok(None);
    }
    registry::register_kek(&mut connection, service, week).await?;
    let old: Vec<String> = sqlx::query_scalar(OLD).bind(week.to_string()).fetch_all(&mut connection).await?;
    // Before the keys move: what a late process wrapped under an old key lies in today's backups, so its days count anew.
    sqlx::query(NOTE_USED).execute(&mut connection).await?;
    for kek in old {
        rewrap(&mut connection, service, named(&kek)?, week, &mut rotation).await?;
    }
    sqlx::query(NOTE_UNUSED).bind(week.to_string()).bind(today.to_string()).execute(&mut connection).await?;
    for kek in due(&mut connection, week, today).await? {
        retire(&mut connection, kek).await?;
    }
    // Also those that an earlier rotation retired and did not come to destroy, or that a backup of the folder brought back.
    let retired: Vec<String> = sqlx::query_scalar(RETIRED).fetch_all(&mut connection).await?;
    for kek in retired {
        let kek = named(&kek)?;
        if service.destroy(kek).await? {
            rotation.destroyed.push(kek);
        }
    }
    connection.close().await?;
    Ok(Some(rotation))
}

async fn rewrap(
    connection: &mut PgConnection,
    service: &dyn KeyService,
    from: KekId,
    to: KekId,
    rotation: &mut Rotation,
) -> Result<(), Error> {
    let mut after = i64::MIN;
    loop {
        let rows: Vec<Row> = sqlx::query_as(BATCH_UNDER)
            .bind(from.to_string())
            .bind(after)
            .bind(BATCH)
            .fetch_all(&mut *connection)
            .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.0;
        let (mut ids, mut old, mut fresh) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            let id = KeyId::new(row.0);
            let Some(bytes) = row.2.clone() else { continue };
            match keys::live(service, row).await {
                Ok(Some(key)) => {
                    let wrapped = service.wrap(&key, id).await?;
                    if wrapped.kek != to {
                        return Err(Error::UnknownKek { kek: wrapped.kek });
                    }
                    ids.push(id.get());
                    old.push(bytes);
                    fresh.push(wrapped.bytes);
                }
                Ok(None) => {}
                Err(_) => rotation.unopened.push(id),
            }
        }
        // Planned for these arrays: a plan kept from an empty table would read all of it each time.
        let moved = sqlx::query(MOVE).bind(to.to_string()).bind(&ids).bind(&old).bind(&fresh).persistent(false);
        rotation.rewrapped += moved.execute(&mut *connection).await?.rows_affected();
    }
}

async fn due(connection: &mut PgConnection, week: KekId, today: Date) -> Result<Vec<KekId>, Error> {
    let last = today.saturating_sub(KEPT_UNUSED_DAYS.days());
    let names: Vec<String> =
        sqlx::query_scalar(DUE).bind(week.to_string()).bind(last.to_string()).fetch_all(connection).await?;
    names.iter().map(|name| named(name)).collect()
}

/// Afterwards nothing is, or ever comes, under this key; or it is in use and was left alone.
async fn retire(connection: &mut PgConnection, kek: KekId) -> Result<(), Error> {
    let name = kek.to_string();
    let mut transaction = connection.begin().await?;
    // Two statements: the second one sees what came under the key before the lock was had.
    sqlx::query(LOCK_KEK).bind(&name).execute(&mut *transaction).await?;
    sqlx::query(RETIRE).bind(&name).execute(&mut *transaction).await?;
    Ok(transaction.commit().await?)
}

fn named(kek: &str) -> Result<KekId, Error> {
    // The table's own check holds the form; a week of another number than 1 to 53 is all that could be wrong.
    KekId::parse(kek)
        .ok_or_else(|| Error::Database(sqlx::Error::Decode("a key-encryption key has an impossible name".into())))
}
