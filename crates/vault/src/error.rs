use std::path::PathBuf;

use crate::{KekId, KeyId};

/// Why keys cannot be had, or sealed bytes not be opened. No variant holds a key or a part of a clear text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// PostgreSQL refused or was not there.
    #[error("the vault's database does not answer as it should")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the vault's schema cannot be migrated")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// The operating system gave no random bytes.
    #[error("the operating system gives no random bytes")]
    Random(#[source] getrandom::Error),
    /// A file or the folder of keys could not be made, read or flushed.
    #[error("cannot {action} {path}")]
    KeyFile {
        /// What was tried, as a verb.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system answered.
        #[source]
        source: std::io::Error,
    },
    /// A key file does not hold exactly one key.
    #[error("{path} does not hold a key of 32 bytes; put the file back from its backup")]
    KeyFileDamaged {
        /// The file.
        path: PathBuf,
    },
    /// A key file is not there.
    #[error("{path} is not there; put the file back from its backup")]
    KeyFileMissing {
        /// The file.
        path: PathBuf,
    },
    /// Others than the owner may read a key file, or write in the folder of keys.
    #[error("{path} is open to other accounts; close it with `chmod go-rwx {path}`")]
    KeyFileExposed {
        /// The file or folder.
        path: PathBuf,
    },
    /// The list of erased keys was altered, or is signed by other secrets.
    #[error("line {line} of {path} is not what was written there; put the file back from its backup")]
    ErasureListAltered {
        /// The list.
        path: PathBuf,
        /// The first line that does not fit.
        line: usize,
    },
    /// The marks of a group of counters were altered, or are signed by other secrets.
    #[error("{path} is not what was written there; put the file back from its backup")]
    MarksAltered {
        /// The file.
        path: PathBuf,
    },
    /// Erased keys are live again: the database was restored and nobody who may write has opened it since.
    #[error("{count} erased keys are live again: the database was restored; open it to write first")]
    ErasedKeysLive {
        /// How many.
        count: usize,
    },
    /// The folder of keys is not the one that this database was written with. Nothing was changed.
    #[error(
        "the key folder does not belong to this database (missing: {}; different: {}); use the folder that was beside it, \
         or put that folder back from its backup; new keys would not open what is stored",
        listed(missing),
        listed(different)
    )]
    KeyFolderMismatch {
        /// Keys that the database knows and the folder has not.
        missing: Vec<String>,
        /// Keys that are another in the folder than in the database.
        different: Vec<String>,
    },
    /// A key is wrapped by a key-encryption key that the key service does not have.
    #[error("key-encryption key {kek} is not there")]
    UnknownKek {
        /// Its id.
        kek: KekId,
    },
    /// Wrapped bytes do not open under their key-encryption key: altered, or moved from another row.
    #[error("the wrapped bytes of key {key} are altered")]
    WrappedAltered {
        /// The key.
        key: KeyId,
    },
    /// A row of the vault says something that no version of this program wrote.
    #[error("the row of key {key} is damaged")]
    RowDamaged {
        /// The key.
        key: KeyId,
    },
    /// The unwrapped key is not the one committed to when it was drawn.
    #[error("key {key} is not the one that was committed to")]
    CommitmentMismatch {
        /// The key.
        key: KeyId,
    },
    /// Parts that cannot be sealed together: too many, too long, or two of the same tag.
    #[error("cannot seal: {reason}")]
    Unsealable {
        /// What is wrong with them.
        reason: &'static str,
    },
    /// Sealed bytes that are no envelope of a known format.
    #[error("not an envelope: {reason}")]
    Malformed {
        /// What is wrong with them.
        reason: &'static str,
    },
    /// A sealed part was altered, or moved from another place, or is opened with another key.
    #[error("sealed part {tag} does not open at this place with this key")]
    NotAuthentic {
        /// Tag of the part.
        tag: u8,
    },
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

impl Error {
    pub(crate) fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::KeyFile { action, path, source }
    }
}
