//! Where an adult works (R441-2-2 d): a town in France or abroad, as in an address.

use serde::{Deserialize, Serialize};

use super::contact::{AddressDraft, Place};
use crate::rejection::Check;

/// The place of work as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkplaceDraft {
    /// Postal code, France.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// INSEE code of the commune, France.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commune: Option<String>,
    /// Postal code abroad.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub foreign_postal_code: Option<String>,
    /// Town abroad.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub foreign_town: Option<String>,
    /// Country, for a place abroad.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

personal::redact!(WorkplaceDraft);

/// Reads a place of work by the rules of an address.
pub(crate) fn parse(draft: &WorkplaceDraft, mut check: Check<'_>) -> Option<Place> {
    let WorkplaceDraft { postal_code, commune, foreign_postal_code, foreign_town, country } = draft.clone();
    let place =
        AddressDraft { postal_code, commune, foreign_postal_code, foreign_town, country, ..AddressDraft::default() };
    Place::parse(&place, &mut check)
}
