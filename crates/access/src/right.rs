//! The one function that says who may do what.

use nomenclature::{OrganisationKind, UniqueNumber};

use crate::action::Action;
use crate::denial::Denial;
use crate::profile::Profile;
use crate::purpose::Purpose;
use crate::resource::Resource;
use crate::roles::Roles;
use crate::rule::{Place, Rule};

/// Whether a profile may do an action to a resource for a purpose. Deny by default.
///
/// R441-2-6 opens a demand to the registering services of its territory; INV-35 lets any of them modify and renew it, at a
/// desk, where it reads the demand of whoever has come there (R441-2-7); attribution, lease and the radiation that goes with it are a lessor's (R441-2-8 a, INV-25), and so is
/// inadmissibility (INV-24). The territory's manager reads, has notices sent, radiates for non-renewal and reinstates
/// (R441-2-6, R441-2-8 e, cahier des charges 6.1); he watches over removals, so he reports leases too (R441-2-5 II); he
/// decides its delays and parameters (cahier des charges 8: settings, local tables), and everybody who works with the demands
/// of the territory reads them, for there is nobody's name in them. What becomes of a DALO claim is the State's alone to say
/// (INV-56). A consultant reads and does nothing else. An auditor replays every territory, because positions without holes
/// are a thing of the whole log; he sees no name. Whoever works with demands, and whoever reads statistics and nothing else,
/// reads the figures of every place: they come from open facts alone. What falls due with the days (notices, radiation for
/// non-renewal, erasure) the register does of itself, as the operator, who may see what is due and late.
///
/// The manager allots the access of his territories (R441-2-5 II): under an account of his own, and only where all that an act
/// reaches is his.
///
/// A right is that of a role which the agent has in the territory. Who lacks the role is told what his organisation is not,
/// when none of its agents may have it.
pub fn may(profile: Profile, action: Action, resource: Resource, purpose: Purpose) -> Result<(), Denial> {
    let (kind, agent, scopes) = match profile {
        Profile::Operator => return operator_may(action, resource, purpose),
        Profile::Applicant { number } => return applicant_may(number, action, resource, purpose),
        Profile::Member { kind, agent, scopes, .. } => (kind, agent, scopes),
    };
    if action == Action::ReadOwnConsultations {
        return Err(Denial::ApplicantOnly);
    }
    let rule = Rule::of(action).ok_or(Denial::OperatorOnly)?;
    outside(kind, action)?;
    if purpose != rule.purpose {
        return Err(Denial::Purpose);
    }
    let roles = match (rule.place, resource) {
        (Place::Demand, Resource::Demand { territory }) | (Place::Territory, Resource::Territory { territory }) => {
            if !scopes.territories().contains(territory) {
                return Err(Denial::ForeignTerritory);
            }
            scopes.in_territory(territory)
        }
        (Place::Rights, Resource::Rights { territories }) => {
            if territories.is_empty() || !scopes.territories().contains_all(territories) {
                return Err(Denial::ForeignTerritory);
            }
            let everywhere = rule.roles.iter().filter(|role| scopes.of(*role).contains_all(territories)).collect();
            if agent.is_none() && Roles::allowed_to(kind).intersection(rule.roles) != Roles::NONE {
                return Err(Denial::AccountNeeded);
            }
            everywhere
        }
        (Place::Register, Resource::Register) | (Place::Everywhere, _) => scopes.roles(),
        _ => return Err(Denial::Purpose),
    };
    let wanted = match action {
        // The officer of another organisation watches over its own data, not over all who look into a territory.
        Action::ReadConsultations if !kind.keeps_renewals() => Roles::NONE,
        _ => rule.roles,
    };
    if !roles.intersection(wanted).is_empty() {
        Ok(())
    } else if wanted.intersection(Roles::allowed_to(kind)).is_empty() {
        Err(rule.otherwise)
    } else {
        Err(Denial::RoleMissing)
    }
}

fn operator_may(action: Action, resource: Resource, purpose: Purpose) -> Result<(), Denial> {
    match (action, resource, purpose) {
        (Action::AdministerOrganisations | Action::Inspect, Resource::Register, Purpose::Administration)
        | (
            Action::Erase | Action::Import | Action::KeepRenewals | Action::ReadDeadlines,
            Resource::Demand { .. },
            Purpose::Administration,
        )
        | (Action::ReadTerritory, Resource::Territory { .. }, Purpose::Administration)
        | (Action::ReadStatistics, Resource::Register, Purpose::Statistics) => Ok(()),
        (Action::Audit, Resource::Register, _) => Err(Denial::AuditorOnly),
        _ => Err(Denial::NotForTheOperator),
    }
}

/// An applicant is told who looked at his own demand; another's does not exist for him.
fn applicant_may(own: UniqueNumber, action: Action, resource: Resource, purpose: Purpose) -> Result<(), Denial> {
    match (action, resource, purpose) {
        (Action::ReadOwnConsultations, Resource::Record { number }, Purpose::Administration) if number == own => Ok(()),
        (Action::ReadOwnConsultations, Resource::Record { .. }, Purpose::Administration) => {
            Err(Denial::ForeignTerritory)
        }
        (Action::ReadOwnConsultations, ..) => Err(Denial::Purpose),
        _ => Err(Denial::NotForApplicants),
    }
}

/// Who audits, or reads statistics, has no dealings with demands, whatever he says it is for; and nobody else audits.
const fn outside(kind: OrganisationKind, action: Action) -> Result<(), Denial> {
    match (kind, action) {
        (OrganisationKind::Auditor, Action::Audit) => Ok(()),
        (_, Action::Audit) => Err(Denial::AuditorOnly),
        (OrganisationKind::Auditor, _) => Err(Denial::NotARegisteringService),
        (OrganisationKind::StatisticsReader, Action::ReadStatistics) => Ok(()),
        (OrganisationKind::StatisticsReader, _) => Err(Denial::NotARegisteringService),
        _ => Ok(()),
    }
}
