//! Looking up claims.

use sqlx::postgres::PgRow;

use super::PgStore;
use super::decode::column;
use crate::{ClaimHolder, ClaimRow, Error, StreamId};

// LATERAL with OFFSET 0: one look-up for each key, whatever the planner believes of the table.
const HOLDERS: &str = "SELECT c.scope, c.ordinal, c.holder, c.tag, k.place \
    FROM unnest($2::bytea[]) WITH ORDINALITY AS k(key, place) \
    CROSS JOIN LATERAL (SELECT scope, ordinal, holder, tag FROM log.claims \
     WHERE kind = $1 AND key = k.key ORDER BY scope, ordinal OFFSET 0) AS c ORDER BY k.place, c.scope, c.ordinal";
const AFTER: &str = "SELECT scope, ordinal, holder, tag, kind, key FROM log.claims \
    WHERE (kind, key, scope, ordinal) > ($1, $2, $3, $4) ORDER BY kind, key, scope, ordinal LIMIT $5";

impl PgStore {
    pub(super) async fn read_holders(&self, kind: i16, keys: &[&[u8]]) -> Result<Vec<Vec<ClaimHolder>>, Error> {
        let rows = self.rows("reading claims", HOLDERS, arguments!(kind, keys)).await?;
        let mut read = vec![Vec::new(); keys.len()];
        for row in &rows {
            let place: i64 = column(row, 4, "place")?;
            let index = usize::try_from(place - 1).map_err(|_| Error::Unreadable { field: "place" })?;
            read.get_mut(index).ok_or(Error::Unreadable { field: "place" })?.push(holder(row)?);
        }
        Ok(read)
    }

    pub(super) async fn read_claims(&self, after: Option<&ClaimRow>, limit: u32) -> Result<Vec<ClaimRow>, Error> {
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
