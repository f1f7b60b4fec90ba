//! Real clusters, one test binary: life of a cluster, shared use, crashes, refusals, and the test helper itself.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod crashes;
mod life;
mod refusals;
mod sharing;
mod support;
mod temporary;
