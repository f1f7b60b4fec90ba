//! A log of notes, of which some are no notes; and two views that write down what they have seen.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use event_log::{RecordedEvent, StreamType};
use projection::memory::MemoryTables;
use projection::{OpenError, Opened, Opener, Projection};

use crate::chance::Dice;

pub const NOTE: StreamType = StreamType::from_static("note");
pub const OTHER: StreamType = StreamType::from_static("other");
pub const UNREADABLE: &str = r#""unreadable""#;

/// What was seen, in that order: a fold twice, a fold left out and a fold too early all show.
pub type Seen = Vec<(i64, String)>;

/// A view; there are two of them.
pub struct Diary<const N: usize>;

/// Their names.
pub const DIARIES: [&str; 2] = ["first", "second"];

#[async_trait]
impl<const N: usize> Projection for Diary<N> {
    type Event = String;
    type Tables = MemoryTables<Seen>;

    const NAME: &'static str = DIARIES[N];
    const VERSION: u32 = 1;
    const TABLES: &'static [&'static str] = &[];
    const CREATE: &'static str = "";

    async fn fold(&self, page: &[Opened<'_, String>], tables: &mut Self::Tables) -> Result<(), sqlx::Error> {
        for Opened { recorded, event } in page {
            tables.rows.push((recorded.position.get(), event.clone()));
            // Whoever dies here has folded half of a page.
            tokio::task::yield_now().await;
        }
        Ok(())
    }
}

/// Reads notes; not those that say so, and sometimes none.
pub struct Notes {
    pub dice: Dice,
    pub quiet: Arc<AtomicBool>,
}

#[async_trait]
impl Opener for Notes {
    type Event = String;

    async fn open<'a>(&self, page: &'a [RecordedEvent]) -> Result<Vec<Opened<'a, String>>, OpenError> {
        if !self.quiet.load(Ordering::SeqCst) {
            tokio::time::sleep(self.dice.way()).await;
            if self.dice.once_in(30) {
                return Err(OpenError::Unavailable { cause: "away".to_owned() });
            }
        }
        let notes = page.iter().filter(|recorded| recorded.stream_type == NOTE);
        notes
            .map(|recorded| match recorded.payload.as_str() {
                UNREADABLE => Err(OpenError::Unreadable { position: recorded.position, cause: "says so".to_owned() }),
                text => Ok(Opened { recorded, event: text.to_owned() }),
            })
            .collect()
    }
}
