use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::Secret32;

/// Proves that a secret is the known one, and tells nothing about it: HMAC-SHA256 of its name under itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of a secret under its name.
    pub fn of(name: &str, secret: &Secret32) -> Self {
        Self(mac(secret, b"sne-fingerprint-v1", &[name.as_bytes()]))
    }

    /// The bytes as the database stores them.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn is(&self, stored: &[u8]) -> bool {
        self.0 == stored
    }
}

/// HMAC-SHA256 over label, number of parts and parts, each with its length before it: no two lists share a message.
pub(crate) fn mac(key: &Secret32, label: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    keyed(key, label, parts).finalize().into_bytes().into()
}

/// Whether a MAC is the one of these parts, in a time that does not tell where it differs.
pub(crate) fn is_mac(key: &Secret32, label: &[u8], parts: &[&[u8]], claimed: &[u8]) -> bool {
    keyed(key, label, parts).verify_slice(claimed).is_ok()
}

fn keyed(key: &Secret32, label: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose()).expect("HMAC takes a key of any length");
    let length = |bytes: &[u8]| (bytes.len() as u64).to_be_bytes();
    mac.update(&length(label));
    mac.update(label);
    mac.update(&(parts.len() as u64).to_be_bytes());
    for part in parts {
        mac.update(&length(part));
        mac.update(part);
    }
    mac
}
