//! Which roles somebody has in which territories.

use nomenclature::{Role, Territories, Territory};

use crate::roles::Roles;

/// The territories of each role. A role in one territory gives no right in another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes([Territories; Role::ALL.len()]);

impl Scopes {
    /// No role anywhere.
    pub const NONE: Self = Self([Territories::NONE; Role::ALL.len()]);

    /// The same roles in each of the territories.
    pub fn uniform(roles: Roles, territories: Territories) -> Self {
        roles.iter().fold(Self::NONE, |scopes, role| scopes.and(role, territories))
    }

    /// These scopes, and a role in some territories.
    #[must_use]
    pub fn and(mut self, role: Role, territories: Territories) -> Self {
        if let Some(known) = self.0.get_mut(role as usize) {
            *known = known.union(territories);
        }
        self
    }

    /// What of these scopes the roles and the territories leave.
    #[must_use]
    pub fn within(self, roles: Roles, territories: Territories) -> Self {
        roles.iter().fold(Self::NONE, |scopes, role| scopes.and(role, self.of(role).intersection(territories)))
    }

    /// Where somebody has the role.
    pub fn of(&self, role: Role) -> Territories {
        self.0.get(role as usize).copied().unwrap_or_default()
    }

    /// The roles somebody has in a territory.
    pub fn in_territory(&self, territory: Territory) -> Roles {
        Role::ALL.iter().copied().filter(|role| self.of(*role).contains(territory)).collect()
    }

    /// Every role somebody has anywhere.
    pub fn roles(&self) -> Roles {
        Role::ALL.iter().copied().filter(|role| !self.of(*role).is_empty()).collect()
    }

    /// Everywhere somebody has a role.
    pub fn territories(&self) -> Territories {
        self.0.iter().fold(Territories::NONE, |all, some| all.union(*some))
    }
}
