//! The statistics on a real PostgreSQL with the sample of invented lives.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod known;
mod running;
mod world;
