//! Erasure: a year after the radiation nobody may know any more who asked (INV-32).
//!
//! The act is the register's own, never a desk's. The event says it is done; whoever keeps the keys destroys the demand's
//! afterwards. Facts, states and dates stay, so that statistics are what they were.

use jiff::ToSpan as _;
use jiff::civil::Date;
use nomenclature::add_months;
use serde::{Deserialize, Serialize};

use crate::demand::{Demand, RadiatedDemand};
use crate::event::DemandEvent;
use crate::fields::event_table;
use crate::rejection::{Rejection, RejectionReason};

/// Months nominative data is kept after the radiation (décret 2017-917 art. 4, INV-32). Longer than any delay in which a
/// demand can come back (INV-33).
pub const RETENTION_MONTHS: i32 = 12;

/// The personal data of a demand was erased.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PersonalDataErased {
    /// The day.
    pub erased_on: Date,
}

event_table!(PersonalDataErased in "effacement" {
    erased_on: Open, "date d'effacement des données nominatives", "date";
});

/// The first day on which personal data of a demand radiated that day may, and must, be erased: the retention ends with
/// the day before.
pub fn due_on(radiated_on: Date) -> Date {
    add_months(radiated_on, RETENTION_MONTHS).saturating_add(1.day())
}

impl RadiatedDemand {
    /// The first day on which its personal data is to be erased (INV-32).
    pub fn erasure_due_on(&self) -> Date {
        due_on(self.radiated_on)
    }

    /// What stays: everything but the form, the employer, the types of sensitive pieces, the titles of all, and what a separation
    /// leads to or comes from.
    pub(crate) fn take_erasure(&mut self, event: &PersonalDataErased) {
        self.erased_on = Some(event.erased_on);
        self.before.rubrics = personal::Pii::Sealed;
        self.before.employer = personal::Pii::Sealed;
        for deposit in &mut self.before.deposits {
            deposit.piece_type = personal::Pii::Sealed;
            deposit.title = personal::Pii::Sealed;
        }
        self.before.separated_from = personal::Pii::Sealed;
        self.before.separated_to = personal::Pii::Sealed;
        self.before.piece_titles.clear();
        for (_, piece_type) in &mut self.before.piece_types {
            *piece_type = personal::Pii::Sealed;
        }
    }
}

impl Demand {
    /// Decides the erasure. Pure; that only the system asks for it is not asked here.
    ///
    /// # Errors
    /// [`RejectionReason::NotRegistered`], [`RejectionReason::NotRadiated`], [`RejectionReason::ErasureNotDue`],
    /// [`RejectionReason::Erased`] when it is done already.
    pub fn erase(&self, today: Date) -> Result<DemandEvent, Rejection> {
        match self {
            Self::Unregistered => Err(RejectionReason::NotRegistered.into()),
            Self::Active(_) => Err(RejectionReason::NotRadiated.into()),
            Self::Radiated(demand) if demand.erased_on.is_some() => Err(RejectionReason::Erased.into()),
            Self::Radiated(demand) if today < demand.erasure_due_on() => Err(RejectionReason::ErasureNotDue.into()),
            Self::Radiated(_) => Ok(DemandEvent::PersonalDataErased(PersonalDataErased { erased_on: today })),
        }
    }

    /// The day its personal data was erased.
    pub fn erased_on(&self) -> Option<Date> {
        match self {
            Self::Radiated(demand) => demand.erased_on,
            _ => None,
        }
    }
}
