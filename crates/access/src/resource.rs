//! What something is done to.

use nomenclature::{Territories, Territory, UniqueNumber};

/// What it is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// A demand of a territory.
    Demand {
        /// The territory.
        territory: Territory,
    },
    /// What a territory decided for itself: its delays and parameters.
    Territory {
        /// The territory.
        territory: Territory,
    },
    /// Who looked at a demand.
    Record {
        /// The demand.
        number: UniqueNumber,
    },
    /// Who takes part in some territories, and with what rights.
    Rights {
        /// All of them.
        territories: Territories,
    },
    /// The register as a whole.
    Register,
}

/// Says what it is to the function of rights.
pub trait Scoped {
    /// The resource that a right is asked for.
    fn resource(&self) -> Resource;
}

impl Scoped for Resource {
    fn resource(&self) -> Resource {
        *self
    }
}

impl Scoped for UniqueNumber {
    fn resource(&self) -> Resource {
        Resource::Demand { territory: self.territory() }
    }
}
