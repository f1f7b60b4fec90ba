//! Building a view stream by stream: folded wholly in memory, written once, on all cores.
//!
//! Where a row says something of one stream and nothing of another, streams can be folded apart from each other. A rebuild
//! then walks the log in the order of streams instead of positions, keeps one stream in memory at a time and copies the
//! finished rows; nothing is read back, and no row is written twice.

mod copy;
mod indexes;
mod ranges;

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use event_log::{RecordedEvent, StreamId};
use sqlx::PgConnection;
use sqlx::error::BoxDynError;

use crate::feed::{self, Feed};
use crate::{Error, Opener, Projection, Runner};

pub use copy::{CopyRow, CopyRows};
pub(crate) use indexes::{put_back, take_away};
pub(crate) use ranges::build;

/// A projection whose rows follow each from one stream: it can be built stream by stream.
///
/// What [`fold`](Projection::fold) brings about page by page, this must bring about, too, down to the byte: the events of
/// a stream come in order of version, and all of them.
pub trait BulkFold: Projection {
    /// What is known of a stream while it is folded.
    type Stream: Default + Send + 'static;

    /// The columns that are copied, for each of [`TABLES`](Projection::TABLES) in their order.
    const COLUMNS: &'static [&'static str];

    /// Folds the next event of a stream.
    fn fold_one(&self, stream: &mut Self::Stream, recorded: &RecordedEvent, event: &Self::Event);

    /// The rows of a stream that is over, into the tables in the order of [`TABLES`](Projection::TABLES).
    ///
    /// # Errors
    /// When a value cannot be written.
    fn copy(&self, stream: Self::Stream, tables: &mut [CopyRows]) -> Result<(), BoxDynError>;
}

/// Events of a page in the order of streams, opened once for all views of a kind.
pub struct Opening<'a> {
    events: &'a [RecordedEvent],
    opened: HashMap<usize, Box<dyn Any + Send + Sync>>,
}

impl<'a> Opening<'a> {
    pub(crate) fn new(events: &'a [RecordedEvent]) -> Self {
        Self { events, opened: HashMap::new() }
    }

    async fn by<O: Opener>(&mut self, feed: &Feed<O>) -> Result<&[(usize, O::Event)], Error> {
        let kind = feed.identity();
        if !self.opened.contains_key(&kind) {
            let opened: Vec<(usize, O::Event)> = feed::open(self.events, feed.opener()).await?;
            self.opened.insert(kind, Box::new(opened));
        }
        let opened = self.opened.get(&kind).and_then(|opened| opened.downcast_ref::<Vec<(usize, O::Event)>>());
        Ok(opened.map_or(&[], Vec::as_slice))
    }
}

/// Folds the streams of one range after the other into the rows of one view.
#[async_trait]
pub trait Worker: Send {
    /// Name of the projection.
    fn name(&self) -> &'static str;
    /// Folds a page; its last stream may go on in the next one.
    async fn take(&mut self, page: &mut Opening<'_>) -> Result<(), Error>;
    /// The range is over, and so is its last stream.
    fn end(&mut self) -> Result<(), Error>;
    /// Bytes of the rows that wait to be copied.
    fn waiting(&self) -> usize;
    /// Copies them.
    async fn flush(&mut self, session: &mut PgConnection) -> Result<(), Error>;
}

struct Build<P: BulkFold, O: Opener> {
    projection: Arc<P>,
    feed: Feed<O>,
    stream: Option<(StreamId, P::Stream)>,
    tables: Vec<CopyRows>,
}

/// A worker for the view of a runner.
pub(crate) fn worker<P, O>(runner: &Runner<P, O>) -> Box<dyn Worker>
where
    P: BulkFold + 'static,
    O: Opener<Event = P::Event> + 'static,
{
    let tables = P::TABLES.iter().zip(P::COLUMNS).map(|(table, columns)| CopyRows::new(table, columns));
    Box::new(Build {
        projection: Arc::clone(&runner.projection),
        feed: runner.feed.clone(),
        stream: None,
        tables: tables.collect(),
    })
}

#[async_trait]
impl<P, O> Worker for Build<P, O>
where
    P: BulkFold + 'static,
    O: Opener<Event = P::Event> + 'static,
{
    fn name(&self) -> &'static str {
        P::NAME
    }

    async fn take(&mut self, page: &mut Opening<'_>) -> Result<(), Error> {
        let events = page.events;
        for (at, event) in page.by(&self.feed).await? {
            let recorded = &events[*at];
            if self.stream.as_ref().is_none_or(|(stream, _)| *stream != recorded.stream) {
                self.end()?;
                self.stream = Some((recorded.stream.clone(), P::Stream::default()));
            }
            if let Some((_, stream)) = &mut self.stream {
                self.projection.fold_one(stream, recorded, event);
            }
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Error> {
        let Some((_, stream)) = self.stream.take() else { return Ok(()) };
        let copied = self.projection.copy(stream, &mut self.tables);
        copied.map_err(|error| Error::database("writing rows")(sqlx::Error::Encode(error)))
    }

    fn waiting(&self) -> usize {
        self.tables.iter().map(CopyRows::bytes).sum()
    }

    async fn flush(&mut self, session: &mut PgConnection) -> Result<(), Error> {
        for table in &mut self.tables {
            table.flush(session).await?;
        }
        Ok(())
    }
}
