use std::fmt;

use sha2::{Digest, Sha256};

use crate::{Error, Secret32};

/// Number of a key in the vault; it stands on the events that the key seals.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct KeyId(i64);

impl KeyId {
    /// The number as the log stores it.
    pub const fn new(id: i64) -> Self {
        Self(id)
    }

    /// The number as the log stores it.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The key of one stream, 256 random bits.
#[derive(Clone, Debug)]
pub struct DataKey(Secret32);

impl DataKey {
    /// A new key.
    pub fn random() -> Result<Self, Error> {
        Secret32::random().map(Self)
    }

    /// What identifies this key without telling it: SHA-256 of `"sne-kc"` and the key. It stands on the first event that
    /// names the key. An authenticated cipher alone does not bind to one key; this does.
    pub fn commitment(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"sne-kc");
        hash.update(self.0.expose());
        hash.finalize().into()
    }

    /// The secret itself, for a [`KeyService`](crate::KeyService).
    pub fn secret(&self) -> &Secret32 {
        &self.0
    }
}

impl From<Secret32> for DataKey {
    fn from(secret: Secret32) -> Self {
        Self(secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commitment_is_the_one_an_auditor_computes() {
        let key = DataKey::from(Secret32::from_slice(&[7; 32]).unwrap());
        let expected: [u8; 32] = Sha256::digest([b"sne-kc".as_slice(), &[7; 32]].concat()).into();
        assert_eq!(key.commitment(), expected);
    }

    #[test]
    fn nothing_secret_is_printed() {
        let key = DataKey::from(Secret32::from_slice(&[0xAB; 32]).unwrap());
        assert_eq!(format!("{key:?}"), "DataKey(Secret32(..))");
    }
}
