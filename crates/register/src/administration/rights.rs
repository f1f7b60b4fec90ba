//! Who may administer whom.

use access::agent::command::AgentAct;
use access::agent::grant::Grant;
use access::{
    Action, AgentRejection, Denial, Directory, Organisation, OrganisationAct, OrganisationRejection, Profile, Purpose,
    Resource, authorize,
};
use jiff::civil::Date;
use nomenclature::{Actor, AgentId, DeskCode, OrganisationKind, Siren, SuspensionReason, Territories};

use super::AdministrationAct;
use crate::Error;

/// The operator administers everybody: somebody has to be the first. A manager administers who is in his territories and
/// nowhere else, as far as the act reaches (R441-2-5 II); neither himself, nor who manages or audits.
pub(super) fn check(directory: &Directory, actor: &Actor, act: &AdministrationAct, day: Date) -> Result<(), Error> {
    if matches!(actor, Actor::Import { .. }) {
        return Err(Error::Denied(Denial::OperatorOnly));
    }
    let profile = directory.profile(actor, day).map_err(Error::Denied)?;
    let Profile::Member { agent, .. } = profile else {
        let act = Action::AdministerOrganisations;
        let _granted = authorize(profile, act, Resource::Register, Purpose::Administration)?;
        return Ok(());
    };
    let territories = reach(directory, act, day).unwrap_or_default();
    let resource = Resource::Rights { territories };
    let asked = authorize(profile, Action::AdministerRights, resource, Purpose::Administration);
    let _granted = asked.map_err(|denial| match (denial, act) {
        (Denial::ForeignTerritory, AdministrationAct::Organisation { act: OrganisationAct::Register(_), .. }) => {
            OrganisationRejection::ForeignTerritory.into()
        }
        // Who is not his does not exist for him.
        (Denial::ForeignTerritory, AdministrationAct::Organisation { .. } | AdministrationAct::EnterAgent(_)) => {
            OrganisationRejection::NotRegistered.into()
        }
        (Denial::ForeignTerritory, _) => AgentRejection::NotEntered.into(),
        (other, _) => Error::Denied(other),
    })?;
    match act {
        AdministrationAct::Agent { agent: other, .. } | AdministrationAct::BindIdentity { agent: other, .. }
            if agent == Some(*other) =>
        {
            Err(Error::Denied(Denial::OwnRights))
        }
        AdministrationAct::Organisation { act: OrganisationAct::Register(new), .. } if is_a_guardian(new.kind) => {
            Err(Error::Denied(Denial::OperatorOnly))
        }
        _ => Ok(()),
    }
}

/// Who watches over others is entered by the operator.
const fn is_a_guardian(kind: OrganisationKind) -> bool {
    matches!(
        kind,
        OrganisationKind::TerritoryManager
            | OrganisationKind::State
            | OrganisationKind::PortalOperator
            | OrganisationKind::Auditor
    )
}

/// The territories that an act reaches; none when its object is not there.
pub(super) fn reach(directory: &Directory, act: &AdministrationAct, day: Date) -> Option<Territories> {
    match act {
        AdministrationAct::Organisation { siren, act } => match act {
            OrganisationAct::Register(new) => Some(new.territories.iter().copied().collect()),
            OrganisationAct::OpenDesk(desk) => Some(among(desk.territory.into(), presence(directory, *siren, day)?)),
            OrganisationAct::CloseDesk { code, .. } | OrganisationAct::SetDeskContact { code, .. } => {
                place_of(directory, *siren, Some(*code), day)
            }
            // Whoever comes to a territory is not there yet.
            OrganisationAct::AddTerritory { territory, .. } => {
                directory.organisation(*siren).map(|_| (*territory).into())
            }
            OrganisationAct::LeaveTerritory { territory, .. } => {
                Some(among((*territory).into(), presence(directory, *siren, day)?))
            }
            OrganisationAct::GiveMandate { to, territories, .. } => {
                let both = [*siren, *to].map(|siren| Some(among(*territories, presence(directory, siren, day)?)));
                both.into_iter().try_fold(Territories::NONE, |all, some| Some(all.union(some?)))
            }
            OrganisationAct::BindCertificate(certificate) => place_of(directory, *siren, certificate.desk, day),
            OrganisationAct::ResumeUser { user } => place_of_user(directory, *siren, *user, day),
            OrganisationAct::MergeInto { successor, .. } => {
                let both = [*siren, *successor].map(|siren| place_of(directory, siren, None, day));
                both.into_iter().try_fold(Territories::NONE, |all, some| Some(all.union(some?)))
            }
            _ => place_of(directory, *siren, None, day),
        },
        AdministrationAct::EnterAgent(new) => place_of(directory, new.organisation, new.desk, day),
        AdministrationAct::Agent { act: AgentAct::Grant(Grant { territories, .. }), agent }
        | AdministrationAct::Agent { act: AgentAct::Revoke { territories, .. }, agent } => {
            let known = directory.agent(*agent)?;
            Some(among(*territories, known.territories(day).union(presence(directory, known.organisation()?, day)?)))
        }
        AdministrationAct::Agent { agent, .. } | AdministrationAct::BindIdentity { agent, .. } => {
            place_of_agent(directory, *agent, day)
        }
    }
}

/// Some territories where something is done with somebody; also where he is, when he is not in all of them: who is in none of a
/// manager's territories does not exist for him in any.
fn among(territories: Territories, own: Territories) -> Territories {
    if own.contains_all(territories) { territories } else { territories.union(own) }
}

/// Where an organisation is, or will be.
fn presence(directory: &Directory, siren: Siren, day: Date) -> Option<Territories> {
    directory.organisation(siren).map(|known| known.territories_from(day))
}

/// Where an organisation is, or one of its desks.
fn place_of(directory: &Directory, siren: Siren, desk: Option<DeskCode>, day: Date) -> Option<Territories> {
    let organisation: &Organisation = directory.organisation(siren)?;
    match desk {
        Some(code) => organisation.desk(code).map(|desk| desk.territory.into()),
        None => Some(organisation.territories_on(day)),
    }
}

/// Where a suspension of a user of a system is lifted: one for how much he looked at where his manager was told of it, any other
/// where his organisation is.
fn place_of_user(directory: &Directory, siren: Siren, user: AgentId, day: Date) -> Option<Territories> {
    let organisation = directory.organisation(siren)?;
    let told = organisation.alerts().iter().rev().find(|alert| alert.agent == user);
    match (organisation.suspension_of(user), told) {
        (Some(SuspensionReason::Volume), Some(alert)) => Some(alert.territory.into()),
        _ => Some(organisation.territories_on(day)),
    }
}

/// Where an agent is: at his desk; without one where he has rights, or else where his organisation is.
pub(super) fn place_of_agent(directory: &Directory, agent: AgentId, day: Date) -> Option<Territories> {
    let known = directory.agent(agent)?;
    let granted = known.territories(day);
    match (known.desk(), granted.is_empty()) {
        (None, false) => Some(granted),
        (desk, _) => place_of(directory, known.organisation()?, desk, day),
    }
}
