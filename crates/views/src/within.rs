//! For whom not all demands of a territory are.

use nomenclature::{CommuneCode, DeskCode};

/// The demands that somebody has access to who has not access to all (R441-2-6 c to e).
#[derive(Clone, Debug)]
pub struct Within {
    /// They seek one of these communes.
    pub communes: Vec<CommuneCode>,
    /// Or one of these desks registered them.
    pub desks: Vec<DeskCode>,
}

impl Within {
    /// The codes of the communes.
    pub(crate) fn commune_codes(&self) -> Vec<String> {
        self.communes.iter().map(ToString::to_string).collect()
    }

    /// The codes of the desks.
    pub(crate) fn desk_codes(&self) -> Vec<String> {
        self.desks.iter().map(ToString::to_string).collect()
    }
}
