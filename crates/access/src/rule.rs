//! What each action asks of an agent.

use nomenclature::Role;

use crate::action::Action;
use crate::denial::Denial;
use crate::purpose::Purpose;
use crate::roles::Roles;

/// Where an action has its place.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    /// A demand of a territory where the agent has the role.
    Demand,
    /// What such a territory decided for itself.
    Territory,
    /// Who takes part in territories in all of which the agent has the role.
    Rights,
    /// The register as a whole, wherever the agent has the role.
    Register,
    /// Any of them.
    Everywhere,
}

/// What an action asks of an agent.
pub(crate) struct Rule {
    /// One of these roles.
    pub(crate) roles: Roles,
    pub(crate) place: Place,
    pub(crate) purpose: Purpose,
    /// What an organisation is not, when none of its agents may have one of the roles.
    pub(crate) otherwise: Denial,
}

/// Works with the demands of a territory.
const SERVICE: &[Role] = &[Role::DeskAgent, Role::AllocationAgent, Role::TerritoryManager, Role::StateService];

impl Rule {
    /// The rule of an action; none for what is the operator's alone, or an applicant's.
    pub(crate) const fn of(action: Action) -> Option<Self> {
        use Role::{
            AllocationAgent, DataProtectionOfficer, DeskAgent, InfocentreReader, NationalSupport, StateService,
            TerritoryManager,
        };
        let service = Roles::of(SERVICE);
        let readers = service.union(Roles::CONSULTANTS);
        Some(match action {
            Action::ReadAtDesk => Self {
                purpose: Purpose::Desk,
                ..Self::on_demands(Roles::of(&[DeskAgent]), Denial::NotARegisteringService)
            },
            Action::Register | Action::Renew | Action::IssueCertificate | Action::Separate => {
                Self::on_demands(Roles::of(&[DeskAgent]), Denial::NotARegisteringService)
            }
            // The file of a candidate is brought up to date when his case is examined (dossier unique, rule 3).
            Action::Modify | Action::AddPiece | Action::Renounce | Action::Chase => {
                Self::on_demands(Roles::of(&[DeskAgent, AllocationAgent]), Denial::NotARegisteringService)
            }
            Action::Read | Action::ReadDeadlines => Self::on_demands(readers, Denial::NotARegisteringService),
            Action::Reinstate => {
                Self::on_demands(Roles::of(&[DeskAgent, TerritoryManager]), Denial::NotARegisteringService)
            }
            Action::ReportLease => Self::on_demands(
                Roles::of(&[DeskAgent, AllocationAgent, TerritoryManager]),
                Denial::NotARegisteringService,
            ),
            Action::Attribute | Action::SignLease | Action::FindInadmissible => {
                Self::on_demands(Roles::of(&[AllocationAgent]), Denial::NotALessor)
            }
            Action::KeepRenewals => Self::on_demands(Roles::of(&[TerritoryManager]), Denial::NotTheManager),
            Action::RecordDalo => Self::on_demands(Roles::of(&[StateService]), Denial::NotTheState),
            Action::ReadTerritory => {
                Self::on_territories(readers.union(Roles::of(&[NationalSupport])), Denial::NotARegisteringService)
            }
            Action::SetTerritory => Self::on_territories(Roles::of(&[TerritoryManager]), Denial::NotTheManager),
            // R441-2-5 II: the manager watches over the accounts that he gives out, and so does his data-protection officer.
            Action::ReadConsultations => {
                Self::on_territories(Roles::of(&[TerritoryManager, DataProtectionOfficer]), Denial::NotTheManager)
            }
            Action::AdministerRights => Self {
                roles: Roles::of(&[TerritoryManager]),
                place: Place::Rights,
                purpose: Purpose::Administration,
                otherwise: Denial::NotTheManager,
            },
            Action::AskOutcome => Self {
                roles: service,
                place: Place::Register,
                purpose: Purpose::Attribution,
                otherwise: Denial::NotARegisteringService,
            },
            Action::ReadStatistics => Self {
                roles: readers.union(Roles::of(&[InfocentreReader])),
                place: Place::Register,
                purpose: Purpose::Statistics,
                otherwise: Denial::NotARegisteringService,
            },
            Action::Audit => Self {
                roles: Roles::of(&[Role::Auditor]),
                place: Place::Everywhere,
                purpose: Purpose::Audit,
                otherwise: Denial::AuditorOnly,
            },
            Action::AdministerOrganisations
            | Action::Inspect
            | Action::Erase
            | Action::Import
            | Action::ReadOwnConsultations => return None,
        })
    }

    const fn on_demands(roles: Roles, otherwise: Denial) -> Self {
        Self { roles, place: Place::Demand, purpose: Purpose::Attribution, otherwise }
    }

    const fn on_territories(roles: Roles, otherwise: Denial) -> Self {
        Self { roles, place: Place::Territory, purpose: Purpose::Administration, otherwise }
    }
}
