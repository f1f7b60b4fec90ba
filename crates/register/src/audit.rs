//! What an auditor reads: the log as it is, sealed parts sealed, nothing checked on his behalf.

use access::{Action, Purpose, Resource, may};
use event_log::{Position, Reader, RecordedEvent, StreamSpan};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use nomenclature::{Actor, UniqueNumber};

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
    /// [`Error::Denied`] unless the actor is an auditor; [`Error::NotFound`] when there was no such demand;
    /// [`Error::PositionBeyondHead`]; a failure of the log.
    pub async fn replay(&self, number: UniqueNumber, as_of: AsOf, auditor: &Actor) -> Result<Replayed, Error> {
        self.may_audit(auditor, Some(number)).await?;
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
    /// [`Error::Denied`] unless the actor is an auditor; [`Error::PositionBeyondHead`]; a failure of the log.
    pub async fn audited_log(&self, after: Position, auditor: &Actor) -> Result<(&Reader, Position), Error> {
        self.may_audit(auditor, None).await?;
        let head = self.parts.audit.head().await?;
        not_beyond(after, head)?;
        Ok((&self.parts.audit, head))
    }

    /// Whether somebody may replay a demand, or the log.
    ///
    /// # Errors
    /// [`Error::Denied`] when not; a failure of the log.
    pub async fn may_audit(&self, auditor: &Actor, number: Option<UniqueNumber>) -> Result<(), Error> {
        let resource = number.map_or(Resource::Register, |number| Resource::Demand { territory: number.territory() });
        let profile = self.parts.directory.profile(auditor, self.parts.clock.today()).await?;
        Ok(may(profile, Action::Audit, resource, Purpose::Audit)?)
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
