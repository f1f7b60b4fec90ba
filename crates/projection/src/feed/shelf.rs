//! The last pages, for a moment, for whoever comes to the same place.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use event_log::{Page, Position};
use tokio::sync::OnceCell;
use tokio::time::Instant;

use crate::Error;

/// How many are kept.
const MOST: usize = 4;
/// For how long: what was opened is not to lie in memory for longer than somebody may still want it.
const KEPT: Duration = Duration::from_secs(1);

/// What ends somewhere.
pub(crate) trait Span {
    /// The last position that it holds; that before it when it holds none.
    fn last(&self) -> Position;
}

impl Span for Page {
    fn last(&self) -> Position {
        self.events.last().map_or(Position::ZERO, |event| event.position)
    }
}

type Cell<T> = Arc<OnceCell<Arc<T>>>;

#[derive(Debug)]
struct Kept<T> {
    after: Position,
    since: Instant,
    cell: Cell<T>,
}

/// Pages by where they begin.
#[derive(Debug)]
pub(crate) struct Shelf<T> {
    kept: Mutex<VecDeque<Kept<T>>>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { kept: Mutex::default() }
    }
}

impl<T: Span> Shelf<T> {
    /// The page that goes on behind a position: the one that is there or just being made, or else a new one. A failure is
    /// told to who made it and kept for nobody, and so is a page that holds nothing.
    pub async fn get(
        &self,
        after: Position,
        make: impl Future<Output = Result<T, Error>> + Send,
    ) -> Result<Arc<T>, Error> {
        let cell = self.cell(after);
        let page = cell.get_or_try_init(|| async { make.await.map(Arc::new) }).await;
        if page.as_ref().map_or(true, |page| page.last() <= after) {
            self.locked().retain(|kept| !Arc::ptr_eq(&kept.cell, &cell));
        }
        page.cloned()
    }

    fn cell(&self, after: Position) -> Cell<T> {
        let now = Instant::now();
        let mut kept = self.locked();
        kept.retain(|kept| now.duration_since(kept.since) < KEPT);
        let goes_on = |kept: &&Kept<T>| {
            kept.after == after || kept.after < after && kept.cell.get().is_some_and(|page| page.last() > after)
        };
        if let Some(found) = kept.iter().find(goes_on) {
            return Arc::clone(&found.cell);
        }
        let cell = Cell::default();
        kept.push_back(Kept { after, since: now, cell: Arc::clone(&cell) });
        if kept.len() > MOST {
            kept.pop_front();
        }
        cell
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, VecDeque<Kept<T>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    struct To(Position);

    impl Span for To {
        fn last(&self) -> Position {
            self.0
        }
    }

    fn at(position: i64) -> Position {
        Position::try_new(position).unwrap_or_default()
    }

    #[tokio::test]
    async fn those_who_ask_at_once_or_soon_after_share_one_making() {
        let (shelf, made) = (Shelf::default(), AtomicU32::new(0));
        let page = |after: i64, last: i64| {
            let (shelf, made) = (&shelf, &made);
            async move {
                let make = async {
                    made.fetch_add(1, Ordering::SeqCst);
                    tokio::task::yield_now().await;
                    Ok(To(at(last)))
                };
                shelf.get(at(after), make).await.map(|page| page.0)
            }
        };
        let (one, other) = tokio::join!(page(0, 5), page(0, 9));
        assert_eq!((one.ok(), other.ok()), (Some(at(5)), Some(at(5))));
        // In the middle of it, and behind it.
        assert_eq!((page(3, 9).await.ok(), made.load(Ordering::SeqCst)), (Some(at(5)), 1));
        assert_eq!((page(5, 9).await.ok(), made.load(Ordering::SeqCst)), (Some(at(9)), 2));
    }

    #[tokio::test]
    async fn nothing_is_kept_of_a_failure_or_an_empty_page() {
        let shelf = Shelf::default();
        let failed = shelf.get(at(2), async { Err::<To, _>(Error::CheckpointMoved) }).await;
        assert!(failed.is_err());
        let empty = shelf.get(at(2), async { Ok(To(at(2))) }).await;
        assert_eq!(empty.map(|page| page.0).ok(), Some(at(2)));
        let full = shelf.get(at(2), async { Ok(To(at(4))) }).await;
        assert_eq!(full.map(|page| page.0).ok(), Some(at(4)));
    }
}
