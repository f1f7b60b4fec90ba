//! What can be read, each with the right that it asks for. A reader that takes `Authorized<ReadDemand>` cannot be given the
//! proof of another right.

use nomenclature::{CommuneCode, Territories, Territory, UniqueNumber};

use crate::action::Action;
use crate::competence::Competence;
use crate::denial::Denial;
use crate::profile::Profile;
use crate::purpose::Purpose;
use crate::resource::Resource;

/// Something to read, which says itself what right it takes.
pub trait Read {
    /// The right.
    const ACTION: Action;

    /// What it is asked for.
    fn resource(&self) -> Resource;

    /// What somebody reads it for.
    fn purpose(by: Profile) -> Purpose;
}

/// One demand, names included. The right is that of its territory; whether it is within the competence of who asks, only its
/// facts tell, so whoever has read it asks [`ReadDemand::admits`] before he shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadDemand {
    number: UniqueNumber,
    competence: Competence,
}

impl ReadDemand {
    /// The demand of a number, as far as the reader's organisation has access.
    pub const fn of(number: UniqueNumber, competence: Competence) -> Self {
        Self { number, competence }
    }

    /// The number.
    pub const fn number(&self) -> UniqueNumber {
        self.number
    }

    /// Whether the demand is one that the reader's organisation has access to (R441-2-6 c and d).
    ///
    /// # Errors
    /// [`Denial::ForeignTerritory`]: it does not exist for him.
    pub fn admits(&self, sought: &[CommuneCode]) -> Result<(), Denial> {
        self.competence.admits(self.number, sought)
    }
}

/// The demands of some territories, names included. Only [`permit_wherever`](crate::permit_wherever) makes one: it names the
/// territories where somebody has the right, and no others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadDemands {
    pub(crate) territories: Territories,
    pub(crate) competence: Competence,
}

impl ReadDemands {
    /// The territories; there is one at least.
    pub const fn territories(&self) -> Territories {
        self.territories
    }

    /// Which of their demands.
    pub const fn competence(&self) -> &Competence {
        &self.competence
    }
}

/// A demand whose applicant has come to the desk with its number, names included, whatever he seeks (R441-2-7). Whoever has
/// read it asks him who he is before he shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadAtDesk(pub UniqueNumber);

/// What falls due in a territory, and whose radiation is late there, as far as the reader's organisation has access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadDeadlines {
    territory: Territory,
    competence: Competence,
}

impl ReadDeadlines {
    /// Those of a territory, as far as the reader's organisation has access.
    pub const fn of(territory: Territory, competence: Competence) -> Self {
        Self { territory, competence }
    }

    /// The territory.
    pub const fn territory(&self) -> Territory {
        self.territory
    }

    /// Of which of its demands.
    pub const fn competence(&self) -> &Competence {
        &self.competence
    }
}

/// The renewal notices of a territory, with whom they are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadNotices(pub Territory);

/// What a territory decided for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadTerritory(pub Territory);

/// Who looked at nominative data of a territory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadConsultations(pub Territory);

/// Who looked at one demand, for its applicant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadOwnConsultations(pub UniqueNumber);

/// Figures, of any place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadStatistics;

/// The events of one demand, sealed parts sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplayDemand(pub UniqueNumber);

/// All events, sealed parts sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplayLog;

/// The register as a whole, sealed parts sealed: for the system actor, who keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inspect;

impl Read for ReadDemand {
    const ACTION: Action = Action::Read;

    fn resource(&self) -> Resource {
        Resource::Demand { territory: self.number.territory() }
    }

    fn purpose(_: Profile) -> Purpose {
        Purpose::Attribution
    }
}

impl Read for ReadAtDesk {
    const ACTION: Action = Action::ReadAtDesk;

    fn resource(&self) -> Resource {
        Resource::Demand { territory: self.0.territory() }
    }

    fn purpose(_: Profile) -> Purpose {
        Purpose::Desk
    }
}

impl Read for ReadDeadlines {
    const ACTION: Action = Action::ReadDeadlines;

    fn resource(&self) -> Resource {
        Resource::Demand { territory: self.territory }
    }

    /// Services look at them to act on a demand, the system actor to keep the register.
    fn purpose(by: Profile) -> Purpose {
        match by {
            Profile::Operator => Purpose::Administration,
            Profile::Applicant { .. } | Profile::Member { .. } => Purpose::Attribution,
        }
    }
}

impl Read for ReadNotices {
    const ACTION: Action = Action::KeepRenewals;

    fn resource(&self) -> Resource {
        Resource::Demand { territory: self.0 }
    }

    fn purpose(by: Profile) -> Purpose {
        ReadDeadlines::purpose(by)
    }
}

impl Read for ReadTerritory {
    const ACTION: Action = Action::ReadTerritory;

    fn resource(&self) -> Resource {
        Resource::Territory { territory: self.0 }
    }

    fn purpose(_: Profile) -> Purpose {
        Purpose::Administration
    }
}

impl Read for ReadConsultations {
    const ACTION: Action = Action::ReadConsultations;

    fn resource(&self) -> Resource {
        Resource::Territory { territory: self.0 }
    }

    fn purpose(_: Profile) -> Purpose {
        Purpose::Administration
    }
}

impl Read for ReadOwnConsultations {
    const ACTION: Action = Action::ReadOwnConsultations;

    fn resource(&self) -> Resource {
        Resource::Record { number: self.0 }
    }

    fn purpose(_: Profile) -> Purpose {
        Purpose::Administration
    }
}

impl Read for ReadStatistics {
    const ACTION: Action = Action::ReadStatistics;

    fn resource(&self) -> Resource {
        Resource::Register
    }

    fn purpose(_: Profile) -> Purpose {
        Purpose::Statistics
    }
}

impl Read for ReplayDemand {
    const ACTION: Action = Action::Audit;

    fn resource(&self) -> Resource {
        Resource::Demand { territory: self.0.territory() }
    }

    fn purpose(_: Profile) -> Purpose {
        Purpose::Audit
    }
}

impl Read for ReplayLog {
    const ACTION: Action = Action::Audit;

    fn resource(&self) -> Resource {
        Resource::Register
    }

    fn purpose(_: Profile) -> Purpose {
        Purpose::Audit
    }
}

impl Read for Inspect {
    const ACTION: Action = Action::Inspect;

    fn resource(&self) -> Resource {
        Resource::Register
    }

    fn purpose(_: Profile) -> Purpose {
        Purpose::Administration
    }
}
