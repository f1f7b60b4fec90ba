//! A reader that follows a standby which lags: it must see every position once, in order, and never less than before.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use event_log::{Position, Reader, RecordedEvent};
use tokio::time::sleep;

use crate::ledger::Ledger;

/// What a reader was shown.
pub(crate) type Seen = Arc<Mutex<Vec<RecordedEvent>>>;

/// Follows the log, for ever.
pub(crate) async fn watch(reader: Reader, seen: Seen, ledger: Arc<Mutex<Ledger>>) {
    let fault = |fault| ledger.lock().unwrap_or_else(PoisonError::into_inner).fault(fault);
    let mut subscription = reader.subscribe(Position::ZERO);
    let mut head = Position::ZERO;
    loop {
        match subscription.next_page(7).await {
            Ok(page) => {
                if page.head < head {
                    fault(format!("the log went back from {head} to {}", page.head));
                }
                head = page.head;
                seen.lock().unwrap_or_else(PoisonError::into_inner).extend(page.events);
            }
            Err(event_log::Error::Connection { .. }) => sleep(Duration::from_millis(5)).await,
            Err(error) => return fault(format!("a reader stopped behind {head}: {error}")),
        }
    }
}
