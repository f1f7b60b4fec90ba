//! What follows from a verdict of the log.

use event_log::Refusal;
use nomenclature::UniqueNumber;

use super::MOST_TRIES;
use super::run::Run;
use super::writing::Opened;
use crate::Error;
use crate::claim::Claims;

/// What a refusal of the log comes to.
pub(super) enum Refused {
    /// Something moved meanwhile: decide anew.
    Again,
    /// Somebody is known elsewhere under another reference: learn those of all persons claimed, then decide anew.
    KnownElsewhere,
    /// The number already has a stream, which a restored database can cause: it is never offered again.
    NumberTaken(UniqueNumber),
    /// The command is refused.
    For(Error),
}

impl Run {
    /// Decides what comes after a refusal.
    pub(super) fn refused(&mut self, opened: Option<&Opened>, refusal: Refusal, claims: &Claims) -> Refused {
        let again = match refusal {
            Refusal::CommandIdReused => return Refused::For(Error::CommandIdReused),
            Refusal::Fenced => return Refused::For(Error::CommandFenced),
            Refusal::VersionConflict { stream, expected, actual } => {
                let taken = opened.map(|opened| opened.number).filter(|number| number.as_str() == stream.as_str());
                match (taken, self.order.request.expected_version) {
                    (Some(number), _) if self.order.past.is_some_and(|past| past.number == Some(number)) => {
                        return Refused::For(Error::NumberTaken { number });
                    }
                    (Some(number), _) => Refused::NumberTaken(number),
                    (None, Some(_)) => return Refused::For(Error::VersionConflict { expected, found: actual }),
                    (None, None) => Refused::Again,
                }
            }
            Refusal::ClaimHeld { index, holder } => match (self.may_force(), claims.token(index)) {
                (true, Some(token)) if self.forced.insert(token) => Refused::Again,
                _ => {
                    let held = "a person's claim is held by a stream that is no demand";
                    let held_by = UniqueNumber::parse(holder.as_str());
                    return Refused::For(
                        held_by
                            .map_or_else(|_| Error::Database(held.to_owned()), |held_by| Error::Duplicate { held_by }),
                    );
                }
            },
            Refusal::TagConflict { .. } => Refused::KnownElsewhere,
            // The claims moved with the stream: a concurrent act on the same demand came first.
            Refusal::ClaimNotHeld { .. } => Refused::Again,
            // Which stream it was about is nobody's to read in a log of the server.
            Refusal::StreamMismatch { .. } => {
                return Refused::For(Error::Database("the stream has another type or key".to_owned()));
            }
            Refusal::Rejected { code } => {
                return Refused::For(Error::Database(format!("the log refused the command: SQLSTATE {code}")));
            }
            _ => return Refused::For(Error::Database("the log refused the command".to_owned())),
        };
        self.tries += 1;
        if self.tries < MOST_TRIES { again } else { Refused::For(Error::Contended { version: self.found }) }
    }
}
