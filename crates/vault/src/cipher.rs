//! XChaCha20-Poly1305 with a random nonce in front of the ciphertext: 24 + n + 16 bytes.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use crate::{Error, Secret32};

pub(crate) const NONCE: usize = 24;
pub(crate) const OVERHEAD: usize = NONCE + 16;

fn cipher(key: &Secret32) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new_from_slice(key.expose()).expect("a key of 32 bytes fits")
}

/// 192 random bits never repeat in practice, so no counter needs to be kept.
pub(crate) fn seal(key: &Secret32, aad: &[u8], clear: &[u8]) -> Result<Vec<u8>, Error> {
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce).map_err(Error::Random)?;
    let sealed = cipher(key)
        .encrypt(&XNonce::from(nonce), Payload { msg: clear, aad })
        .map_err(|_| Error::Unsealable { reason: "longer than the cipher takes" })?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// `None` when anything at all is not as it was sealed.
pub(crate) fn open(key: &Secret32, aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, text) = sealed.split_first_chunk::<NONCE>()?;
    cipher(key).decrypt(&XNonce::from(*nonce), Payload { msg: text, aad }).ok()
}
