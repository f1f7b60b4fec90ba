//! What the log promises, shown on a real PostgreSQL, and on the log in memory what is promised wherever a log is kept: one
//! module for each promise.

#[macro_use]
mod world;

mod answers;
mod atomicity;
mod both;
mod claims;
mod faults;
mod fence;
mod fenced_commands;
mod framework;
mod grants;
mod leaf;
mod migration;
mod plan;
mod poison;
mod reading;
mod settings;
mod shapes;
mod standby;
mod stock_view;
mod storm;
mod subscription;
mod walking;
mod wire;
