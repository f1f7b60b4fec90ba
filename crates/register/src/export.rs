//! The log for those who compute with it outside: open facts and when they were recorded, never who did it. Accounts of agents
//! are left out: what is open of them says who did something to whom.

use access::{Inspect, Profile, permit};
use event_log::{Position, RecordedEvent};

use crate::Error;
use crate::directory::AGENT;
use crate::register::Register;

/// Events read at once.
const PAGE: u32 = 1_000;

impl Register {
    /// Hands out the events behind a position, up to another one or to the present end of the log, a page at a time. Sealed
    /// parts come as they lie there.
    ///
    /// # Errors
    /// [`Error::PositionBeyondHead`] for either position; a failure of the log; those of `page`.
    pub async fn export<E: From<Error>>(
        &self,
        after: Position,
        up_to: Option<Position>,
        mut page: impl FnMut(&[RecordedEvent]) -> Result<(), E>,
    ) -> Result<(), E> {
        let _granted = permit(Profile::Operator, Inspect).map_err(Error::from)?;
        let reader = &self.parts.audit;
        let head = reader.head().await.map_err(Error::from)?;
        let up_to = up_to.unwrap_or(head);
        if after.max(up_to) > head {
            return Err(Error::PositionBeyondHead { head: head.get() }.into());
        }
        let mut reached = after;
        while reached < up_to {
            let mut events = reader.read_after(reached, PAGE).await.map_err(Error::from)?.events;
            events.retain(|event| event.position <= up_to);
            let Some(last) = events.last() else { return Ok(()) };
            reached = last.position;
            events.retain(|event| event.stream_type != AGENT);
            page(&events)?;
        }
        Ok(())
    }
}
