//! What entitles a service to register demands.

use jiff::civil::Date;
use nomenclature::{EntitlementGround, OrganisationKind};
use serde::{Deserialize, Serialize};

/// A convention, délibération or decision by which an organisation registers demands (R441-2-1, R441-2-5 III).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entitlement {
    /// What it is.
    pub ground: EntitlementGround,
    /// Number or date it is known by; no two of an organisation have the same.
    pub reference: String,
    /// The day it was signed, the first on which it counts.
    pub signed_on: Date,
    /// Its last day, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<Date>,
}

impl Entitlement {
    /// Whether it counts on a day.
    pub fn is_in_force_on(&self, day: Date) -> bool {
        self.signed_on <= day && self.ends_on.is_none_or(|last| day <= last)
    }
}

/// Whether such an organisation registers only on an entitlement (INV-46): kinds e to h of R441-2-1. Lessors must, the State
/// is designated, a common agent and the portal act for those who may.
pub const fn is_asked_of(kind: OrganisationKind) -> bool {
    matches!(kind.letter(), Some('e'..='h'))
}
