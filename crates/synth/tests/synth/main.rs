//! What is invented is lawful, alike each time, and looks like a territory.

mod calibrated;
mod desk;
mod lawful;
mod likely;
mod same;
mod territory;
