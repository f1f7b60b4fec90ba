//! What the log answers to a command.

use uuid::Uuid;

use crate::{Position, StreamId};

/// The positions of a committed command's events: first to last, without holes, in the order given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Receipt {
    /// Position of the command's first event.
    pub first: Position,
    /// Position of the command's last event.
    pub last: Position,
}

/// The answer to one command (design law 5).
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// The events are durable at these positions.
    Committed(Receipt),
    /// The same command, with the same body, was committed before, at these positions: the first answer again. After
    /// a lost connection this is also how the command of this very call can be answered.
    Repeated(Receipt),
    /// Nothing of the command was written, and no receipt was left: it may be decided anew.
    Refused(Refusal),
}

impl Verdict {
    /// The receipt, unless the command was refused.
    pub fn receipt(&self) -> Option<Receipt> {
        match self {
            Self::Committed(receipt) | Self::Repeated(receipt) => Some(*receipt),
            Self::Refused(_) => None,
        }
    }
}

/// Why a command was refused. Indexes count the command's own claims from 0.
///
/// When several reasons hold, the first of this order is named: command id, its fence, streams in the order given, releases in
/// the order given, then takes and forces in the order given (a holder before a tag).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The organisation has used this command id for another body.
    CommandIdReused,
    /// The organisation gave this command id up for good ([`EventLog::fence`](crate::EventLog::fence)).
    Fenced,
    /// A stream has moved on, or does not exist, or exists although it should not.
    VersionConflict {
        /// The stream concerned.
        stream: StreamId,
        /// The version the command was decided on; 0 is "must not exist".
        expected: u32,
        /// The version the stream has; 0 is "does not exist".
        actual: u32,
    },
    /// The stream exists with another type, territory or key than the command says; these never change. A fault of the
    /// caller's code, not of a user.
    StreamMismatch {
        /// The stream concerned.
        stream: StreamId,
    },
    /// The claim is held: by another holder, or by the same one that did not release it in this command.
    ClaimHeld {
        /// Which claim of the command.
        index: usize,
        /// Who holds it (of several, the lowest ordinal).
        holder: StreamId,
    },
    /// The claim to release is not held by the holder named.
    ClaimNotHeld {
        /// Which claim of the command.
        index: usize,
    },
    /// Live claims on this key, in whatever scope, carry another tag: decide anew with that one.
    TagConflict {
        /// Which claim of the command.
        index: usize,
        /// The tag they carry.
        actual: Uuid,
    },
    /// The database refused the command's content by itself (a constraint); sent alone it was refused again, so its
    /// neighbours are unharmed. A fault of the caller's code, not of a user.
    Rejected {
        /// The SQLSTATE it gave.
        code: String,
    },
}
