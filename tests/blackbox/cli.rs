//! The real `sne`, run as a person would: what it prints, what it refuses, what it answers with.

mod demonstration;
mod import;
mod privacy;
mod reading;
mod shown;
pub mod sne;
mod trouble;
