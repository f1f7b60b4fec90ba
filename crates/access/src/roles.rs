//! A set of roles, and what the kind of an organisation makes of them.

use nomenclature::{OrganisationKind, Role};
use serde::{Deserialize, Serialize};

/// A set of roles, small enough to be copied. It is written as the list of the codes.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<Role>", into = "Vec<Role>")]
pub struct Roles(u16);

impl Roles {
    /// No role.
    pub const NONE: Self = Self(0);

    /// Who sees a demand without acting on it.
    pub(crate) const CONSULTANTS: Self =
        Self::of(&[Role::ConsultantSimple, Role::ConsultantDemande, Role::ConsultantSensible]);

    /// These roles.
    pub const fn of(roles: &[Role]) -> Self {
        let mut bits = 0;
        let mut rest = roles;
        while let [first, others @ ..] = rest {
            bits |= 1 << *first as u16;
            rest = others;
        }
        Self(bits)
    }

    /// Whether the role is one of them.
    pub const fn contains(self, role: Role) -> bool {
        self.0 & (1 << role as u16) != 0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those of either.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those of both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// These, but none of the others.
    #[must_use]
    pub const fn without(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Each of them, in the order of the list.
    pub fn iter(self) -> impl Iterator<Item = Role> {
        Role::ALL.iter().copied().filter(move |role| self.contains(*role))
    }

    /// The most that an agent of an organisation of this kind may be: registering services have agents at desks
    /// (R441-2-1), only lessors have some who attribute (INV-25), only the State has some for the DALO (INV-56), and the
    /// manager of a territory is its manager, or the prefect's service where he keeps the management himself (R441-2-5 I;
    /// provisional). The secretariat of the commission of mediation consults (R441-2-6). Everybody has a data-protection
    /// officer; an auditor is nothing else.
    pub const fn allowed_to(kind: OrganisationKind) -> Self {
        let own = match kind {
            OrganisationKind::PortalOperator => Self::of(&[Role::NationalSupport]),
            OrganisationKind::DaloCommission => Self::CONSULTANTS,
            _ => Self::NONE,
        };
        Self::by_default(kind).union(own).union(Self::of(&[Role::DataProtectionOfficer]))
    }

    /// What an agent is whom the register does not know himself: a user of a system that his organisation answers for. He
    /// does what the register was always asked by such systems, and nothing that needs an account of his own.
    pub const fn by_default(kind: OrganisationKind) -> Self {
        let registers = if kind.may_register() { Self::of(&[Role::DeskAgent]) } else { Self::NONE };
        let attributes = if kind.is_lessor() { Self::of(&[Role::AllocationAgent]) } else { Self::NONE };
        let manages = if kind.keeps_renewals() { Self::of(&[Role::TerritoryManager]) } else { Self::NONE };
        let state = if kind.is_the_state() { Self::of(&[Role::StateService]) } else { Self::NONE };
        let consults = if kind.has_desks() { Self::CONSULTANTS } else { Self::NONE };
        let last = match kind {
            OrganisationKind::Auditor => Self::of(&[Role::Auditor]),
            _ => Self::of(&[Role::InfocentreReader]),
        };
        registers.union(attributes).union(manages).union(state).union(consults).union(last)
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        roles.into_iter().fold(Self::NONE, |set, role| set.union(Self::of(&[role])))
    }
}

impl From<Vec<Role>> for Roles {
    fn from(roles: Vec<Role>) -> Self {
        roles.into_iter().collect()
    }
}

impl From<Roles> for Vec<Role> {
    fn from(roles: Roles) -> Self {
        roles.iter().collect()
    }
}

impl std::fmt::Debug for Roles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
