//! A lease that somebody else than the lessor reports.

use jiff::civil::Date;
use nomenclature::Siren;
use personal::Pii;
use serde::{Deserialize, Serialize};

use crate::fields::event_table;
use crate::form::text::Text;

/// A lease was reported, and not by its lessor (INV-26).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeaseReported {
    /// Who reported it.
    pub organisation: Siren,
    /// The day of the report.
    pub reported_on: Date,
    /// The day of the lease, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_on: Option<Date>,
    /// The lessor, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lessor: Option<Siren>,
    /// What the reporter finds his source by.
    pub reference: Pii<Text<40>>,
}

event_table!(LeaseReported in "bail signalé" {
    organisation: Open, "organisme qui signale", "SIREN";
    reported_on: Open, "date du signalement", "date";
    signed_on: Open, "date du bail, si elle est connue", "date";
    lessor: Open, "bailleur, s'il est connu", "SIREN";
    reference: Personal, "référence de la source", "40 caractères, obligatoire";
});

/// A report was withdrawn by whoever made it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LeaseReportWithdrawn {
    /// Whose report it was.
    pub organisation: Siren,
    /// The day.
    pub withdrawn_on: Date,
}

event_table!(LeaseReportWithdrawn in "bail signalé" {
    organisation: Open, "organisme qui retire son signalement", "SIREN";
    withdrawn_on: Open, "date du retrait", "date";
});
