//! Who knows that a household is housed, or is about to be, while its demand is still in the register (INV-26, INV-53).
//!
//! A lessor knows of the dwelling that its own commission attributed, whoever reported a lease knows of that lease. Neither
//! removes the demand: only the lessor's lease does (R441-2-8 a). The longer one has known, the later the radiation.

use jiff::civil::Date;
use nomenclature::Siren;

use crate::demand::{ActiveDemand, Demand};

/// How somebody knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HousedBy {
    /// His commission attributed a dwelling, and neither a refusal nor a lapse followed.
    Attribution,
    /// He reported the lease of somebody else.
    LeaseReport,
}

/// Somebody who knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KnownHoused {
    /// The day the dwelling counts from: of the decision, of the lease, or of its report when its own is not known.
    pub since: Date,
    /// How he knows.
    pub by: HousedBy,
    /// Who.
    pub organisation: Siren,
    /// Since when: the day of the decision, or of the report.
    pub known_on: Date,
    /// The lessor who has to sign, when known.
    pub lessor: Option<Siren>,
}

impl ActiveDemand {
    /// Everybody who knows, the longest first.
    pub fn known_housed(&self) -> Vec<KnownHoused> {
        let attributions = self.attributions.iter().map(|open| KnownHoused {
            since: open.decided_on,
            by: HousedBy::Attribution,
            organisation: open.lessor,
            known_on: open.decided_on,
            lessor: Some(open.lessor),
        });
        let reports = self.lease_reports.iter().map(|report| KnownHoused {
            since: report.signed_on.unwrap_or(report.reported_on),
            by: HousedBy::LeaseReport,
            organisation: report.organisation,
            known_on: report.reported_on,
            lessor: report.lessor,
        });
        let mut known: Vec<KnownHoused> = attributions.chain(reports).collect();
        known.sort_unstable();
        known
    }
}

impl Demand {
    /// Everybody who knows, the longest first: nobody once the demand has left the register.
    pub fn known_housed(&self) -> Vec<KnownHoused> {
        match self {
            Self::Active(demand) => demand.known_housed(),
            Self::Unregistered | Self::Radiated(_) => Vec::new(),
        }
    }
}
