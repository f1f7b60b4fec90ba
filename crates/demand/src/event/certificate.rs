//! The certificate of registration.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::certificate::CertificateChannel;
use crate::fields::event_table;

/// A certificate of registration went out (R441-2-4).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CertificateIssued {
    /// The day of the filing or of the renewal that made it due.
    pub due_since: Date,
    /// The day it went out.
    pub issued_on: Date,
    /// How.
    pub channel: CertificateChannel,
}

event_table!(CertificateIssued in "attestation" {
    due_since: Open, "due depuis le (dépôt ou renouvellement)", "date";
    issued_on: Open, "date de délivrance", "date";
    channel: Open, "voie de délivrance", "courrier, courriel, ou en main propre";
});
