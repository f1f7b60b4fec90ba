//! All organisations, desks and agents in one look-up, folded from their events.

use std::collections::HashMap;

use cqrs_es::Aggregate as _;
use jiff::Timestamp;
use jiff::civil::Date;
use nomenclature::{Actor, AgentId, DeskCode, OrganisationKind, Role, Siren};

use crate::agent::Agent;
use crate::agent::event::AgentEvent;
use crate::denial::Denial;
use crate::fingerprint::{Fingerprint, IdentityToken};
use crate::organisation::Organisation;
use crate::organisation::event::OrganisationEvent;
use crate::profile::Profile;
use crate::roles::Roles;
use crate::scopes::Scopes;

/// Every organisation that takes part, and every agent who has an account of his own. A pure fold: two directories that saw
/// the same events are equal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    organisations: HashMap<Siren, Organisation>,
    desks: HashMap<DeskCode, Siren>,
    certificates: HashMap<Fingerprint, Siren>,
    agents: HashMap<AgentId, Agent>,
    identities: HashMap<IdentityToken, AgentId>,
}

impl Directory {
    /// Folds one event of the stream of an organisation.
    pub fn apply(&mut self, organisation: Siren, event: OrganisationEvent) {
        match &event {
            OrganisationEvent::DeskOpened { code, .. } => {
                self.desks.insert(*code, organisation);
            }
            OrganisationEvent::Absorbed(absorption) => {
                self.desks.extend(absorption.desks.iter().map(|absorbed| (absorbed.code, organisation)));
            }
            OrganisationEvent::CertificateBound(certificate) => {
                self.certificates.insert(certificate.fingerprint, organisation);
            }
            _ => {}
        }
        self.organisations.entry(organisation).or_default().apply(event);
    }

    /// Folds one event of the stream of an agent.
    pub fn apply_agent(&mut self, agent: AgentId, event: AgentEvent) {
        match &event {
            AgentEvent::IdentityBound { token } => {
                self.identities.insert(*token, agent);
            }
            AgentEvent::IdentityUnbound { token } => self.forget(token, agent),
            AgentEvent::PersonalDataErased { .. } => {
                if let Some(token) = self.agents.get(&agent).and_then(Agent::identity) {
                    self.forget(&token, agent);
                }
            }
            _ => {}
        }
        self.agents.entry(agent).or_default().apply(event);
    }

    /// Forgets an identity, unless it is another agent's by now: who left lets his go.
    fn forget(&mut self, token: &IdentityToken, agent: AgentId) {
        if self.identities.get(token) == Some(&agent) {
            self.identities.remove(token);
        }
    }

    /// The organisation.
    pub fn organisation(&self, siren: Siren) -> Option<&Organisation> {
        self.organisations.get(&siren)
    }

    /// Every organisation that ever was, sorted by SIREN.
    pub fn organisations(&self) -> Vec<(Siren, &Organisation)> {
        let mut all: Vec<_> = self.organisations.iter().map(|(siren, organisation)| (*siren, organisation)).collect();
        all.sort_unstable_by_key(|(siren, _)| *siren);
        all
    }

    /// The agent, who he is sealed.
    pub fn agent(&self, agent: AgentId) -> Option<&Agent> {
        self.agents.get(&agent)
    }

    /// Every agent who ever had an account, sorted by token.
    pub fn agents(&self) -> Vec<(AgentId, &Agent)> {
        let mut all: Vec<_> = self.agents.iter().map(|(id, agent)| (*id, agent)).collect();
        all.sort_unstable_by_key(|(id, _)| *id);
        all
    }

    /// Every desk that ever was, and the organisation that holds its code.
    pub fn desks(&self) -> impl Iterator<Item = (DeskCode, Siren)> {
        self.desks.iter().map(|(desk, siren)| (*desk, *siren))
    }

    /// How many organisations and desks there are.
    pub fn len(&self) -> (usize, usize) {
        (self.organisations.len(), self.desks.len())
    }

    /// Whether nobody takes part yet.
    pub fn is_empty(&self) -> bool {
        self.organisations.is_empty()
    }

    /// Whose certificate it is, and the only desk that it speaks for. Whether the organisation takes part is asked with the
    /// actor.
    ///
    /// # Errors
    /// [`Denial::UnknownCertificate`], [`Denial::CertificateRevoked`] or [`Denial::CertificateExpired`].
    pub fn bearer_of(&self, fingerprint: &Fingerprint, now: Timestamp) -> Result<(Siren, Option<DeskCode>), Denial> {
        let siren = self.certificates.get(fingerprint).ok_or(Denial::UnknownCertificate)?;
        let organisation = self.organisations.get(siren).ok_or(Denial::UnknownCertificate)?;
        Ok((*siren, organisation.certificate(fingerprint, now)?.desk))
    }

    /// The agent to whose account an identity is bound, as an actor: of his organisation, at his desk.
    ///
    /// # Errors
    /// [`Denial::UnknownIdentity`].
    pub fn agent_of(&self, identity: &IdentityToken) -> Result<Actor, Denial> {
        let agent = *self.identities.get(identity).ok_or(Denial::UnknownIdentity)?;
        let known = self.agents.get(&agent).ok_or(Denial::UnknownIdentity)?;
        let organisation = known.organisation().ok_or(Denial::UnknownIdentity)?;
        Ok(Actor::Agent { organisation, desk: known.desk(), agent })
    }

    /// Who an actor is on a day, or why he is nobody.
    ///
    /// # Errors
    /// Why he is nobody.
    pub fn profile(&self, actor: &Actor, day: Date) -> Result<Profile, Denial> {
        let (siren, desk, agent) = match actor {
            Actor::Operator => return Ok(Profile::Operator),
            Actor::Applicant { number } => return Ok(Profile::Applicant { number: *number }),
            Actor::Agent { organisation, desk, agent } => (*organisation, *desk, Some(*agent)),
            // What is imported is bound by what the organisation it comes from may do.
            Actor::Import { organisation, desk } => (*organisation, Some(*desk), None),
        };
        let organisation = self.organisations.get(&siren).filter(|known| known.takes_part_on(day));
        let organisation = organisation.ok_or(Denial::UnknownOrganisation)?;
        let kind = organisation.kind().ok_or(Denial::UnknownOrganisation)?;
        if organisation.suspended().is_some() {
            return Err(Denial::Suspended);
        }
        let known = agent.and_then(|agent| Some((agent, self.agents.get(&agent)?)));
        let desk = match known {
            None if agent.is_some_and(|user| organisation.suspension_of(user).is_some()) => {
                return Err(Denial::Suspended);
            }
            None => desk,
            Some((_, agent)) if agent.organisation() != Some(siren) => return Err(Denial::UnknownAgent),
            Some((_, agent)) => {
                agent.stands_on(day)?;
                match (desk, agent.desk()) {
                    (Some(asked), Some(own)) if asked != own => return Err(Denial::UnknownDesk),
                    (asked, own) => asked.or(own),
                }
            }
        };
        let desk = match desk {
            None => None,
            Some(code) => {
                let desk = organisation.desk(code).ok_or(Denial::UnknownDesk)?;
                if !desk.is_open_on(day) {
                    return Err(Denial::DeskClosed);
                }
                Some((code, desk.territory))
            }
        };
        let territories = match desk {
            Some((_, territory)) => territory.into(),
            None if known.is_some() || has_no_desk(kind) => organisation.territories_on(day),
            // Who had another service register for him still attributes and radiates, at no desk of his own (R441-2-1).
            None => Some(organisation.mandated_on(day)).filter(|some| !some.is_empty()).ok_or(Denial::UnknownDesk)?,
        };
        let roles = roles_of(organisation, kind, desk.is_some(), day);
        let scopes = match known {
            Some((_, agent)) => agent.scopes_on(day).within(roles, territories),
            None => Scopes::uniform(roles.intersection(Roles::by_default(kind)), territories),
        };
        let agent = known.map(|(agent, _)| agent);
        Ok(Profile::Member { organisation: siren, kind, agent, desk, scopes })
    }
}

/// Who audits or reads statistics has no desk.
const fn has_no_desk(kind: OrganisationKind) -> bool {
    matches!(kind, OrganisationKind::Auditor | OrganisationKind::StatisticsReader)
}

/// The most that an agent of the organisation is on a day: registering is done at a desk, and a body whose title to register
/// is over has nothing but statistics (INV-44).
fn roles_of(organisation: &Organisation, kind: OrganisationKind, at_a_desk: bool, day: Date) -> Roles {
    let most = Roles::allowed_to(kind);
    if kind.may_register() && !organisation.registers_on(day) {
        return most.intersection(Roles::of(&[Role::InfocentreReader, Role::DataProtectionOfficer]));
    }
    if at_a_desk { most } else { most.without(Roles::of(&[Role::DeskAgent])) }
}
