//! Acts on organisations and agents.

use jiff::Timestamp;
use jiff::civil::Date;
use nomenclature::{AgentId, Siren};
use proto::v1;
use proto::v1::administration_answer::Of;

use crate::refused::Refused;

/// Whom an act was on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Administered {
    /// An organisation.
    Organisation(Siren),
    /// An agent.
    Agent(AgentId),
}

/// The answer to an act on an organisation or an agent: only what will never change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdministrationAnswer {
    /// Whom the act was on.
    pub of: Administered,
    /// The position of the act's last event.
    pub position: i64,
    /// The day from which it counts.
    pub effective_on: Date,
    /// When it was recorded, to the microsecond.
    pub recorded_at: Timestamp,
}

impl AdministrationAnswer {
    /// Reads one.
    ///
    /// # Errors
    /// [`Refused::Lost`] for what is none.
    pub fn read(answer: Option<v1::AdministrationAnswer>) -> Result<Self, Refused> {
        let lost = || Refused::Lost("an answer that cannot be read".to_owned());
        let answer = answer.ok_or_else(lost)?;
        let instant = answer.recorded_at.ok_or_else(lost)?;
        let of = match answer.of.ok_or_else(lost)? {
            Of::Siren(siren) => Siren::parse(&siren).map(Administered::Organisation),
            Of::Agent(agent) => AgentId::parse(&agent).map(Administered::Agent),
        };
        Ok(Self {
            of: of.map_err(|_| lost())?,
            position: answer.position,
            effective_on: nomenclature::parse_date(&answer.effective_on).map_err(|_| lost())?,
            recorded_at: Timestamp::new(instant.seconds, instant.nanos).map_err(|_| lost())?,
        })
    }
}
