//! First demands, transfers, and the demands of associations.

use demand::facts::{ApplicantKind, Facts};
use nomenclature::PresentDwelling;
use serde::{Deserialize, Serialize};

/// What a demand counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// A household that is no tenant of social housing (hors mutation).
    FirstDemand,
    /// A household that is a tenant of social housing already (mutation).
    Transfer,
    /// An association (L442-8-1): counted apart, never among the households.
    Association,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::FirstDemand, Self::Transfer, Self::Association];

    /// What a demand with these facts is.
    pub fn of(facts: &Facts) -> Self {
        match facts.applicant_kind {
            ApplicantKind::Association => Self::Association,
            ApplicantKind::Household
                if facts.present_dwelling.iter().copied().any(PresentDwelling::is_social_housing) =>
            {
                Self::Transfer
            }
            ApplicantKind::Household => Self::FirstDemand,
        }
    }

    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::FirstDemand => "FIRST_DEMAND",
            Self::Transfer => "TRANSFER",
            Self::Association => "ASSOCIATION",
        }
    }

    /// French name.
    pub fn label(self) -> &'static str {
        match self {
            Self::FirstDemand => "hors mutation",
            Self::Transfer => "mutation",
            Self::Association => "association",
        }
    }
}

/// Which kinds a figure is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kinds {
    /// First demands and transfers together.
    #[default]
    Households,
    /// One kind alone.
    Only(Kind),
}

impl Kinds {
    /// Them.
    pub fn members(self) -> &'static [Kind] {
        match self {
            Self::Households => &[Kind::FirstDemand, Kind::Transfer],
            Self::Only(Kind::FirstDemand) => &[Kind::FirstDemand],
            Self::Only(Kind::Transfer) => &[Kind::Transfer],
            Self::Only(Kind::Association) => &[Kind::Association],
        }
    }

    /// French name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Households => "ménages",
            Self::Only(kind) => kind.label(),
        }
    }
}
