//! A simulator of the register: production code of several processes over one log, in one thread, on a clock that jumps.
//!
//! A [`Plan`] with its seed decides everything: what clients ask, of which process, in what order things run, which
//! connections break before or after their work, which answers are late, when a process dies and when it is there again.
//! [`run`] lives through it, and looks then, in the log and in a [ledger](ledger::Ledger) that the clients kept, for what must
//! never be: an answer that is not in the log, an effect that nobody asked for or that came twice, a demand too many.
//!
//! Time is tokio's paused time, so that a wait costs nothing. Chance that no order depends on, of keys and references, is the
//! machine's.

pub mod check;
pub mod client;
mod crash;
pub mod dice;
pub mod ledger;
mod panics;
pub mod plan;
mod process;
mod shrink;
mod watcher;
mod wire;
pub mod workload;
mod world;

pub use plan::{Plan, Trouble};
pub use shrink::smallest;
pub use world::{Lived, run};
