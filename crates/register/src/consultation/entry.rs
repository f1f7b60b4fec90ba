//! What is entered of a look.

use access::Purpose;
use event_log::Position;
use jiff::Timestamp;
use nomenclature::{Actor, Territory, UniqueNumber};
use uuid::Uuid;

/// What somebody did to see something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LookKind {
    /// Read a demand, names included.
    Demand,
    /// Read its history: what nobody is shown in clear any more, but who was stands in the record.
    History,
    /// Read a demand of the shared view, with who asks.
    Shared,
    /// Searched the shared view: a page of answers.
    Search,
    /// Asked whether a person has a demand.
    Identity,
    /// Asked where else a person has one.
    Elsewhere,
    /// Replayed a demand as an auditor, sealed parts sealed.
    Replay,
    /// Took the log as an auditor, sealed parts sealed.
    Log,
    /// Opened a list of renewal notices: names and addresses.
    Notices,
    /// Read this record.
    Record,
    /// Was refused a registration, with the number of the demand that its person holds.
    Duplicate,
    /// Read who has which rights: names and addresses of agents.
    Rights,
}

impl LookKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Demand,
        Self::History,
        Self::Shared,
        Self::Search,
        Self::Identity,
        Self::Elsewhere,
        Self::Replay,
        Self::Log,
        Self::Notices,
        Self::Record,
        Self::Duplicate,
        Self::Rights,
    ];

    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Demand => "DEMAND",
            Self::History => "HISTORY",
            Self::Shared => "SHARED",
            Self::Search => "SEARCH",
            Self::Identity => "IDENTITY",
            Self::Elsewhere => "ELSEWHERE",
            Self::Replay => "REPLAY",
            Self::Log => "LOG",
            Self::Notices => "NOTICES",
            Self::Record => "RECORD",
            Self::Duplicate => "DUPLICATE",
            Self::Rights => "RIGHTS",
        }
    }

    /// The kind of a code.
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

/// A question as it is kept: a keyed digest, equal for equal questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question(pub(crate) [u8; 32]);

impl Question {
    /// The digest.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What somebody sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// How he came to it.
    pub kind: LookKind,
    /// What for.
    pub purpose: Purpose,
    /// The territory that was looked into; none for the log as a whole.
    pub territory: Option<Territory>,
    /// What was asked, of a search.
    pub question: Option<Question>,
    /// The demands that the answer tells of, and of each the version that is shown: 0 where only its number is.
    pub shown: Vec<(UniqueNumber, u32)>,
    /// The position of the view that answers.
    pub position: Option<Position>,
}

impl Look {
    /// One that says nothing more yet.
    pub fn of(kind: LookKind, purpose: Purpose) -> Self {
        Self { kind, purpose, territory: None, question: None, shown: Vec::new(), position: None }
    }
}

/// How soon a look is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promptness {
    /// Before the answer. For who may end right after it.
    Durable,
    /// Within a second of the answer, with what others looked at meanwhile. For who answers many, and drains before he ends.
    Queued,
}

/// A line of the record.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// In the order of time.
    pub(crate) id: Uuid,
    pub(crate) at: Timestamp,
    /// As it is written in the log.
    pub(crate) actor: String,
    pub(crate) organisation: String,
    pub(crate) look: Look,
}

impl Entry {
    pub(crate) fn new(at: Timestamp, actor: &Actor, look: Look) -> Self {
        let organisation = actor.organisation_code().to_owned();
        Self { id: id_at(at), at, actor: actor.to_string(), organisation, look }
    }
}

/// The code of a purpose in the record.
pub(crate) fn code_of(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Attribution => "ATTRIBUTION",
        Purpose::Desk => "GUICHET",
        Purpose::Administration => "ADMINISTRATION",
        Purpose::Audit => "AUDIT",
        Purpose::Statistics => "STATISTICS",
    }
}

/// A random id that begins with its millisecond, so that ids sort as the hours do (RFC 9562, version 7).
fn id_at(at: Timestamp) -> Uuid {
    let mut bytes = Uuid::new_v4().into_bytes();
    let millisecond = u64::try_from(at.as_millisecond()).unwrap_or(0);
    bytes[..6].copy_from_slice(&millisecond.to_be_bytes()[2..]);
    bytes[6] = 0x70 | (bytes[6] & 0x0F);
    Uuid::from_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_as_their_hours_do_and_are_drawn_once() {
        let at = |millisecond| id_at(Timestamp::from_millisecond(millisecond).unwrap());
        assert!(at(1_769_000_000_000) < at(1_769_000_000_001));
        assert!(at(i64::from(u32::MAX)) < at(i64::from(u32::MAX) + 1));
        assert_ne!(at(7), at(7));
        assert_eq!(at(7).get_version_num(), 7);
        assert_eq!(at(7).get_variant(), uuid::Variant::RFC4122);
    }

    #[test]
    fn every_kind_is_known_by_its_code() {
        for kind in LookKind::ALL {
            assert_eq!(LookKind::of_code(kind.code()), Some(*kind));
        }
        assert_eq!(LookKind::of_code("demand"), None);
    }
}
