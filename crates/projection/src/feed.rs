//! One reading of the log for all views of a process: each page is read once, and opened once for all views of a kind.
//!
//! A [`Feed`] is what runners pull from, each at its own pace and position. Whoever comes first reads; whoever asks for the
//! same place meanwhile waits for that reading, and for a second more the page is there for the others. So views that
//! follow the log share every reading and every opening, while one that is behind simply reads for itself: no view ever
//! waits for another.
//!
//! A feed is of one opener. Views that may not see what another kind of view sees have a feed of their own over the same
//! [`Pages`]: what they share then is the reading, not what was opened.

mod opened;
mod shelf;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use event_log::{Page, Position, Reader};
use tokio::sync::watch;

use crate::error::tells_of_damage;
use crate::feed::shelf::Shelf;
use crate::quarantine::Decided;
use crate::{Error, Opener};

pub(crate) use opened::{OpenedPage, Read, altered, read};

/// How long an append of another process may go unseen.
const POLL: Duration = Duration::from_millis(500);
/// Between two looks at a log that does not show yet what this process appended.
const AGAIN: Duration = Duration::from_millis(5);

/// Pages of the log as recorded, shared by the feeds of a process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pages {
    reader: Reader,
    size: u32,
    shelf: Arc<Shelf<Page>>,
}

impl Pages {
    /// Pages of at most so many events. The reader is best that of the log this process appends to, which wakes it.
    pub fn new(reader: Reader, size: u32) -> Self {
        Self { reader, size: size.max(1), shelf: Arc::default() }
    }

    /// What it reads.
    pub(crate) fn reader(&self) -> &Reader {
        &self.reader
    }

    /// A page from behind a position on, read for whoever asks and for nobody else.
    pub(crate) async fn read(&self, after: Position) -> Result<Page, Error> {
        match self.reader.read_after(after, self.size).await {
            // Somewhere in this page: one by one, so that all before it is folded and its place is known.
            Err(error) if tells_of_damage(&error) && self.size > 1 => Ok(self.reader.read_after(after, 1).await?),
            page => Ok(page?),
        }
    }
}

/// Pages of the log, opened for one kind of view. Cheap to clone.
pub struct Feed<O: Opener> {
    pages: Pages,
    opener: Arc<O>,
    shelf: Arc<Shelf<OpenedPage<O::Event>>>,
}

impl<O: Opener> fmt::Debug for Feed<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").field("pages", &self.pages).finish_non_exhaustive()
    }
}

impl<O: Opener> Clone for Feed<O> {
    fn clone(&self) -> Self {
        Self { pages: self.pages.clone(), opener: Arc::clone(&self.opener), shelf: Arc::clone(&self.shelf) }
    }
}

impl<O: Opener> Feed<O> {
    /// A feed over pages that other feeds may share.
    pub fn new(pages: Pages, opener: O) -> Self {
        Self { pages, opener: Arc::new(opener), shelf: Arc::default() }
    }

    pub(crate) fn reader(&self) -> &Reader {
        self.pages.reader()
    }

    pub(crate) fn opener(&self) -> &O {
        &self.opener
    }

    /// The same for all clones, another one for every other feed.
    pub(crate) fn identity(&self) -> usize {
        Arc::as_ptr(&self.opener).cast::<()>() as usize
    }

    /// Follows the log from behind a position on, without what was set aside.
    pub(crate) fn follow(&self, after: Position, decided: Decided) -> Following<O> {
        Following { feed: self.clone(), position: after, bell: self.reader().appended(), decided }
    }

    /// A page that others may have read or opened already.
    async fn shared(&self, after: Position) -> Result<Arc<OpenedPage<O::Event>>, Error> {
        let open = async {
            let page = self.pages.shelf.get(after, self.pages.read(after)).await?;
            OpenedPage::open(page, &*self.opener, &Decided::default()).await
        };
        self.shelf.get(after, open).await
    }

    /// A page for one alone: what a rebuild reads is long gone for the others.
    pub(crate) async fn own(&self, after: Position, decided: &Decided) -> Result<OpenedPage<O::Event>, Error> {
        OpenedPage::open(Arc::new(self.pages.read(after).await?), &*self.opener, decided).await
    }
}

/// Somebody who follows the log through a feed.
pub(crate) struct Following<O: Opener> {
    feed: Feed<O>,
    position: Position,
    bell: watch::Receiver<Position>,
    decided: Decided,
}

impl<O: Opener> Following<O> {
    /// The next page that has events behind the position reached, or a fault; waits until there is one. May be dropped
    /// while it waits: nothing is lost.
    pub async fn next(&mut self) -> Result<Arc<OpenedPage<O::Event>>, Error> {
        loop {
            // Seen before the page is asked for: a bell that rings meanwhile wakes the wait below.
            let rung = *self.bell.borrow_and_update();
            let mut page = self.feed.shared(self.position).await?;
            // Others may stop here; what they share is only what all can read.
            if page.ends_at_one_of(&self.decided) {
                let recorded = page.recorded();
                page = Arc::new(OpenedPage::open(recorded, &*self.feed.opener, &self.decided).await?);
            }
            if page.last() > self.position || page.fault().is_some() {
                self.position = self.position.max(page.last());
                return Ok(page);
            }
            // Somebody else's look may have begun before that bell.
            let pause = if rung > self.position { AGAIN } else { POLL };
            tokio::select! {
                // The sender lives as long as the reader of the feed.
                _ = self.bell.changed() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }
}
