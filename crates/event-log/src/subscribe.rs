//! Following the log in process.

use std::time::Duration;

use tokio::sync::watch;

use crate::{Error, Page, Position, Reader};

/// How long an append of another process may go unseen.
const POLL: Duration = Duration::from_millis(500);

/// A reader that follows the log from a position on: what is there first, then what comes.
///
/// An append of this process wakes it; what others append is found by a poll twice a second. The bell is a hint only:
/// every page is read from the log, so nothing is missed and nothing skipped.
#[derive(Debug)]
pub struct Subscription {
    reader: Reader,
    position: Position,
    bell: watch::Receiver<Position>,
}

impl Subscription {
    pub(crate) fn new(reader: Reader, after: Position, bell: watch::Receiver<Position>) -> Self {
        Self { reader, position: after, bell }
    }

    /// The position up to which everything was given out.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The next events, at least one and at most `limit`; waits until there are some. May be dropped while it waits:
    /// nothing is lost.
    ///
    /// # Errors
    /// As [`Reader::read_after`]; the same page can be asked for again.
    pub async fn next_page(&mut self, limit: u32) -> Result<Page, Error> {
        loop {
            // Seen before the page is read: a bell that rings while it is read wakes the wait below.
            self.bell.borrow_and_update();
            let page = self.reader.read_after(self.position, limit.max(1)).await?;
            if let Some(last) = page.events.last() {
                self.position = last.position;
                return Ok(page);
            }
            tokio::select! {
                // The sender lives as long as the reader held here.
                _ = self.bell.changed() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
    }
}
