//! The command bus on a real PostgreSQL.

mod claims;
mod commands;
mod examination;
mod numbers;
mod places;
mod rights;
mod stock_faults;
mod world;
