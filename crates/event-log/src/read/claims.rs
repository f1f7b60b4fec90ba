//! Looking up claims: by key before a command is decided, and all of them for the one who recomputes.

use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::Reader;
use super::event::column;
use crate::{Error, StreamId};

// LATERAL with OFFSET 0: one look-up for each key, whatever the planner believes of the table.
const HOLDERS: &str = "SELECT c.scope, c.ordinal, c.holder, c.tag, k.place \
    FROM unnest($2::bytea[]) WITH ORDINALITY AS k(key, place) \
    CROSS JOIN LATERAL (SELECT scope, ordinal, holder, tag FROM log.claims \
     WHERE kind = $1 AND key = k.key ORDER BY scope, ordinal OFFSET 0) AS c ORDER BY k.place, c.scope, c.ordinal";
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
        let rows = self.rows("reading claims", HOLDERS, arguments!(kind, keys)).await?;
        let mut read = vec![Vec::new(); keys.len()];
        for row in &rows {
            let place: i64 = column(row, 4, "place")?;
            let index = usize::try_from(place - 1).map_err(|_| Error::Unreadable { field: "place" })?;
            read.get_mut(index).ok_or(Error::Unreadable { field: "place" })?.push(holder(row)?);
        }
        Ok(read)
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
