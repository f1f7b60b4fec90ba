//! What is counted, as it is kept.

use nomenclature::RadiationMotive;
use serde::{Deserialize, Serialize};

/// One kind of count. The order is part of what is kept: new ones come last, with another version of the projection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Counted {
    /// In the register or out of it: +1 or -1. Its value is the day of reception.
    Stock,
    /// Registrations.
    Registered,
    /// Renewals.
    Renewed,
    /// Decisions of commissions that attribute a dwelling.
    Attributed,
    /// Leases signed. Its value is how many days the household had waited.
    Housed,
    /// Radiations after a lease.
    RadiatedAttribution,
    /// Radiations for renunciation.
    RadiatedRenunciation,
    /// Radiations for inadmissibility.
    RadiatedInadmissible,
    /// Radiations for no answer.
    RadiatedNoAnswer,
    /// Radiations for non-renewal.
    RadiatedNotRenewed,
    /// Demands that came back.
    Reinstated,
    /// Households nationwide, each once: +1 or -1.
    Household,
}

impl Counted {
    /// Radiations for a motive.
    pub fn radiated(motive: RadiationMotive) -> Self {
        match motive {
            RadiationMotive::Attribution => Self::RadiatedAttribution,
            RadiationMotive::Renunciation => Self::RadiatedRenunciation,
            RadiationMotive::Inadmissible => Self::RadiatedInadmissible,
            RadiationMotive::NoAnswer => Self::RadiatedNoAnswer,
            RadiationMotive::NotRenewed => Self::RadiatedNotRenewed,
        }
    }

    /// Whether the values of its counts are kept one by one, for medians and deciles.
    pub(crate) fn has_histogram(self) -> bool {
        matches!(self, Self::Stock | Self::Housed)
    }

    /// Whether it is a stock, that adds up from the beginning of time; the others are of a month.
    pub(crate) fn is_stock(self) -> bool {
        matches!(self, Self::Stock | Self::Household)
    }
}
