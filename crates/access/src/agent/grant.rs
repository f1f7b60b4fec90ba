//! A role, given for a time.

use jiff::civil::Date;
use nomenclature::{Role, Territories};
use serde::{Deserialize, Serialize};

/// The longest time for which a role is given, in months (provisional): then somebody looks whether it is still needed.
pub const MOST_MONTHS: i32 = 12;

/// A role in some territories from a day to a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// Where.
    pub territories: Territories,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
}

impl Grant {
    /// Whether it counts on a day.
    pub fn counts_on(&self, day: Date) -> bool {
        self.from <= day && day <= self.until
    }
}
