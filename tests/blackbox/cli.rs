//! The real `sne`, run as a person would: what it prints, what it refuses, what it answers with.

mod administration;
mod configuration;
mod demonstration;
mod due;
mod forgetting;
mod import;
mod living;
mod metrics;
mod privacy;
mod projections;
mod quarantine;
mod reading;
mod settling;
mod shown;
mod still;
mod trouble;
