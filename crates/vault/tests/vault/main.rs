//! The vault on a real PostgreSQL, with the roles of production.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod drawing;
mod erasure;
mod folder;
mod roles;
mod rotation;
mod sealing;
mod support;
