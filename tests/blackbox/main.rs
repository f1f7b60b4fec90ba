//! Black-box suites: processes, a real PostgreSQL, and witnesses outside of both.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
#![allow(clippy::print_stderr, reason = "what a long suite measured is worth a line")]

mod cli;
mod corpus;
mod crash;
mod deploy;
mod grpc;
mod in_process;
mod served;
mod tidy;
mod world;
