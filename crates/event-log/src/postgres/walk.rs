//! Walking along the streams in binary COPY: half the work of a result set.

use async_trait::async_trait;
use futures_util::TryStreamExt as _;
use sqlx::{Executor as _, PgConnection, PgPool};

use super::PgStore;
use super::decode::{column, columns, from_copy};
use crate::store::Walk;
use crate::{Error, Position, RecordedEvent, StreamId, StreamRange};

// One look-up for each position, whatever the planner believes of the table.
const NAMES: &str = "SELECT (SELECT e.stream FROM log.events AS e WHERE e.position = k.position) \
     FROM unnest($1::bigint[]) AS k(position)";
const FIRST_MISSING: &str = "SELECT n FROM (SELECT position, row_number() OVER (ORDER BY position) AS n \
       FROM log.events WHERE position <= $1) AS e \
     WHERE position <> n ORDER BY n LIMIT 1";
const COUNT: &str = "SELECT count(*) FROM log.events WHERE position <= $1";
// The only good plan is the walk along the index of streams, also on tables that were never analysed. Names are quoted
// into the statement, as COPY takes no parameters.
const SETTINGS: &str = "SET enable_seqscan TO off; SET enable_bitmapscan TO off; SET enable_sort TO off; \
     SET standard_conforming_strings TO on";

impl PgStore {
    pub(super) async fn names_at(&self, positions: &[i64]) -> Result<Vec<StreamId>, Error> {
        let rows = self.rows("looking at names of streams", NAMES, arguments!(positions)).await?;
        // A name that cannot be read is found by whoever walks over it.
        let names = rows.iter().filter_map(|row| sqlx::Row::try_get::<Option<String>, _>(row, 0).ok().flatten());
        Ok(names.filter_map(|name| StreamId::parse(name).ok()).collect())
    }

    pub(super) async fn lowest_missing(&self, up_to: Position) -> Result<Option<Position>, Error> {
        let missing = self.row("looking for a missing position", FIRST_MISSING, arguments!(up_to.get())).await?;
        if let Some(row) = missing {
            return Position::try_new(column(&row, 0, "position")?).map(Some);
        }
        let row = self.row("counting positions", COUNT, arguments!(up_to.get())).await?;
        let count = column(&row.ok_or(Error::Unreadable { field: "position" })?, 0, "position")?;
        let reached = Position::try_new(count)?;
        Ok((reached < up_to).then(|| reached.next()))
    }
}

/// A session of its own.
#[derive(Debug)]
pub(crate) struct PgWalk(PgConnection);

impl PgWalk {
    pub(crate) async fn open(pool: &PgPool) -> Result<Self, Error> {
        let failed = |error: sqlx::Error| Error::from_sqlx("opening a walk along the streams", &error);
        let mut session = pool.acquire().await.map_err(failed)?.detach();
        session.execute(SETTINGS).await.map_err(failed)?;
        Ok(Self(session))
    }
}

#[async_trait]
impl Walk for PgWalk {
    async fn page(
        &mut self,
        range: &StreamRange,
        behind: Option<(&StreamId, u32)>,
        up_to: Position,
        limit: u32,
    ) -> Result<Vec<RecordedEvent>, Error> {
        let failed = |error: sqlx::Error| Error::from_sqlx("walking along the streams", &error);
        let mut bytes = Vec::new();
        let statement = statement(range, behind, up_to, limit);
        let mut rows = self.0.copy_out_raw(&statement).await.map_err(failed)?;
        while let Some(chunk) = rows.try_next().await.map_err(failed)? {
            bytes.extend_from_slice(&chunk);
        }
        drop(rows);
        from_copy(&bytes)
    }
}

fn statement(range: &StreamRange, behind: Option<(&StreamId, u32)>, up_to: Position, limit: u32) -> String {
    let mut conditions = vec![format!("position <= {up_to}")];
    match (behind, &range.from) {
        (Some((stream, version)), _) => {
            conditions.push(format!("(stream, version) > ({}, {version})", quoted(stream)));
        }
        (None, Some(from)) => conditions.push(format!("stream >= {}", quoted(from))),
        (None, None) => {}
    }
    conditions.extend(range.until.as_ref().map(|until| format!("stream < {}", quoted(until))));
    let (columns, conditions) = (columns!(), conditions.join(" AND "));
    format!(
        "COPY (SELECT {columns} FROM log.events WHERE {conditions} ORDER BY stream, version LIMIT {limit}) \
         TO STDOUT (FORMAT binary)"
    )
}

/// A name has printable ASCII alone.
fn quoted(stream: &StreamId) -> String {
    format!("'{}'", stream.as_str().replace('\'', "''"))
}
