//! Whom the applicant works for, as a desk declares it: Action Logement registers employees of contributing firms only, an
//! employer his own (R441-2-1 f and g, INV-47).

use nomenclature::{OrganisationKind, Siren, Siret};

use crate::rejection::{Check, FieldReason};

/// What an organisation declares of the applicant's employer with a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declares {
    /// Nothing: it registers whoever comes.
    Nothing,
    /// An establishment of its own, when it is an employer: not every reservation holder is one.
    Itself,
    /// The firm that contributes, always.
    Contributor,
    /// What it knows: of an act of the past, before it was asked.
    WhatItKnows,
}

impl Declares {
    /// What an organisation of a kind declares today.
    pub const fn of(kind: OrganisationKind) -> Self {
        match kind {
            OrganisationKind::ActionLogement => Self::Contributor,
            OrganisationKind::ReservationHolder => Self::Itself,
            _ => Self::Nothing,
        }
    }

    /// The same, for what is imported with its past.
    #[must_use]
    pub const fn of_the_past(self) -> Self {
        match self {
            Self::Contributor => Self::WhatItKnows,
            other => other,
        }
    }

    /// Reads the SIRET that was declared, by the agent of an organisation.
    pub(crate) fn parse(self, declared: Option<&str>, organisation: Siren, mut check: Check<'_>) -> Option<Siret> {
        let Some(text) = declared.filter(|text| !text.trim().is_empty()) else {
            if self == Self::Contributor {
                check.violation(FieldReason::Missing);
            }
            return None;
        };
        if self == Self::Nothing {
            check.violation(FieldReason::NotForThisService);
            return None;
        }
        let siret = check.take(Siret::parse(text).map_err(|_| FieldReason::Malformed))?;
        if self == Self::Itself && siret.siren() != organisation {
            check.violation(FieldReason::Inconsistent);
        }
        Some(siret)
    }
}
