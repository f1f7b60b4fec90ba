//! Looking up claims: by key before a command is decided, and all of them for the one who recomputes.

use uuid::Uuid;

use super::Reader;
use crate::{Error, StreamId};

/// One holder of a (kind, key).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimHolder {
    /// Within which scope.
    pub scope: String,
    /// 0 for the ordinary one, more for those forced beside it.
    pub ordinal: i16,
    /// The stream that holds it.
    pub holder: StreamId,
    /// The tag that all live claims of the key share.
    pub tag: Uuid,
}

/// One claim, with its key.
#[derive(Clone, PartialEq, Eq)]
pub struct ClaimRow {
    /// What is unique.
    pub kind: i16,
    /// The key.
    pub key: Vec<u8>,
    /// Who holds it, and within what.
    pub holder: ClaimHolder,
}

// Written by hand: a claim key stays out of every log line.
impl std::fmt::Debug for ClaimRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClaimRow").field("kind", &self.kind).field("holder", &self.holder).finish_non_exhaustive()
    }
}

impl Reader {
    /// Everybody who holds this key, in whatever scope, by scope and ordinal.
    ///
    /// # Errors
    /// [`Error::Unreadable`]; [`Error::Connection`] or [`Error::Database`].
    pub async fn claim_holders(&self, kind: i16, key: &[u8]) -> Result<Vec<ClaimHolder>, Error> {
        Ok(self.claim_holders_of(kind, &[key]).await?.pop().unwrap_or_default())
    }

    /// Everybody who holds each of these keys, in the order asked for: one statement for all of them.
    ///
    /// # Errors
    /// As [`Reader::claim_holders`].
    pub async fn claim_holders_of(&self, kind: i16, keys: &[&[u8]]) -> Result<Vec<Vec<ClaimHolder>>, Error> {
        self.store.claim_holders_of(kind, keys).await
    }

    /// All claims in order of (kind, key, scope, ordinal), behind the one given, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Unreadable`]; [`Error::Connection`] or [`Error::Database`].
    pub async fn claims_after(&self, after: Option<&ClaimRow>, limit: u32) -> Result<Vec<ClaimRow>, Error> {
        self.store.claims_after(after, limit).await
    }
}
