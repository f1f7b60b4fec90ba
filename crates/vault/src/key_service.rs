use async_trait::async_trait;

use crate::{DataKey, Error, Fingerprint, KekId, KeyId};

/// A data key under a key-encryption key, as `vault.keys` stores it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wrapped {
    /// The key-encryption key.
    pub kek: KekId,
    /// What only that key opens, and only for the same [`KeyId`].
    pub bytes: Vec<u8>,
}

/// Keeps the key-encryption keys, outside PostgreSQL. Chosen at run time: a folder now, a hardware module one day.
#[async_trait]
pub trait KeyService: Send + Sync {
    /// Wraps under the current key-encryption key, bound to `id`.
    async fn wrap(&self, key: &DataKey, id: KeyId) -> Result<Wrapped, Error>;

    /// Unwraps what was wrapped for the same `id`: [`Error::UnknownKek`], [`Error::WrappedAltered`].
    async fn unwrap(&self, wrapped: &Wrapped, id: KeyId) -> Result<DataKey, Error>;

    /// The key-encryption key that [`KeyService::wrap`] uses.
    fn current(&self) -> KekId;

    /// Begins a week: makes its key-encryption key when it is not there, durably, and wraps under it from now on. An
    /// earlier week than the current one changes nothing. Returns whether a key was made.
    async fn begin(&self, week: KekId) -> Result<bool, Error>;

    /// Destroys a key-encryption key; never the current one. Returns whether there was one.
    async fn destroy(&self, kek: KekId) -> Result<bool, Error>;

    /// The fingerprint of a key-encryption key under its id; `None` when it is not there.
    async fn fingerprint(&self, kek: KekId) -> Result<Option<Fingerprint>, Error>;
}
