//! What the log promises, shown on a real PostgreSQL: one module for each promise.

mod answers;
mod atomicity;
mod claims;
mod fence;
mod fenced_commands;
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
mod world;
