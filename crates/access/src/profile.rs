//! What is known of an actor on a day.

use nomenclature::{AgentId, DeskCode, OrganisationKind, Siren, Territories, Territory, UniqueNumber};

use crate::roles::Roles;
use crate::scopes::Scopes;

/// What is known of an actor on a day, as far as rights depend on it.
#[allow(clippy::large_enum_variant, reason = "it is copied a few times a call, and never kept in numbers")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// The system actor of the command line: no network call can be it.
    Operator,
    /// The applicant of a demand.
    Applicant {
        /// His demand.
        number: UniqueNumber,
    },
    /// An agent of an organisation that takes part.
    Member {
        /// The organisation.
        organisation: Siren,
        /// Its kind.
        kind: OrganisationKind,
        /// He himself, when he has an account of his own; none for a user of a system that his organisation answers for.
        agent: Option<AgentId>,
        /// The open desk that he acts at, and its territory; none for who acts without one.
        desk: Option<(DeskCode, Territory)>,
        /// His roles, each in its territories. At a desk they are those in the territory of the desk, and no others.
        scopes: Scopes,
    },
}

impl Profile {
    /// His roles, wherever he has them.
    pub fn roles(&self) -> Roles {
        match self {
            Self::Operator | Self::Applicant { .. } => Roles::NONE,
            Self::Member { scopes, .. } => scopes.roles(),
        }
    }

    /// Where he has a role at all.
    pub fn territories(&self) -> Territories {
        match self {
            Self::Operator | Self::Applicant { .. } => Territories::NONE,
            Self::Member { scopes, .. } => scopes.territories(),
        }
    }

    /// The territory that is meant when he names none: that of his desk, or else the only one where he has a role; an
    /// applicant's is that of his demand.
    pub fn home(&self) -> Option<Territory> {
        match self {
            Self::Operator => None,
            Self::Applicant { number } => Some(number.territory()),
            Self::Member { desk: Some((_, territory)), .. } => Some(*territory),
            Self::Member { scopes, .. } => {
                let mut all = scopes.territories().iter();
                all.next().filter(|_| all.next().is_none())
            }
        }
    }
}
