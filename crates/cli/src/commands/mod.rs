//! One file per command.

pub mod demand;
pub mod demo;
pub mod doctor;
pub mod org;
pub mod rebuild;
pub mod serve;
pub mod synth;
