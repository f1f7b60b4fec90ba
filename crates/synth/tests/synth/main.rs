//! What is invented is lawful, alike each time, and looks like a territory.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod calibrated;
mod desk;
mod lawful;
mod likely;
mod same;
mod territory;
