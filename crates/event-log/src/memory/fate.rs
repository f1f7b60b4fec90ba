//! What happens between a caller and the log: a port for simulators.

use std::fmt;

use async_trait::async_trait;

use crate::Position;

/// What a process wants of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// A connection to append over.
    Connect,
    /// A round of commands.
    Append,
    /// A fence.
    Fence,
    /// Something to read.
    Read,
}

/// The connection broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost;

/// Decides about each call of one process. Each of its two moments may wait, and a moment that never ends is the end of the
/// process. Between the two the call does its work, whole and at once.
#[async_trait]
pub trait Fate: fmt::Debug + Send + Sync + 'static {
    /// The call is under way to the log. Lost here, it does nothing.
    async fn going(&self, _call: Call) -> Result<(), Lost> {
        Ok(())
    }

    /// The answer is under way to the caller. Lost here, the work is done all the same.
    async fn coming(&self, _call: Call) -> Result<(), Lost> {
        Ok(())
    }

    /// How far a reading sees, when the log ends at `head`: a lower position shows the log as it was, at the last commit
    /// before.
    fn sees(&self, head: Position) -> Position {
        head
    }
}

/// The fate to which nothing happens.
#[derive(Clone, Copy, Debug)]
pub struct Kind;

impl Fate for Kind {}
