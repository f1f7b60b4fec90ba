//! What the suites stand on: the real `sne`, a database of their own, a load in processes, and who judges what became of it.

#![allow(missing_docs, reason = "the names say it, and nobody outside of the suites reads it")]
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

pub mod accounts;
pub mod checker;
pub mod discreet;
pub mod disk;
pub mod evidence;
pub mod held;
pub mod procedure;
pub mod processes;
pub mod proxy;
pub mod served;
pub mod sne;
pub mod tokens;
pub mod world;
