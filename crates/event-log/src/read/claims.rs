//! Looking up claims: by key before a command is decided, and all of them for the one who recomputes.

use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::Reader;
use super::event::column;
use crate::{Error, StreamId};

const TAGS: &str = "SELECT (SELECT c.tag FROM log.claims AS c WHERE c.kind = $1 AND c.key = k.key \
     ORDER BY c.scope, c.ordinal LIMIT 1) FROM unnest($2::bytea[]) WITH ORDINALITY AS k(key, place) ORDER BY k.place";
const HOLDERS: &str =
    "SELECT scope, ordinal, holder, tag FROM log.claims WHERE kind = $1 AND key = $2 ORDER BY scope, ordinal";
const AFTER: &str = "SELECT scope, ordinal, holder, tag, kind, key FROM log.claims \
    WHERE (kind, key, scope, ordinal) > ($1, $2, $3, $4) ORDER BY kind, key, scope, ordinal LIMIT $5";

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
    /// For each of these keys the tag that live claims on it share; `None` where there is none, so that a new one may be
    /// drawn. One statement for all of them.
    ///
    /// # Errors
    /// [`Error::Connection`] or [`Error::Database`].
    pub async fn claim_tags(&self, kind: i16, keys: &[&[u8]]) -> Result<Vec<Option<Uuid>>, Error> {
        sqlx::query_scalar(TAGS)
            .bind(kind)
            .bind(keys)
            .fetch_all(&self.pool)
            .await
            .map_err(|error| Error::from_sqlx("reading claims", &error))
    }

    /// Everybody who holds this key, in whatever scope, by scope and ordinal.
    ///
    /// # Errors
    /// [`Error::Unreadable`]; [`Error::Connection`] or [`Error::Database`].
    pub async fn claim_holders(&self, kind: i16, key: &[u8]) -> Result<Vec<ClaimHolder>, Error> {
        let rows = self.rows("reading claims", HOLDERS, arguments!(kind, key)).await?;
        rows.iter().map(holder).collect()
    }

    /// All claims in order of (kind, key, scope, ordinal), behind the one given, at most `limit`.
    ///
    /// # Errors
    /// [`Error::Unreadable`]; [`Error::Connection`] or [`Error::Database`].
    pub async fn claims_after(&self, after: Option<&ClaimRow>, limit: u32) -> Result<Vec<ClaimRow>, Error> {
        let (kind, key, scope, ordinal) = after.map_or((i16::MIN, &[][..], "", -1), |row| {
            (row.kind, row.key.as_slice(), row.holder.scope.as_str(), row.holder.ordinal)
        });
        let query = sqlx::query(AFTER).bind(kind).bind(key).bind(scope).bind(ordinal).bind(i64::from(limit));
        let rows = query.fetch_all(&self.pool).await.map_err(|error| Error::from_sqlx("reading claims", &error))?;
        rows.iter()
            .map(|row| {
                Ok(ClaimRow { kind: column(row, 4, "kind")?, key: column(row, 5, "key")?, holder: holder(row)? })
            })
            .collect()
    }
}

fn holder(row: &PgRow) -> Result<ClaimHolder, Error> {
    Ok(ClaimHolder {
        scope: column(row, 0, "scope")?,
        ordinal: column(row, 1, "ordinal")?,
        holder: StreamId::parse(column::<String>(row, 2, "holder")?)?,
        tag: column(row, 3, "tag")?,
    })
}
