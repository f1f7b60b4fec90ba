//! What rights there are, which of them end soon, and who can see a demand and why.

use access::agent::{Account, Person};
use access::{Action, Denial, Directory, Profile, Purpose, ReadDemand, Resource, Roles, authorize, permit};
use demand::ActiveDemand;
use jiff::ToSpan as _;
use jiff::civil::Date;
use nomenclature::{Actor, AgentId, DeskCode, Role, Siren, SuspensionReason, Territories, UniqueNumber};
use serde::Serialize;

use super::agents::load_agent;
use super::rights::place_of_agent;
use crate::Error;
use crate::consultation::{Look, LookKind};
use crate::history::Viewer;
use crate::register::Register;
use crate::stream::{self, Opening};

/// A role that an agent was granted, or an agent without any.
#[derive(Clone, Debug, Serialize)]
pub struct RightLine {
    /// The agent.
    pub agent: AgentId,
    /// Who he is: told to the manager of his territory alone, never to the operator (ADR 5).
    pub person: Option<Person>,
    /// His organisation.
    pub organisation: Siren,
    /// Its name today.
    pub organisation_name: String,
    /// The desk he works at, when he works at one only.
    pub desk: Option<DeskCode>,
    /// How far his account has come.
    pub account: Account,
    /// Why he is suspended, while he is.
    pub suspended: Option<SuspensionReason>,
    /// His last day, once it is known.
    pub last_day: Option<Date>,
    /// The day somebody last looked whether he still needs his rights.
    pub reviewed_on: Option<Date>,
    /// The day he last looked at something or acted; none when he never did.
    pub last_used_on: Option<Date>,
    /// The role; none for an agent without any.
    pub role: Option<Role>,
    /// Where.
    pub territories: Territories,
    /// The first day.
    pub from: Option<Date>,
    /// The last day.
    pub until: Option<Date>,
}

/// Which rights are asked for.
#[derive(Clone, Copy, Debug)]
pub struct RightsQuery {
    /// Those alone that end within so many days.
    pub within: Option<u16>,
    /// Those alone of agents who used none of their rights for so many days; what was given since then counts as used.
    pub unused: Option<u16>,
    /// Of the agents behind this one.
    pub after: Option<AgentId>,
    /// Of so many agents at most.
    pub agents: usize,
}

/// Somebody who can see a demand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seer {
    /// The organisation.
    pub organisation: Siren,
    /// Its name today.
    pub organisation_name: String,
    /// The desk whose users see it; none for an agent who works at none, and for who gave a mandate.
    pub desk: Option<DeskCode>,
    /// The agent who has an account of his own; none for the users of a system that the organisation answers for.
    pub agent: Option<AgentId>,
    /// The roles that let him.
    pub roles: Roles,
}

impl Register {
    /// Every right of the agents whom somebody administers, by agent; with `within`, those alone that end in so many days.
    ///
    /// # Errors
    /// [`Error::Denied`]; a failure of log or vault.
    pub async fn rights(&self, viewer: Viewer<'_>, within: Option<u16>) -> Result<Vec<RightLine>, Error> {
        let asked = RightsQuery { within, unused: None, after: None, agents: usize::MAX };
        Ok(self.rights_page(viewer, asked).await?.0)
    }

    /// A page of them, and the agent that it ended with when there are more. An agent is told names: that he read them is
    /// recorded before.
    ///
    /// # Errors
    /// As [`Register::rights`]; [`Error::NotRecorded`].
    pub async fn rights_page(
        &self,
        viewer: Viewer<'_>,
        asked: RightsQuery,
    ) -> Result<(Vec<RightLine>, Option<AgentId>), Error> {
        let RightsQuery { within, unused, after, agents } = asked;
        let (directory, profile, today) = self.administrator(viewer).await?;
        if let Viewer::Agent(actor) = viewer {
            let look = Look::of(LookKind::Rights, Purpose::Administration);
            self.record(actor, Look { territory: profile.home(), ..look }).await?;
        }
        let uses = self.parts.last_uses().await?;
        let long_ago = unused.map(|days| today.checked_sub(i64::from(days).days()).unwrap_or(Date::MIN));
        let horizon = within.map(|days| today.checked_add(i64::from(days).days()).unwrap_or(Date::MAX));
        let (mut lines, mut told, mut last) = (Vec::new(), 0, None);
        for (id, agent) in directory.agents().into_iter().filter(|(id, _)| after.is_none_or(|after| *id > after)) {
            let place = place_of_agent(&directory, id, today).unwrap_or_default();
            let Some(organisation) = agent.organisation() else { continue };
            if !administers(profile, place) {
                continue;
            }
            let live = || agent.grants().iter().filter(|grant| grant.until >= today);
            let soon = || live().filter(|grant| horizon.is_none_or(|horizon| grant.until <= horizon));
            if horizon.is_some() && soon().next().is_none() {
                continue;
            }
            let last_used_on = uses.get(&id).copied();
            let idle_since = last_used_on.max(live().map(|grant| grant.from).min());
            if long_ago.is_some_and(|long_ago| idle_since.is_none_or(|since| since > long_ago)) {
                continue;
            }
            if told == agents {
                return Ok((lines, last));
            }
            (told, last) = (told + 1, Some(id));
            let person = match profile {
                Profile::Operator | Profile::Applicant { .. } => None,
                Profile::Member { .. } => {
                    load_agent(&self.parts.reader, &self.parts.vault, id).await?.agent.person().cloned()
                }
            };
            let known = directory.organisation(organisation).and_then(|known| known.name_on(today));
            let bare = RightLine {
                agent: id,
                person,
                organisation,
                organisation_name: known.unwrap_or_default().to_owned(),
                desk: agent.desk(),
                account: agent.account(),
                suspended: agent.suspended(),
                last_day: agent.last_day(),
                reviewed_on: agent.reviewed_on(),
                last_used_on,
                role: None,
                territories: Territories::NONE,
                from: None,
                until: None,
            };
            let granted: Vec<RightLine> = soon()
                .map(|grant| RightLine {
                    role: Some(grant.role),
                    territories: grant.territories,
                    from: Some(grant.from),
                    until: Some(grant.until),
                    ..bare.clone()
                })
                .collect();
            if granted.is_empty() {
                lines.push(bare);
            }
            lines.extend(granted);
        }
        Ok((lines, None))
    }

    /// Who can read a demand today, and by which roles.
    ///
    /// # Errors
    /// [`Error::Denied`]; [`Error::NotFound`] for a demand of a territory that somebody does not manage; a failure of the log.
    pub async fn seers(&self, viewer: Viewer<'_>, number: UniqueNumber) -> Result<Vec<Seer>, Error> {
        let (directory, profile, today) = self.administrator(viewer).await?;
        if !administers(profile, number.territory().into()) {
            return Err(Error::NotFound);
        }
        let demand = stream::load(&self.parts.reader, &self.parts.vault, number, Opening::Sealed).await?.demand;
        let system = AgentId::parse("-").map_err(|_| Error::MalformedRequest)?;
        let mut asked: Vec<(Actor, Option<AgentId>)> = Vec::new();
        for (organisation, known) in directory.organisations() {
            let desks = known.desks().map(|(code, _)| Some(*code)).chain([None]);
            asked.extend(desks.map(|desk| (Actor::Agent { organisation, desk, agent: system }, None)));
        }
        for (agent, known) in directory.agents() {
            let Some(organisation) = known.organisation() else { continue };
            asked.push((Actor::Agent { organisation, desk: known.desk(), agent }, Some(agent)));
        }
        let mut seers = Vec::new();
        for (actor, agent) in asked {
            let Ok(profile) = directory.profile(&actor, today) else { continue };
            let Ok(read) = permit(profile, ReadDemand::of(number, directory.competence_of(&profile))) else { continue };
            let has_access = |content: &ActiveDemand| read.what().admits(&content.facts.communes);
            if demand.content().is_some_and(|content| has_access(content).is_err()) {
                continue;
            }
            let Profile::Member { organisation, desk, scopes, .. } = profile else { continue };
            let name = directory.organisation(organisation).and_then(|known| known.name_on(today));
            seers.push(Seer {
                organisation,
                organisation_name: name.unwrap_or_default().to_owned(),
                desk: desk.map(|(code, _)| code),
                agent,
                roles: scopes.in_territory(number.territory()),
            });
        }
        Ok(seers)
    }

    /// Who looks at rights: the operator, or a manager under an account of his own.
    pub(super) async fn administrator(&self, viewer: Viewer<'_>) -> Result<(Directory, Profile, Date), Error> {
        let (parts, today) = (&self.parts, self.parts.clock.today());
        let directory = parts.directory.snapshot().await?;
        let profile = match viewer {
            Viewer::Operator => Profile::Operator,
            Viewer::Agent(actor) => directory.profile(actor, today).map_err(Error::Denied)?,
        };
        let asked = match profile {
            Profile::Operator | Profile::Applicant { .. } => {
                authorize(profile, Action::AdministerOrganisations, Resource::Register, Purpose::Administration)
            }
            Profile::Member { scopes, .. } => {
                let managed = scopes.of(Role::TerritoryManager);
                let territories = if managed.is_empty() { scopes.territories() } else { managed };
                authorize(profile, Action::AdministerRights, Resource::Rights { territories }, Purpose::Administration)
            }
        };
        let _granted = asked.map_err(|denial| match denial {
            Denial::ForeignTerritory => Error::Denied(Denial::NotTheManager),
            other => Error::Denied(other),
        })?;
        Ok((directory, profile, today))
    }
}

/// Whether somebody administers everything in these territories.
pub(super) fn administers(profile: Profile, territories: Territories) -> bool {
    let resource = Resource::Rights { territories };
    let asked = || authorize(profile, Action::AdministerRights, resource, Purpose::Administration);
    profile == Profile::Operator || asked().is_ok()
}
