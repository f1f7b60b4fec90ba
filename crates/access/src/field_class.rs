//! What of a demand is not for everybody who may read it.

use nomenclature::{OrganisationKind, Role, Territory};

use crate::authorized::Authorized;
use crate::profile::Profile;
use crate::read::Read;
use crate::resource::Resource;
use crate::roles::Roles;

/// Fields of a demand that some of its readers see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldClass {
    /// The type of a sensitive piece, or of the proof of a separation (INV-42): that there is one, everybody sees. Only the
    /// sensitive profile reads it (law 4.3); a desk that took the piece in does not read it again.
    SensitivePieces,
    /// Rubric i, and the reasons that tell of violence, handicap or health: for who fills in the form, who looks for the
    /// dwelling that is adapted, and the sensitive profile. No text divides the form between readers: provisional.
    Health,
    /// A claim to housing (DALO) while nothing favourable is decided, and its delays: for the State's service, and for the
    /// secretariat of the commission (R441-2-6 b). The favourable decision is shared with everybody (R441-2-15 I 3).
    Dalo,
}

impl FieldClass {
    /// Every class.
    pub const ALL: &'static [Self] = &[Self::SensitivePieces, Self::Health, Self::Dalo];

    /// Those who see it.
    const fn roles(self) -> Roles {
        match self {
            Self::SensitivePieces => Roles::of(&[Role::ConsultantSensible]),
            Self::Health => Roles::of(&[Role::DeskAgent, Role::AllocationAgent, Role::ConsultantSensible]),
            Self::Dalo => Roles::of(&[Role::StateService]),
        }
    }
}

/// A set of classes, small enough to be copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FieldClasses(u8);

impl FieldClasses {
    /// Whether the class is one of them.
    pub const fn contains(self, class: FieldClass) -> bool {
        self.0 & (1 << class as u8) != 0
    }
}

impl FromIterator<FieldClass> for FieldClasses {
    fn from_iter<I: IntoIterator<Item = FieldClass>>(classes: I) -> Self {
        Self(classes.into_iter().fold(0, |bits, class| bits | 1 << class as u8))
    }
}

impl Profile {
    /// Whether he sees the fields of a class, of a demand of a territory that he may read. The system actor, who opens nothing,
    /// sees what lies open: where a claim to housing stands.
    fn sees(&self, class: FieldClass, territory: Option<Territory>) -> bool {
        match (self, territory) {
            (Self::Operator, _) => class == FieldClass::Dalo,
            (Self::Applicant { .. }, _) | (Self::Member { .. }, None) => false,
            (Self::Member { kind: OrganisationKind::DaloCommission, .. }, _) if class == FieldClass::Dalo => true,
            (Self::Member { scopes, .. }, Some(territory)) => {
                !scopes.in_territory(territory).intersection(class.roles()).is_empty()
            }
        }
    }
}

impl<R: Read> Authorized<R> {
    /// The classes whose fields may be shown of what was permitted; none of what is no demand.
    pub fn fields(&self) -> FieldClasses {
        let territory = match self.what().resource() {
            Resource::Demand { territory } => Some(territory),
            _ => None,
        };
        FieldClass::ALL.iter().copied().filter(|class| self.by().sees(*class, territory)).collect()
    }
}
