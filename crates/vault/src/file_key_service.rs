use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use async_trait::async_trait;
use jiff::civil::Date;

use crate::{DataKey, Error, Fingerprint, KekId, KeyId, KeyService, Secret32, Wrapped, key_file, wrapping};

/// Key-encryption keys in a folder, one file a week: `kek-2026-W48.key`, 32 bytes, mode 0600. All that are there open what
/// they wrapped; the one of the week that was [begun](KeyService::begin) last wraps.
///
/// The folder must be backed up apart from the database. Whoever has both reads everything; whoever has lost the folder
/// reads no personal data again.
#[derive(Debug)]
pub struct FileKeyService {
    folder: PathBuf,
    held: RwLock<Held>,
}

#[derive(Debug)]
struct Held {
    current: KekId,
    keys: BTreeMap<KekId, Secret32>,
}

impl FileKeyService {
    /// Opens the folder, makes it (mode 0700) and the key of the week when they are not there; both are on disk before this
    /// returns. It does not know the database: [`Vault::open_folder`](crate::Vault::open_folder) looks there first.
    pub fn open_or_create(folder: impl Into<PathBuf>, current: KekId) -> Result<Self, Error> {
        let folder = folder.into();
        key_file::prepare(&folder)?;
        let mut keys = load(&folder)?;
        keys.insert(current, key_file::read_or_create(&folder, &file_name(current))?);
        // Another process may have made the key a moment ago and not have flushed the folder yet.
        key_file::sync(&folder)?;
        Ok(Self { folder, held: RwLock::new(Held { current, keys }) })
    }

    /// Opens a folder that is there and makes nothing in it: it opens what its keys wrapped, and wraps only when it holds
    /// this week's key.
    pub fn open(folder: impl Into<PathBuf>, today: Date) -> Result<Self, Error> {
        let folder = folder.into();
        let held = RwLock::new(Held { current: KekId::of(today), keys: load(&folder)? });
        Ok(Self { folder, held })
    }

    fn held(&self) -> RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> RwLockWriteGuard<'_, Held> {
        self.held.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn key(&self, kek: KekId) -> Result<Option<Secret32>, Error> {
        let known = self.held().keys.get(&kek).cloned();
        if known.is_some() {
            return Ok(known);
        }
        // Another process may have begun a new week since.
        let found = key_file::read(&self.folder.join(file_name(kek)))?;
        if let Some(secret) = &found {
            self.change().keys.insert(kek, secret.clone());
        }
        Ok(found)
    }

    fn present(&self, kek: KekId) -> Result<Secret32, Error> {
        self.key(kek)?.ok_or(Error::UnknownKek { kek })
    }
}

fn file_name(kek: KekId) -> String {
    format!("{kek}.key")
}

/// Every key-encryption key of a folder; none when there is no folder.
pub(crate) fn load(folder: &Path) -> Result<BTreeMap<KekId, Secret32>, Error> {
    let mut keys = BTreeMap::new();
    if !folder.exists() {
        return Ok(keys);
    }
    key_file::check(folder)?;
    for entry in std::fs::read_dir(folder).map_err(Error::file("read", folder))? {
        let entry = entry.map_err(Error::file("read", folder))?;
        let name = entry.file_name();
        let kek = name.to_str().and_then(|name| name.strip_suffix(".key")).and_then(KekId::parse);
        if let Some(kek) = kek
            && let Some(secret) = key_file::read(&entry.path())?
        {
            keys.insert(kek, secret);
        }
    }
    Ok(keys)
}

#[async_trait]
impl KeyService for FileKeyService {
    async fn wrap(&self, key: &DataKey, id: KeyId) -> Result<Wrapped, Error> {
        let current = self.current();
        wrapping::wrap(current, &self.present(current)?, key, id)
    }

    async fn unwrap(&self, wrapped: &Wrapped, id: KeyId) -> Result<DataKey, Error> {
        wrapping::unwrap(&self.present(wrapped.kek)?, wrapped, id)
    }

    fn current(&self) -> KekId {
        self.held().current
    }

    async fn begin(&self, week: KekId) -> Result<bool, Error> {
        if week < self.current() {
            return Ok(false);
        }
        let made = !self.folder.join(file_name(week)).exists();
        let secret = key_file::read_or_create(&self.folder, &file_name(week))?;
        // Another process may have made the key a moment ago and not have flushed the folder yet.
        key_file::sync(&self.folder)?;
        // Read anew, so that what another process destroyed does not live on in this one.
        let mut keys = load(&self.folder)?;
        keys.insert(week, secret);
        *self.change() = Held { current: week, keys };
        Ok(made)
    }

    async fn destroy(&self, kek: KekId) -> Result<bool, Error> {
        if kek == self.current() {
            return Ok(false);
        }
        let there = key_file::destroy(&self.folder, &file_name(kek))?;
        self.change().keys.remove(&kek);
        Ok(there)
    }

    async fn fingerprint(&self, kek: KekId) -> Result<Option<Fingerprint>, Error> {
        Ok(self.key(kek)?.map(|secret| Fingerprint::of(&kek.to_string(), &secret)))
    }
}
