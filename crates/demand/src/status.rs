//! What a demand is, or was, on a day: valid, past its expiry, or out of the register.

use jiff::civil::Date;

use crate::demand::{ActiveDemand, Demand};

/// What a demand is on a given day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Valid.
    Active,
    /// Past its expiry, not yet radiated: may still be renewed.
    Expired,
    /// Radiated.
    Radiated,
}

impl Status {
    /// Its name for people, in French.
    pub fn label(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expirée",
            Self::Radiated => "radiée",
        }
    }
}

impl ActiveDemand {
    /// Whether it was valid on a day, as far as is known now (INV-15, INV-48).
    pub fn was_valid_on(&self, day: Date) -> bool {
        (self.presented_on..=self.expires_on()).contains(&day)
            && !within(&self.gaps, day)
            && !within(&self.absences, day)
    }
}

impl Demand {
    /// What the demand is, or was, on a day, as far as is known now; `None` when nothing was filed by then.
    pub fn status_on(&self, day: Date) -> Option<Status> {
        let demand = self.content().filter(|demand| demand.presented_on <= day)?;
        match self {
            Self::Radiated(radiated) if radiated.radiated_on <= day => Some(Status::Radiated),
            _ if within(&demand.absences, day) => Some(Status::Radiated),
            _ if demand.was_valid_on(day) => Some(Status::Active),
            _ => Some(Status::Expired),
        }
    }
}

/// Whether a day lies in one of these times, first and last day included.
fn within(times: &[(Date, Date)], day: Date) -> bool {
    times.iter().any(|(first, last)| (*first..=*last).contains(&day))
}
