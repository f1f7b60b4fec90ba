//! The command bus on a real PostgreSQL.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod administration;
mod at_desk;
mod batches;
mod brakes;
mod claims;
mod commands;
mod consulting;
mod employers;
mod erasure;
mod examination;
mod following;
mod foreign;
mod importing;
mod in_memory;
mod numbers;
mod places;
mod reinstating;
mod reviewing;
mod rights;
mod rotation;
mod separating;
mod stock_faults;
mod suspended;
mod territories;
mod world;
