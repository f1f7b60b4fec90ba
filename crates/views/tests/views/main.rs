//! Shared management: the fold alone, and the view on a real PostgreSQL with the sample of invented lives.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod calendar;
mod deadlines;
mod elsewhere;
mod erasing;
mod folding;
mod generations;
mod large;
mod lives;
mod rebuilding;
mod running;
mod scoped;
mod searching;
mod world;
