//! What the suites share among themselves and with the processes that they start.
//!
//! The suites are two test binaries. `blackbox` looks at the product from outside: *cli* runs the real `sne`, *grpc* asks the
//! server, *corpus* sends bad input. `chaos` does harm: it kills, cuts, delays and fills up, and compares what the log holds
//! with what an external ledger says.
//!
//! Here are the [`stage`] of both, the [`cast`] (organisations, and acts as JSON, the way a client would write them), the
//! [`load`] with its [`dice`], the [`wire`] to its workers, the [`door`] of a server, the [`misuse`] of its transport, and the [`ledger`], which is the only
//! witness a crash leaves in peace: on disk before a command is sent, and before an answer counts.

pub mod cast;
pub mod dice;
pub mod door;
pub mod ledger;
pub mod load;
pub mod misuse;
pub mod stage;
pub mod wire;
