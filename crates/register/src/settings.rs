//! Which delays are in force: the one place that resolves them.

use demand::Settings;
use nomenclature::Territory;

/// The settings that the acts of today are decided by: the defaults of the territory for now.
pub(crate) fn in_force(territory: Territory) -> Settings {
    Settings::of(territory)
}
