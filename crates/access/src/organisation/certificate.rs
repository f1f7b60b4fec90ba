//! Certificates that speak for an organisation.

use jiff::Timestamp;
use nomenclature::DeskCode;
use serde::{Deserialize, Serialize};

use crate::fingerprint::Fingerprint;

/// How many certificates may be bound at once: one in use, one to change to, for each of a few systems.
pub(super) const MOST: usize = 16;

/// A certificate of a system of the organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// Of its DER form; unique nationwide: a claim of the log guards it.
    pub fingerprint: Fingerprint,
    /// What it is for, for people: the system, never a person.
    pub label: String,
    /// The first instant of its validity.
    pub not_before: Timestamp,
    /// The last instant of its validity.
    pub not_after: Timestamp,
    /// The only desk that it speaks for; none when it speaks for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk: Option<DeskCode>,
}

impl Certificate {
    /// Whether it is valid at an instant.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.not_before <= now && now <= self.not_after
    }
}
