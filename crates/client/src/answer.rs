//! What a server answers to an act.

use jiff::Timestamp;
use jiff::civil::Date;
use nomenclature::UniqueNumber;
use proto::v1;

use crate::administration::AdministrationAnswer;
use crate::refused::Refused;
use crate::territory::TerritoryAnswer;

/// The answer to an act: only what will never change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The number of the demand.
    pub number: UniqueNumber,
    /// The version after the act, opaque: what the next act on it names.
    pub etag: String,
    /// The position of the act's last event.
    pub position: i64,
    /// The day the act counts from.
    pub effective_on: Date,
    /// When it was recorded, to the microsecond.
    pub recorded_at: Timestamp,
    /// The demand that the act opened beside this one: of a separation only.
    pub opened: Option<Opened>,
}

/// A demand that an act on another one opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Its unique number.
    pub number: UniqueNumber,
    /// Its version after the act, opaque.
    pub etag: String,
}

/// What becomes of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done, with this answer.
    Committed(Answer),
    /// It is done: an act on the parameters of a territory, with this answer.
    TerritoryCommitted(TerritoryAnswer),
    /// It is done: an act on an organisation or an agent, with this answer.
    AdministrationCommitted(AdministrationAnswer),
    /// There is no trace of it up to this position; it may be under way still.
    NotCommittedAsOf(i64),
    /// It never will be: its organisation gave it up as of this position.
    Fenced(i64),
}

impl Answer {
    pub(crate) fn read(answer: Option<v1::Answer>) -> Result<Self, Refused> {
        let lost = || Refused::Lost("an answer that cannot be read".to_owned());
        let answer = answer.ok_or_else(lost)?;
        let instant = answer.recorded_at.ok_or_else(lost)?;
        Ok(Self {
            number: UniqueNumber::parse(&answer.number).map_err(|_| lost())?,
            etag: answer.etag,
            position: answer.position,
            effective_on: nomenclature::parse_date(&answer.effective_on).map_err(|_| lost())?,
            recorded_at: Timestamp::new(instant.seconds, instant.nanos).map_err(|_| lost())?,
            opened: answer.opened.map(Opened::read).transpose()?,
        })
    }
}

impl Opened {
    fn read(opened: v1::Opened) -> Result<Self, Refused> {
        let number = UniqueNumber::parse(&opened.number);
        let number = number.map_err(|_| Refused::Lost("an answer that cannot be read".to_owned()))?;
        Ok(Self { number, etag: opened.etag })
    }
}
