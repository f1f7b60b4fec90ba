//! The log in memory, with the meaning of the one in PostgreSQL: for simulations, and for tests that need no database.
//!
//! Written from what the migrations promise, not from their statements, and held to the same suite. Nothing here outlives
//! the process. What happens between a caller and a real server, lost answers and late ones, is decided by a [`Fate`].
//!
//! ```
//! use event_log::memory::{Kind, MemoryLog};
//!
//! let log = MemoryLog::default();
//! // Two processes over one log: they share what is committed, and no bell.
//! let (one, other) = (log.open(Kind, Default::default()), log.open(Kind, Default::default()));
//! # drop((one, other));
//! ```

mod claims;
mod fate;
mod slot;
mod state;
mod store;
mod view;

pub use fate::{Call, Fate, Kind, Lost};

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{EventLog, Options, Reader, StreamWalk};
use slot::MemorySlots;
use state::State;
use store::MemoryStore;

/// What one log holds. Every clone is the same one.
#[derive(Clone, Debug, Default)]
pub struct MemoryLog {
    state: Arc<Mutex<State>>,
}

impl MemoryLog {
    /// The log as one process has it.
    pub fn open(&self, fate: impl Fate, options: Options) -> EventLog {
        let fate: Arc<dyn Fate> = Arc::new(fate);
        let slots = MemorySlots { log: self.clone(), fate: Arc::clone(&fate) };
        EventLog::over(Box::new(slots), Reader::over(Arc::new(MemoryStore { log: self.clone(), fate })), options)
    }

    /// A reader with a bell of its own.
    pub fn reader(&self, fate: impl Fate) -> Reader {
        Reader::over(Arc::new(MemoryStore { log: self.clone(), fate: Arc::new(fate) }))
    }

    /// A walk along its streams.
    pub fn walk(&self, fate: impl Fate) -> StreamWalk {
        StreamWalk::over(Box::new(MemoryStore { log: self.clone(), fate: Arc::new(fate) }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
