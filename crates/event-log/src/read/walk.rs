//! Reading stream by stream instead of by position: for who folds whole streams apart from each other, several at once.
//!
//! The streams are split into ranges by name; each range is walked in order of (stream, version), page by page behind the
//! last event given out, so that a range may be of any size. Rows come as binary COPY: half the work of a result set.

use futures_util::TryStreamExt as _;
use sqlx::{Executor as _, PgConnection, PgPool};

use super::Reader;
use super::event::{columns, from_copy};
use crate::{Error, Position, RecordedEvent, StreamId};

/// Names looked at for each range: what a range holds differs from the mean by about a quarter.
const LOOKS: u32 = 16;

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

/// Streams in the order of bytes of their names: from one name on, up to the one before another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamRange {
    /// The first name; from the beginning when left out.
    pub from: Option<StreamId>,
    /// The first name that is no longer in it; to the end when left out.
    pub until: Option<StreamId>,
}

impl Reader {
    /// Splits all streams into at most so many ranges, of about as many events each.
    ///
    /// # Errors
    /// [`Error::Connection`] or [`Error::Database`].
    pub async fn stream_ranges(&self, up_to: Position, ranges: u32) -> Result<Vec<StreamRange>, Error> {
        let looks = i64::from(ranges) * i64::from(LOOKS);
        let positions: Vec<i64> = (0..looks).map(|look| 1 + look * up_to.get() / looks.max(1)).collect();
        let rows = self.rows("looking at names of streams", NAMES, arguments!(positions)).await?;
        // A name that cannot be read is found by whoever walks over it.
        let names = rows.iter().filter_map(|row| sqlx::Row::try_get::<Option<String>, _>(row, 0).ok().flatten());
        let mut names: Vec<StreamId> = names.filter_map(|name| StreamId::parse(name).ok()).collect();
        names.sort_unstable();
        let mut bounds: Vec<StreamId> = names.into_iter().skip(LOOKS as usize).step_by(LOOKS as usize).collect();
        bounds.dedup();
        let from = std::iter::once(None).chain(bounds.iter().cloned().map(Some));
        let until = bounds.iter().cloned().map(Some).chain([None]);
        Ok(from.zip(until).map(|(from, until)| StreamRange { from, until }).collect())
    }

    /// The lowest position that is missing up to one; `None` when every one is there. Counts the whole log.
    ///
    /// # Errors
    /// [`Error::Unreadable`]; [`Error::Connection`] or [`Error::Database`].
    pub async fn first_missing(&self, up_to: Position) -> Result<Option<Position>, Error> {
        let missing = self.row("looking for a missing position", FIRST_MISSING, arguments!(up_to.get())).await?;
        if let Some(row) = missing {
            return Position::try_new(super::event::column(&row, 0, "position")?).map(Some);
        }
        let row = self.row("counting positions", COUNT, arguments!(up_to.get())).await?;
        let count = super::event::column(&row.ok_or(Error::Unreadable { field: "position" })?, 0, "position")?;
        let reached = Position::try_new(count)?;
        Ok((reached < up_to).then(|| reached.next()))
    }
}

/// A session that walks along ranges of streams, one after the other.
#[derive(Debug)]
pub struct StreamWalk {
    session: PgConnection,
    range: StreamRange,
    up_to: Position,
    last: Option<(StreamId, u32)>,
    ended: bool,
}

impl StreamWalk {
    /// A session of its own, taken out of a pool of [`Role::Projector`](crate::Role::Projector) or
    /// [`Role::Writer`](crate::Role::Writer).
    ///
    /// # Errors
    /// [`Error::Connection`] or [`Error::Database`].
    pub async fn open(pool: &PgPool) -> Result<Self, Error> {
        let failed = |error: sqlx::Error| Error::from_sqlx("opening a walk along the streams", &error);
        let mut session = pool.acquire().await.map_err(failed)?.detach();
        session.execute(SETTINGS).await.map_err(failed)?;
        Ok(Self { session, range: StreamRange::default(), up_to: Position::ZERO, last: None, ended: true })
    }

    /// Begins a range; of its events those up to a position are given out.
    pub fn begin(&mut self, range: StreamRange, up_to: Position) {
        (self.range, self.up_to, self.last, self.ended) = (range, up_to, None, false);
    }

    /// The next events of the range in order of (stream, version), at most `limit`; none at its end. A stream may go on
    /// in the next page.
    ///
    /// # Errors
    /// [`Error::UnreadableAt`] at an event that cannot be read, or whose version does not follow the one before; the
    /// walk is of no more use then. [`Error::Connection`] or [`Error::Database`].
    pub async fn next_page(&mut self, limit: u32) -> Result<Vec<RecordedEvent>, Error> {
        if self.ended {
            return Ok(Vec::new());
        }
        let failed = |error: sqlx::Error| Error::from_sqlx("walking along the streams", &error);
        let mut bytes = Vec::new();
        let statement = self.statement(limit);
        let mut rows = self.session.copy_out_raw(&statement).await.map_err(failed)?;
        while let Some(chunk) = rows.try_next().await.map_err(failed)? {
            bytes.extend_from_slice(&chunk);
        }
        drop(rows);
        let events = from_copy(&bytes)?;
        let mut last = self.last.take();
        for event in &events {
            let expected = match &last {
                Some((stream, version)) if *stream == event.stream => version + 1,
                _ => 1,
            };
            if event.version != expected {
                return Err(Error::UnreadableAt { position: event.position, field: "version" });
            }
            match &mut last {
                Some((stream, version)) if *stream == event.stream => *version = expected,
                last => *last = Some((event.stream.clone(), expected)),
            }
        }
        self.last = last;
        self.ended = events.len() < limit as usize;
        Ok(events)
    }

    fn statement(&self, limit: u32) -> String {
        let mut conditions = vec![format!("position <= {}", self.up_to)];
        match (&self.last, &self.range.from) {
            (Some((stream, version)), _) => {
                conditions.push(format!("(stream, version) > ({}, {version})", quoted(stream)));
            }
            (None, Some(from)) => conditions.push(format!("stream >= {}", quoted(from))),
            (None, None) => {}
        }
        conditions.extend(self.range.until.as_ref().map(|until| format!("stream < {}", quoted(until))));
        let (columns, conditions) = (columns!(), conditions.join(" AND "));
        format!(
            "COPY (SELECT {columns} FROM log.events WHERE {conditions} ORDER BY stream, version LIMIT {limit}) \
             TO STDOUT (FORMAT binary)"
        )
    }
}

/// A name has printable ASCII alone.
fn quoted(stream: &StreamId) -> String {
    format!("'{}'", stream.as_str().replace('\'', "''"))
}
