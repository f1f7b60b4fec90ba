//! Mandates to register.

use jiff::civil::Date;
use nomenclature::{Siren, Territories};
use serde::{Deserialize, Serialize};

/// Registering demands, entrusted to another service (R441-2-1). Who gave it still reads, attributes, signs leases and
/// radiates after them, also without a desk of his own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mandate {
    /// The service that registers.
    pub to: Siren,
    /// Where.
    pub territories: Territories,
    /// The first day.
    pub from: Date,
    /// The last day, once it is known.
    pub until: Option<Date>,
}

impl Mandate {
    /// Whether it counts on a day.
    pub fn is_in_force_on(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|last| day <= last)
    }
}
