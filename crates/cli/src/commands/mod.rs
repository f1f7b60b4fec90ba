//! One file per command.

pub mod config;
pub mod daily;
pub mod demand;
pub mod demo;
pub mod doctor;
pub mod erase;
pub mod keys;
pub mod living;
pub mod migrate;
pub mod notices;
pub mod org;
pub mod rebuild;
pub mod serve;
pub mod synth;
pub mod territory;
