//! Which delays are in force: the one place that resolves them.

use demand::Settings;

/// The settings that the acts of today are decided by. Every territory has the defaults for now.
pub(crate) fn in_force() -> Settings {
    Settings::default()
}
