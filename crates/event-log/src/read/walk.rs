//! Reading stream by stream instead of by position: for who folds whole streams apart from each other, several at once.
//!
//! The streams are split into ranges by name; each range is walked in order of (stream, version), page by page behind the
//! last event given out, so that a range may be of any size.

use sqlx::PgPool;

use super::Reader;
use crate::postgres::PgWalk;
use crate::store::Walk;
use crate::{Error, Position, RecordedEvent, StreamId};

/// Names looked at for each range: what a range holds differs from the mean by about a quarter.
const LOOKS: u32 = 16;

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
        let mut names = self.store.streams_at(&positions).await?;
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
        self.store.first_missing(up_to).await
    }
}

/// A session that walks along ranges of streams, one after the other.
#[derive(Debug)]
pub struct StreamWalk {
    session: Box<dyn Walk>,
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
        Ok(Self::over(Box::new(PgWalk::open(pool).await?)))
    }

    pub(crate) fn over(session: Box<dyn Walk>) -> Self {
        Self { session, range: StreamRange::default(), up_to: Position::ZERO, last: None, ended: true }
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
        let behind = self.last.as_ref().map(|(stream, version)| (stream, *version));
        let events = self.session.page(&self.range, behind, self.up_to, limit).await?;
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
}
