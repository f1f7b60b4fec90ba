//! The runner on a real PostgreSQL, with a view that counts the events of each stream.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod bulk;
mod faults;
mod owners;
mod quarantine;
mod rebuilding;
mod rights;
mod running;
mod scoped;
mod sharing;
mod waiting;
mod world;
