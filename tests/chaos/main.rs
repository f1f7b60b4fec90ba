//! What the register does while it is harmed: each lane does one kind of harm, and judges by what stands outside of both.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
#![allow(clippy::print_stderr, reason = "what a long suite measured is worth a line")]

mod abuse;
mod cancelled;
mod clock_jumps;
mod crowd;
mod doctored;
mod failover;
mod full_disk;
mod kept;
mod kills;
mod lane;
mod points;
mod probes;
mod projector_crashes;
mod rebuild_kills;
mod reordered;
mod slow_readers;
mod storm;
