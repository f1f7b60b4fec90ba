//! Building a view stream by stream: folded wholly in memory, written once, on all cores.
//!
//! Where a row says something of one stream and nothing of another, streams can be folded apart from each other. A rebuild
//! then walks the log in the order of streams instead of positions, keeps one stream in memory at a time and copies the
//! finished rows; nothing is read back, and no row is written twice. What rows say of several streams together is
//! [gathered](BulkFold::Gathered) meanwhile, put down in tables of the rebuild alone, and [settled](BulkFold::settle) at the end.

mod copy;
mod indexes;
mod ranges;
mod settling;
mod staged;

use std::any::Any;
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use event_log::{RecordedEvent, StreamId};
use sqlx::PgConnection;
use sqlx::error::BoxDynError;

use crate::feed::{self, Feed, Read};
use crate::quarantine::Decided;
use crate::{Error, Opener, Projection, Runner};

pub use copy::{CopyRow, CopyRows};
pub(crate) use indexes::take_away;
pub(crate) use ranges::build;
pub use settling::Settling;
pub use staged::Staged;
pub(crate) use staged::{clear, make};

/// A projection that can be built stream by stream: each of its rows follows from one stream, or is settled at the end.
///
/// What [`fold`](Projection::fold) brings about page by page, this must bring about, too, down to the byte: the events of
/// a stream come in order of version, and all of them.
#[async_trait]
pub trait BulkFold: Projection<Tables = PgConnection> {
    /// What is known of a stream while it is folded.
    type Stream: Default + Send + 'static;
    /// What streams leave behind for the end, as long as it is in memory; `()` where each row follows from one stream.
    type Gathered: Default + Send + 'static;

    /// The columns that are copied, for each of [`TABLES`](Projection::TABLES) in their order.
    const COLUMNS: &'static [&'static str];
    /// Tables for what is gathered. They are there while the view is built, and nobody queries them.
    const STAGED: &'static [Staged] = &[];

    /// Folds the next event of a stream.
    fn fold_one(&self, stream: &mut Self::Stream, recorded: &RecordedEvent, event: &Self::Event);

    /// The rows of a stream that is over, into the tables in the order of [`TABLES`](Projection::TABLES).
    ///
    /// # Errors
    /// When a value cannot be written.
    fn copy(
        &self,
        stream: Self::Stream,
        gathered: &mut Self::Gathered,
        tables: &mut [CopyRows],
    ) -> Result<(), BoxDynError>;

    /// How many bytes were gathered.
    fn gathered(_: &Self::Gathered) -> usize {
        0
    }

    /// Puts down what was gathered, into the tables in the order of [`STAGED`](Self::STAGED).
    ///
    /// # Errors
    /// When a value cannot be written.
    fn put_down(&self, _: &mut Self::Gathered, _: &mut [CopyRows]) -> Result<(), BoxDynError> {
        Ok(())
    }

    /// Makes the rows that no stream gives alone, once all of them were folded.
    ///
    /// # Errors
    /// Those of the database.
    async fn settle(&self, _: &mut Settling<'_>) -> Result<(), sqlx::Error> {
        Ok(())
    }
}

/// Events of a page in the order of streams, opened once for all views of a kind.
pub struct Opening<'a> {
    events: &'a [RecordedEvent],
    altered: Vec<usize>,
    read: HashMap<usize, Box<dyn Any + Send + Sync>>,
}

impl<'a> Opening<'a> {
    pub(crate) fn new(events: &'a [RecordedEvent]) -> Self {
        Self { events, altered: feed::altered(events), read: HashMap::new() }
    }

    /// As a view reads them that goes on without what was set aside for it.
    async fn by<O: Opener>(
        &mut self,
        feed: &Feed<O>,
        decided: &Decided,
    ) -> Result<Cow<'_, [(usize, O::Event)]>, Error> {
        let kind = feed.identity();
        if !self.read.contains_key(&kind) {
            let read = feed::read(self.events, &self.altered, feed.opener(), &Decided::default()).await?;
            self.read.insert(kind, Box::new(read));
        }
        let read = self.read.get(&kind).and_then(|read| read.downcast_ref::<Read<O::Event>>());
        let Some(read) = read else { return Ok(Cow::Borrowed(&[])) };
        let Some(cause) = &read.cause else { return Ok(Cow::Borrowed(&read.opened)) };
        if !decided.sets_aside(&self.events[read.sound]) {
            return Err(self.unreadable(read.sound, cause.clone()));
        }
        let own = feed::read(self.events, &self.altered, feed.opener(), decided).await?;
        own.cause.map_or(Ok(Cow::Owned(own.opened)), |cause| Err(self.unreadable(own.sound, cause)))
    }

    fn unreadable(&self, place: usize, cause: String) -> Error {
        Error::Unreadable { position: self.events[place].position, cause }
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
    decided: Decided,
    stream: Option<(StreamId, P::Stream)>,
    gathered: P::Gathered,
    tables: Vec<CopyRows>,
    staged: Vec<CopyRows>,
}

/// What a rebuild asks of a view that can be built stream by stream.
#[async_trait]
pub(crate) trait Bulk<P: Projection, O: Opener>: Debug + Send + Sync {
    /// A worker for the view of a runner, which goes on without what was set aside.
    fn worker(&self, runner: &Runner<P, O>, decided: Decided) -> Box<dyn Worker>;
    /// See [`BulkFold::STAGED`].
    fn staged(&self) -> &'static [Staged];
    /// See [`BulkFold::settle`].
    async fn settle(&self, projection: &P, tables: &mut Settling<'_>) -> Result<(), sqlx::Error>;
}

/// Every view that is a [`BulkFold`].
#[derive(Debug)]
pub(crate) struct ByStreams;

#[async_trait]
impl<P, O> Bulk<P, O> for ByStreams
where
    P: BulkFold + 'static,
    O: Opener<Event = P::Event> + 'static,
{
    fn worker(&self, runner: &Runner<P, O>, decided: Decided) -> Box<dyn Worker> {
        let tables = P::TABLES.iter().zip(P::COLUMNS).map(|(table, columns)| CopyRows::new(table, columns));
        let staged = P::STAGED.iter().map(|staged| CopyRows::new(staged.table, staged.columns));
        Box::new(Build {
            projection: Arc::clone(&runner.projection),
            feed: runner.feed.clone(),
            decided,
            stream: None,
            gathered: P::Gathered::default(),
            tables: tables.collect(),
            staged: staged.collect(),
        })
    }

    fn staged(&self) -> &'static [Staged] {
        P::STAGED
    }

    async fn settle(&self, projection: &P, tables: &mut Settling<'_>) -> Result<(), sqlx::Error> {
        projection.settle(tables).await
    }
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
        let Self { feed, decided, .. } = &*self;
        let opened = page.by(feed, decided).await?;
        for (at, event) in opened.iter() {
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
        self.projection.copy(stream, &mut self.gathered, &mut self.tables).map_err(unwritable)
    }

    fn waiting(&self) -> usize {
        P::gathered(&self.gathered) + self.tables.iter().map(CopyRows::bytes).sum::<usize>()
    }

    async fn flush(&mut self, session: &mut PgConnection) -> Result<(), Error> {
        self.projection.put_down(&mut self.gathered, &mut self.staged).map_err(unwritable)?;
        for table in self.tables.iter_mut().chain(&mut self.staged) {
            table.flush(session).await.map_err(Error::database("copying rows"))?;
        }
        Ok(())
    }
}

fn unwritable(error: BoxDynError) -> Error {
    Error::database("writing rows")(sqlx::Error::Encode(error))
}
