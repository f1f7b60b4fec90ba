//! Keys, sealing, search tokens, erasure.
//!
//! Personal data is stored sealed. Every stream that has some is given a key of its own, a [`DrawnKey`] out of the
//! [`Vault`]; [`envelope`] seals and opens with it; destroying the key erases, in every copy of the sealed bytes at once.
//! [`Secrets`] makes the blind indexes by which a person is found without being named, and the digests of receipts.
//!
//! Doctrine:
//! - **No key in the clear in PostgreSQL.** `vault.keys` holds keys wrapped by a key-encryption key, one a week, which a
//!   [`KeyService`] keeps elsewhere ([`FileKeyService`]: a folder). A dump of the database opens nothing.
//! - **A key-encryption key lives a week and then goes.** A [`Rotation`] moves live keys to the one of the week; what is left
//!   without any is destroyed [`KEPT_UNUSED_DAYS`] later, and with it what older copies of the database could have opened.
//! - **A key is durable before it is used**, so that no sealed event can outlive its key by accident. Keys are drawn from
//!   blocks inserted ahead; drawing costs no round trip.
//! - **A drawn key belongs to nobody** until the log names it. The process that drew it holds a lease; keys of a lease
//!   whose process is gone are listed, and the caller, who can read the log, destroys or settles them.
//! - **Destroyed is final.** A tombstone stays, so that *erased* and *missing* are two answers: only the second is a fault.
//! - **Erasure outlives a restore.** Erased keys are listed beside the key-encryption keys, in an [`ErasureList`] that is
//!   signed; whoever opens a database destroys those that are live again first.
//! - **So does what was given out.** How far counters have gone stands there too, in [`HighWater`] marks: a restored database
//!   would give the same again.
//! - **A key folder belongs to one database.** Fingerprints stand in the database; a folder that is wrong, incomplete or
//!   empty is refused, never made good by new keys.
//! - **A key is committed to.** [`DataKey::commitment`] stands in the log, so nobody can later show another key under
//!   which the same bytes open to another text.
//!
//! This crate knows no log and no domain: streams are text, parts are bytes.

mod cipher;
mod data_key;
mod draw;
pub mod envelope;
mod erasure_list;
mod error;
mod file_key_service;
mod fingerprint;
mod high_water;
mod kek_id;
mod key_file;
mod key_service;
mod keys;
mod lease;
#[cfg(feature = "memory")]
pub mod memory;
mod registry;
mod rotation;
mod secret;
mod secrets;
mod store;
mod vault;
mod wrapping;

pub use data_key::{DataKey, KeyId};
pub use draw::DrawnKey;
pub use erasure_list::{ErasedKey, ErasureList};
pub use error::Error;
pub use file_key_service::FileKeyService;
pub use fingerprint::Fingerprint;
pub use high_water::{HighWater, Marks};
pub use kek_id::KekId;
pub use key_service::{KeyService, Wrapped};
pub use keys::{DEAD_FOR_SAFETY, KeyState};
pub use rotation::{KEPT_UNUSED_DAYS, Rotation, Wrapping};
pub use secret::Secret32;
pub use secrets::Secrets;
pub use vault::Vault;
