//! Appending, with what can happen on the way.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Call, Fate, Lost, MemoryLog};
use crate::store::{Fault, Slot, Slots};
use crate::{Command, Verdict};

#[derive(Debug)]
pub(super) struct MemorySlots {
    pub(super) log: MemoryLog,
    pub(super) fate: Arc<dyn Fate>,
}

impl Slots for MemorySlots {
    fn slot(&self) -> Box<dyn Slot> {
        Box::new(MemorySlot { log: self.log.clone(), fate: Arc::clone(&self.fate), connected: false })
    }
}

#[derive(Debug)]
struct MemorySlot {
    log: MemoryLog,
    fate: Arc<dyn Fate>,
    connected: bool,
}

#[async_trait]
impl Slot for MemorySlot {
    async fn call(&mut self, round: &[&Command], sent: &mut bool) -> Result<Vec<Verdict>, Fault> {
        let lost = |Lost| Fault::Lost("the connection broke".to_owned());
        if !self.connected {
            self.fate.going(Call::Connect).await.map_err(lost)?;
            self.connected = true;
        }
        *sent = true;
        self.fate.going(Call::Append).await.map_err(lost)?;
        let verdicts = self.log.state().append(round);
        self.fate.coming(Call::Append).await.map_err(lost)?;
        Ok(verdicts)
    }

    fn disconnect(&mut self) {
        self.connected = false;
    }
}
