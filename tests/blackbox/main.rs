//! Black-box suites: processes, a real PostgreSQL, and witnesses outside of both.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
#![allow(clippy::print_stderr, reason = "what a long suite measured is worth a line")]

mod cli;
mod corpus;
#[path = "corpus/mod.rs"]
#[allow(clippy::duplicate_mod, reason = "the same tables through another door")]
mod corpus_over_tcp;
mod daily;
mod deploy;
mod drill;
mod grpc;
mod import;
mod in_process;
mod oidc;
mod remote_database;
mod second_line;
mod several;
mod tidy;
