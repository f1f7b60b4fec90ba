//! What to invent.

use jiff::civil::{Date, date};
use nomenclature::Territory;

/// What to invent. The default is the committed sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Chance: the same seed gives the same bytes on every machine.
    pub seed: u64,
    /// How many households.
    pub households: u32,
    /// Where.
    pub territory: Territory,
    /// First day that something may be recorded on.
    pub from: Date,
    /// Last day. Nothing is invented when it lies before the first one.
    pub until: Date,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 6, households: 300, territory: home(), from: date(2025, 8, 1), until: date(2026, 10, 31) }
    }
}

/// Alpes-Maritimes.
pub(crate) fn home() -> Territory {
    Territory::parse("006").expect("Alpes-Maritimes is a territory")
}

/// Var.
pub(crate) fn neighbour() -> Territory {
    Territory::parse("083").expect("Var is a territory")
}
