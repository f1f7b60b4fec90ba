use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::Error;

/// 32 secret bytes: wiped when dropped, never printed, not copied when moved (they stay in one place on the heap).
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret32(Box<[u8; 32]>);

impl Secret32 {
    /// Fresh bytes from the operating system.
    pub fn random() -> Result<Self, Error> {
        let mut bytes = Box::new([0; 32]);
        getrandom::fill(bytes.as_mut_slice()).map_err(Error::Random)?;
        Ok(Self(bytes))
    }

    /// Exactly 32 bytes, or nothing.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        let mut secret = Box::new([0; 32]);
        if bytes.len() != secret.len() {
            return None;
        }
        secret.copy_from_slice(bytes);
        Some(Self(secret))
    }

    /// Bytes that were derived from another secret.
    pub(crate) fn derived(bytes: [u8; 32]) -> Self {
        Self(Box::new(bytes))
    }

    /// The bytes, for a cipher or a key service; they go nowhere else.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Secret32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret32(..)")
    }
}
