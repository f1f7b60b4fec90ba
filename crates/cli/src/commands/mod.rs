//! One file per command.

pub mod admin;
pub mod config;
pub mod daily;
pub mod deadlines;
pub mod demand;
pub mod demo;
pub mod doctor;
pub mod erase;
pub mod export;
pub mod import;
pub mod keys;
pub mod living;
pub mod migrate;
pub mod notices;
pub mod org;
pub mod projections;
pub mod quarantine;
pub mod rebuild;
pub mod restore;
pub mod serve;
pub mod sign_in;
pub mod stats;
pub mod synth;
pub mod territory;
pub mod token;
