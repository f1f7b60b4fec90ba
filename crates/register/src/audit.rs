//! What an auditor reads: the log as it is, sealed parts sealed, nothing checked on his behalf.

use access::{Authorized, ReplayDemand, ReplayLog};
use event_log::{Position, Reader, RecordedEvent, StreamSpan};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::Error;
use crate::register::Register;
use crate::stream::stream_of;

/// As of when a demand is replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// As it is.
    Now,
    /// As the log was at a position.
    Position(Position),
    /// As the log was at the end of a day in Paris.
    Day(Date),
}

/// A demand as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// Its events, in order of version.
    pub events: Vec<RecordedEvent>,
    /// The position they are as of: the same question at this position gives the same events for ever.
    pub as_of: Position,
}

impl Register {
    /// The events of a demand as recorded, in order of version. They are handed out as they lie there: whoever audits
    /// computes the leaf hashes himself.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there was no such demand; [`Error::PositionBeyondHead`]; a failure of the log.
    pub async fn replay(&self, replay: &Authorized<ReplayDemand>, as_of: AsOf) -> Result<Replayed, Error> {
        let ReplayDemand(number) = *replay.what();
        let reader = &self.parts.audit;
        let as_of = match as_of {
            AsOf::Now => reader.head().await?,
            AsOf::Position(position) => {
                not_beyond(position, reader.head().await?)?;
                position
            }
            AsOf::Day(day) => reader.position_as_of(end_of(day)?).await?,
        };
        let events = reader.read_stream(&stream_of(number)?, StreamSpan::as_of(as_of)).await?;
        if events.is_empty() { Err(Error::NotFound) } else { Ok(Replayed { events, as_of }) }
    }

    /// The log, for an auditor who begins behind a position, and its head.
    ///
    /// # Errors
    /// [`Error::PositionBeyondHead`]; a failure of the log.
    pub async fn audited_log(
        &self,
        _replay: &Authorized<ReplayLog>,
        after: Position,
    ) -> Result<(&Reader, Position), Error> {
        let head = self.parts.audit.head().await?;
        not_beyond(after, head)?;
        Ok((&self.parts.audit, head))
    }
}

fn not_beyond(position: Position, head: Position) -> Result<(), Error> {
    if position > head { Err(Error::PositionBeyondHead { head: head.get() }) } else { Ok(()) }
}

/// The first instant of the day after, in Paris (design law 9).
fn end_of(day: Date) -> Result<Timestamp, Error> {
    let next = day.tomorrow().map_err(|_| Error::MalformedRequest)?;
    let paris = TimeZone::get("Europe/Paris").map_err(|_| Error::MalformedRequest)?;
    paris.to_timestamp(next.at(0, 0, 0, 0)).map_err(|_| Error::MalformedRequest)
}
