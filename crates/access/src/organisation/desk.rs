//! A desk of an organisation.

use jiff::civil::Date;
use nomenclature::{CommuneCode, DeskCode, PostalCode, Territory};
use serde::{Deserialize, Serialize};

use crate::text;

/// A desk (guichet enregistreur): where demands are registered and renewed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desk {
    /// Name for people.
    pub name: String,
    /// Its territory.
    pub territory: Territory,
    /// First day.
    pub opened_on: Date,
    /// Last day, once it is known.
    pub closed_on: Option<Date>,
    /// How the public reaches it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<DeskContact>,
}

impl Desk {
    /// Whether the desk works on a day.
    pub fn is_open_on(&self, day: Date) -> bool {
        self.opened_on <= day && self.closed_on.is_none_or(|closed| day <= closed)
    }
}

/// A desk to open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenDesk {
    /// Code, unique nationwide: a claim of the log guards it.
    pub code: DeskCode,
    /// Name for people.
    pub name: String,
    /// Its territory: one of the organisation's.
    pub territory: Territory,
    /// First day.
    pub opened_on: Date,
}

/// How the public reaches a desk: what the list of the services tells (R441-2-1). Nothing of it is a natural person's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskContact {
    /// Street and number, or building.
    pub address: String,
    /// Postal code.
    pub postal_code: PostalCode,
    /// Commune: in the desk's territory.
    pub commune: CommuneCode,
    /// Telephone of the desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// E-mail of the desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// When it is open, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<String>,
}

impl DeskContact {
    /// Whether it can be published: texts of one line and some length, a commune of the territory.
    pub(super) fn is_fine(&self, territory: Territory) -> bool {
        text::is_line(&self.address, 200)
            && Territory::of_commune(self.commune) == Some(territory)
            && self.phone.as_deref().is_none_or(text::is_phone)
            && self.email.as_deref().is_none_or(text::is_email)
            && self.hours.as_deref().is_none_or(|hours| text::is_line(hours, 300))
    }
}
