//! Which keys belong to this database: fingerprints, written at first use and compared ever after.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;
use sqlx::{PgConnection, PgPool};

use crate::{Error, Fingerprint, KekId, KeyService, Secrets, file_key_service, secrets};

// A retired one, or one that wraps nothing more, need not be there: a restored database may not know yet that it is gone.
const READ_KEKS: &str = "SELECT kek_id, fingerprint FROM vault.key_encryption_keys AS kek \
     WHERE retired_at IS NULL AND (unused_since IS NULL OR EXISTS \
       (SELECT FROM vault.keys AS key WHERE key.kek_id = kek.kek_id AND key.destroyed_at IS NULL))";
const READ_SECRETS: &str = "SELECT name, fingerprint FROM vault.secrets";
const MAY_REGISTER: &str = "SELECT has_table_privilege('vault.secrets', 'INSERT')";
const REGISTER_SECRETS: &str = "INSERT INTO vault.secrets (name, fingerprint) \
     SELECT name, fingerprint FROM UNNEST($1::text[], $2::bytea[]) AS fresh (name, fingerprint) \
     ON CONFLICT (name) DO NOTHING";
const REGISTER_KEK: &str =
    "INSERT INTO vault.key_encryption_keys (kek_id, fingerprint) VALUES ($1, $2) ON CONFLICT (kek_id) DO NOTHING";
const WEEK_AFTER_RETIRED: &str = "SELECT min(later.kek_id) FROM vault.key_encryption_keys AS later \
     WHERE later.kek_id > $1 AND later.retired_at IS NULL AND EXISTS \
       (SELECT FROM vault.key_encryption_keys AS own WHERE own.kek_id = $1 AND own.retired_at IS NOT NULL)";
const READ_KEK: &str = "SELECT fingerprint FROM vault.key_encryption_keys WHERE kek_id = $1";

/// What the database says.
struct Registered {
    keks: Vec<(String, Vec<u8>)>,
    secrets: Vec<(String, Vec<u8>)>,
}

async fn read(pool: &PgPool) -> Result<Registered, Error> {
    let keks = sqlx::query_as(READ_KEKS).fetch_all(pool).await?;
    let secrets = sqlx::query_as(READ_SECRETS).fetch_all(pool).await?;
    Ok(Registered { keks, secrets })
}

/// Names that are missing from, or different in, what is at hand.
#[derive(Default)]
struct Mismatch {
    missing: Vec<String>,
    different: Vec<String>,
}

impl Mismatch {
    fn compare(&mut self, name: &str, stored: &[u8], at_hand: Option<Fingerprint>) {
        match at_hand {
            None => self.missing.push(name.to_owned()),
            Some(fingerprint) if !fingerprint.is(stored) => self.different.push(name.to_owned()),
            Some(_) => {}
        }
    }

    fn result(mut self) -> Result<(), Error> {
        if self.missing.is_empty() && self.different.is_empty() {
            return Ok(());
        }
        self.missing.sort();
        self.different.sort();
        Err(Error::KeyFolderMismatch { missing: self.missing, different: self.different })
    }
}

/// The week whose key wraps on a day: its own, or the first later one whose key is in use when its own was retired already.
/// A clock that ran ahead for some weeks, and was put right, leaves such weeks behind.
pub(crate) async fn week_of(pool: &PgPool, day: Date) -> Result<KekId, Error> {
    let week = KekId::of(day);
    let later: Option<String> = sqlx::query_scalar(WEEK_AFTER_RETIRED).bind(week.to_string()).fetch_one(pool).await?;
    Ok(later.and_then(|later| KekId::parse(&later)).unwrap_or(week))
}

/// Compares a folder before anything is made in it.
pub(crate) async fn check_folder(pool: &PgPool, folder: &Path) -> Result<(), Error> {
    let registered = read(pool).await?;
    let keks: BTreeMap<String, Fingerprint> = file_key_service::load(folder)?
        .iter()
        .map(|(kek, secret)| (kek.to_string(), Fingerprint::of(&kek.to_string(), secret)))
        .collect();
    let secrets = secrets::load_fingerprints(folder)?;
    let mut mismatch = Mismatch::default();
    for (name, stored) in &registered.keks {
        mismatch.compare(name, stored, keks.get(name).copied());
    }
    for (name, stored) in &registered.secrets {
        mismatch.compare(name, stored, secrets.get(name).copied());
    }
    mismatch.result()
}

/// Compares what was opened with what the database knows. A database that knows no secrets yet takes these, if the role
/// may write; the second look finds out whether another process was first.
pub(crate) async fn check_and_register(
    pool: &PgPool,
    service: &dyn KeyService,
    secrets: &Secrets,
) -> Result<(), Error> {
    let at_hand = secrets.fingerprints();
    let known = compare(pool, service, &at_hand).await?;
    if known == at_hand.len() || !sqlx::query_scalar(MAY_REGISTER).fetch_one(pool).await? {
        return Ok(());
    }
    let names: Vec<&str> = at_hand.keys().map(String::as_str).collect();
    let fingerprints: Vec<&[u8]> = at_hand.values().map(|f| f.as_bytes().as_slice()).collect();
    sqlx::query(REGISTER_SECRETS).bind(names).bind(fingerprints).execute(pool).await?;
    compare(pool, service, &at_hand).await.map(drop)
}

/// How many secrets the database knows, all of them equal to those at hand.
async fn compare(
    pool: &PgPool,
    service: &dyn KeyService,
    at_hand: &BTreeMap<String, Fingerprint>,
) -> Result<usize, Error> {
    let registered = read(pool).await?;
    let mut mismatch = Mismatch::default();
    for (name, stored) in &registered.keks {
        let fingerprint = match KekId::parse(name) {
            Some(kek) => service.fingerprint(kek).await?,
            None => None,
        };
        mismatch.compare(name, stored, fingerprint);
    }
    for (name, stored) in &registered.secrets {
        mismatch.compare(name, stored, at_hand.get(name).copied());
    }
    mismatch.result()?;
    Ok(registered.secrets.len())
}

/// Registers a key-encryption key before its first use; another key of the same name was first: mismatch.
pub(crate) async fn register_kek(
    connection: &mut PgConnection,
    service: &dyn KeyService,
    kek: KekId,
) -> Result<(), Error> {
    let fingerprint = service.fingerprint(kek).await?.ok_or(Error::UnknownKek { kek })?;
    let stored = make_known(connection, kek, fingerprint).await?;
    is_the_known_one(kek, fingerprint, &stored)
}

/// Registers a key-encryption key unless one of this name is known, and returns the fingerprint of the one that is.
pub(crate) async fn make_known(
    connection: &mut PgConnection,
    kek: KekId,
    fingerprint: Fingerprint,
) -> Result<Vec<u8>, Error> {
    let name = kek.to_string();
    sqlx::query(REGISTER_KEK).bind(&name).bind(fingerprint.as_bytes().as_slice()).execute(&mut *connection).await?;
    Ok(sqlx::query_scalar(READ_KEK).bind(&name).fetch_one(connection).await?)
}

/// Refuses a key-encryption key of which another one of the same name is known.
pub(crate) fn is_the_known_one(kek: KekId, fingerprint: Fingerprint, stored: &[u8]) -> Result<(), Error> {
    let mut mismatch = Mismatch::default();
    mismatch.compare(&kek.to_string(), stored, Some(fingerprint));
    mismatch.result()
}
