//! The bell that wakes whoever follows the log in this process.
//!
//! A cqrs-es [`Query`] and nothing more: it carries no event. Readers follow the log by position and find out for
//! themselves what is new, so a bell that is missed delays and loses nothing.

use async_trait::async_trait;
use cqrs_es::{Aggregate, EventEnvelope, Query};
use tokio::sync::watch;

/// Rung after each commit, with the stream that moved.
#[derive(Clone, Debug)]
pub struct Bell {
    sender: watch::Sender<u64>,
}

impl Default for Bell {
    fn default() -> Self {
        Self { sender: watch::Sender::new(0) }
    }
}

impl Bell {
    /// A listener: `changed()` resolves after the next ring.
    pub fn listen(&self) -> watch::Receiver<u64> {
        self.sender.subscribe()
    }
}

#[async_trait]
impl<A: Aggregate> Query<A> for Bell
where
    A::Event: Send + Sync,
{
    async fn dispatch(&self, _stream: &str, _events: &[EventEnvelope<A>]) {
        self.sender.send_modify(|rings| *rings = rings.wrapping_add(1));
    }
}
