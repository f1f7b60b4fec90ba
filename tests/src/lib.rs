//! What the black-box suites share with the processes that they start.
//!
//! The suites themselves are one test binary, `blackbox`: *crash* kills the register and its database under load and
//! compares the log with an external ledger, *cli* runs the real `sne`, *corpus* sends bad input through the bus.
//!
//! Here are the [`cast`] (organisations, and acts as JSON, the way a client would write them), the [`load`] of the crash suite, the [`wire`] to its workers, and the [`ledger`], which is the only witness a crash leaves in peace: on disk
//! before a command is sent, and before an answer counts.

pub mod cast;
pub mod ledger;
pub mod load;
pub mod wire;
