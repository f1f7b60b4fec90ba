use std::collections::BTreeMap;
use std::path::Path;

use crate::fingerprint::{is_mac, mac};
use crate::{Error, Fingerprint, Secret32, cipher, key_file};

const SEARCH_TOKEN: &str = "search-token";
const RECEIPT_DIGEST: &str = "receipt-digest";
const DECISION: &[u8] = b"sne-decision-v1";

/// The two keyed hashes of the register. Their keys lie beside the key-encryption keys (`search-token.key`,
/// `receipt-digest.key`) and are never rotated: every stored token and digest depends on them.
#[derive(Debug)]
pub struct Secrets {
    search_token: Secret32,
    receipt_digest: Secret32,
}

impl Secrets {
    /// Opens the folder and makes the keys that are not there; they are on disk before this returns. It does not know the
    /// database: [`Vault::open_folder`](crate::Vault::open_folder) looks there first.
    pub fn open_or_create(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let folder = folder.as_ref();
        key_file::prepare(folder)?;
        let key = |name| key_file::read_or_create(folder, &file_name(name));
        let secrets = Self { search_token: key(SEARCH_TOKEN)?, receipt_digest: key(RECEIPT_DIGEST)? };
        key_file::sync(folder)?;
        Ok(secrets)
    }

    /// Opens the keys of a folder, and makes none.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, Error> {
        let key = |name| {
            let path = folder.as_ref().join(file_name(name));
            key_file::read(&path)?.ok_or(Error::KeyFileMissing { path })
        };
        Ok(Self { search_token: key(SEARCH_TOKEN)?, receipt_digest: key(RECEIPT_DIGEST)? })
    }

    #[cfg(feature = "memory")]
    pub(crate) fn of(search_token: Secret32, receipt_digest: Secret32) -> Self {
        Self { search_token, receipt_digest }
    }

    /// A blind index: equal parts give equal tokens, and without the key a token says nothing, not even to somebody who
    /// guesses names. Parts are told apart: `["ab", "c"]` and `["a", "bc"]` differ.
    pub fn blind(&self, parts: &[&[u8]]) -> [u8; 32] {
        mac(&self.search_token, b"sne-blind-v1", parts)
    }

    /// The digest of a command's body for its receipt. Keyed, because a body holds few unknowns and could be guessed.
    pub fn digest(&self, body: &[u8]) -> [u8; 32] {
        mac(&self.receipt_digest, b"sne-receipt-v1", &[body])
    }

    /// The digest of a question that somebody asked, for the record of who looked: equal for equal questions, and worth nothing
    /// without the key. Parts are told apart.
    pub fn digest_question(&self, parts: &[&[u8]]) -> [u8; 32] {
        mac(&self.question_key(), b"sne-question-v1", parts)
    }

    /// Seals what somebody shall carry about and give back without reading it. It opens with the same `purpose` only.
    ///
    /// # Errors
    /// [`Error::Random`] when the machine gives no random bytes.
    pub fn seal_token(&self, purpose: &[u8], clear: &[u8]) -> Result<Vec<u8>, Error> {
        cipher::seal(&self.token_key(), purpose, clear)
    }

    /// What [`Secrets::seal_token`] sealed for this purpose; `None` for anything else.
    pub fn open_token(&self, purpose: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        cipher::open(&self.token_key(), purpose, sealed)
    }

    /// Signs a decision of the operator that lies in the database: whoever has the database alone can neither make one nor
    /// change one. Parts are told apart.
    pub fn sign_decision(&self, parts: &[&[u8]]) -> [u8; 32] {
        mac(&self.decision_key(), DECISION, parts)
    }

    /// Whether [`Secrets::sign_decision`] signed these parts so, in this register.
    pub fn signed_decision(&self, parts: &[&[u8]], signature: &[u8]) -> bool {
        is_mac(&self.decision_key(), DECISION, parts, signature)
    }

    fn question_key(&self) -> Secret32 {
        Secret32::derived(mac(&self.receipt_digest, b"sne-question-key-v1", &[]))
    }

    fn decision_key(&self) -> Secret32 {
        Secret32::derived(mac(&self.receipt_digest, b"sne-decision-key-v1", &[]))
    }

    /// Signs the list of erased keys. Lives as long as the folder.
    pub(crate) fn erasure_key(&self) -> Secret32 {
        Secret32::derived(mac(&self.receipt_digest, b"sne-erasure-key-v1", &[]))
    }

    /// Signs the marks of counters. Lives as long as the folder.
    pub(crate) fn marks_key(&self) -> Secret32 {
        Secret32::derived(mac(&self.receipt_digest, b"sne-marks-key-v1", &[]))
    }

    /// Tokens live for minutes: a key derived from one that every server of the register has will do.
    fn token_key(&self) -> Secret32 {
        Secret32::derived(mac(&self.receipt_digest, b"sne-token-key-v1", &[]))
    }

    pub(crate) fn fingerprints(&self) -> BTreeMap<String, Fingerprint> {
        [(SEARCH_TOKEN, &self.search_token), (RECEIPT_DIGEST, &self.receipt_digest)]
            .into_iter()
            .map(|(name, secret)| (name.to_owned(), Fingerprint::of(name, secret)))
            .collect()
    }
}

fn file_name(name: &str) -> String {
    format!("{name}.key")
}

/// Fingerprints of the secrets that a folder has, nothing made.
pub(crate) fn load_fingerprints(folder: &Path) -> Result<BTreeMap<String, Fingerprint>, Error> {
    let mut found = BTreeMap::new();
    for name in [SEARCH_TOKEN, RECEIPT_DIGEST] {
        if let Some(secret) = key_file::read(&folder.join(file_name(name)))? {
            found.insert(name.to_owned(), Fingerprint::of(name, &secret));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> (tempfile::TempDir, Secrets) {
        let folder = tempfile::tempdir().unwrap();
        let secrets = Secrets::open_or_create(folder.path().join("keys")).unwrap();
        (folder, secrets)
    }

    #[test]
    fn tokens_are_stable_over_reopening_and_differ_between_folders() {
        let (folder, secrets) = secrets();
        let again = Secrets::open_or_create(folder.path().join("keys")).unwrap();
        assert_eq!(secrets.blind(&[b"a", b"b"]), again.blind(&[b"a", b"b"]));
        assert_eq!(secrets.digest(b"body"), again.digest(b"body"));
        let other = self::secrets().1;
        assert_ne!(secrets.blind(&[b"a", b"b"]), other.blind(&[b"a", b"b"]));
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let (_folder, secrets) = secrets();
        let lists: [&[&[u8]]; 6] = [&[], &[b""], &[b"", b""], &[b"abc"], &[b"ab", b"c"], &[b"a", b"bc"]];
        for (i, one) in lists.iter().enumerate() {
            for other in &lists[i + 1..] {
                assert_ne!(secrets.blind(one), secrets.blind(other));
            }
        }
        assert_ne!(secrets.blind(&[b"abc"]), secrets.digest(b"abc"));
        assert_ne!(secrets.digest_question(&[b"ab", b"c"]), secrets.digest_question(&[b"a", b"bc"]));
        assert_ne!(secrets.digest_question(&[b"abc"]), secrets.blind(&[b"abc"]));
    }

    #[test]
    fn a_token_opens_for_its_purpose_with_the_same_secrets_alone() {
        let (_folder, secrets) = secrets();
        let token = secrets.seal_token(b"list", b"place").unwrap();
        assert_eq!(secrets.open_token(b"list", &token).unwrap(), b"place");
        assert_eq!(secrets.open_token(b"other", &token), None);
        assert_eq!(secrets.open_token(b"list", &token[1..]), None);
        assert_eq!(self::secrets().1.open_token(b"list", &token), None);
    }

    #[test]
    fn a_decision_is_signed_by_its_register_alone_and_part_by_part() {
        let (folder, secrets) = secrets();
        let signature = secrets.sign_decision(&[b"ab", b"c"]);
        let again = Secrets::open(folder.path().join("keys")).unwrap();
        assert!(again.signed_decision(&[b"ab", b"c"], &signature));
        assert!(!again.signed_decision(&[b"a", b"bc"], &signature));
        assert!(!again.signed_decision(&[b"ab", b"c"], &signature[1..]));
        assert!(!self::secrets().1.signed_decision(&[b"ab", b"c"], &signature), "another register");
        assert_ne!(signature, secrets.digest(b"abc"));
    }

    #[test]
    fn nothing_secret_is_printed() {
        let (_folder, secrets) = secrets();
        assert_eq!(format!("{secrets:?}"), "Secrets { search_token: Secret32(..), receipt_digest: Secret32(..) }");
    }
}
