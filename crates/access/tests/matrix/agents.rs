//! Agents with accounts of their own: what they are asked for, what they get, and what the directory makes of them.

use access::agent::command::{AgentAct, AgentCommand, EnterAgent};
use access::agent::grant::Grant;
use access::agent::{Account, Person};
use access::{
    Action, Agent, AgentRejection, Denial, Directory, IdentityToken, Organisation, OrganisationAct,
    OrganisationRejection, Profile, Purpose, RegisterOrganisation, Resource, Role, may,
};
use cqrs_es::Aggregate as _;
use jiff::civil::{Date, date};
use nomenclature::{Actor, AgentId, DeskCode, OrganisationKind, Siren, SuspensionReason, Territories};

use crate::{desk, on, siren, territory};

const TODAY: Date = date(2026, 11, 26);

fn id() -> AgentId {
    AgentId::parse("agent-7").unwrap()
}

pub fn here() -> Territories {
    territory("006").into()
}

pub fn entering(desk: Option<DeskCode>) -> AgentAct {
    let person = Person { name: "Lune Zoé".into(), email: "zoe.lune@exemple.fr".into() };
    AgentAct::Enter(EnterAgent { organisation: siren(), desk, person })
}

pub fn granting(role: Role) -> AgentAct {
    AgentAct::Grant(Grant { role, territories: here(), from: TODAY, until: date(2027, 11, 25) })
}

/// A world of one organisation and one agent.
pub struct World {
    pub directory: Directory,
    agent: Agent,
    kind: OrganisationKind,
    pub today: Date,
}

impl World {
    pub fn of(kind: OrganisationKind) -> Self {
        let mut world = Self { directory: Directory::default(), agent: Agent::default(), kind, today: TODAY };
        world.organisation(OrganisationAct::Register(RegisterOrganisation {
            siren: siren(),
            name: "Organisme fictif".into(),
            kind,
            territories: vec![territory("006"), territory("083")],
            since: date(2020, 1, 1),
        }));
        world
    }

    pub fn with_a_desk(mut self) -> Self {
        self.organisation(OrganisationAct::OpenDesk(access::OpenDesk {
            code: desk("G0601"),
            name: "Accueil".into(),
            territory: territory("006"),
            opened_on: date(2021, 1, 1),
        }));
        self
    }

    pub fn organisation(&mut self, act: OrganisationAct) {
        let known = self.directory.organisation(siren()).cloned().unwrap_or_else(Organisation::default);
        self.directory.apply(siren(), known.decide(on(act)).unwrap());
    }

    pub fn ask(&self, act: AgentAct) -> Result<access::AgentEvent, AgentRejection> {
        let territories = self.directory.organisation(siren()).unwrap().territories_on(self.today);
        let (today, kind, by) = (self.today, self.kind, Actor::Operator);
        self.agent.decide(AgentCommand { today, by, kind, territories, act })
    }

    pub fn agent(&mut self, act: AgentAct) {
        let event = self.ask(act).unwrap();
        self.agent.apply(event.clone());
        self.directory.apply_agent(id(), event);
    }

    pub fn certified(mut self, desk: Option<DeskCode>) -> Self {
        for act in [entering(desk), AgentAct::AskAccount {}, AgentAct::Certify {}] {
            self.agent(act);
        }
        self
    }

    pub fn profile(&self, desk: Option<DeskCode>) -> Result<Profile, Denial> {
        self.directory.profile(&Actor::Agent { organisation: siren(), desk, agent: id() }, self.today)
    }

    pub fn may(&self, action: Action) -> Result<(), Denial> {
        may(self.profile(None)?, action, Resource::Demand { territory: territory("006") }, Purpose::Attribution)
    }
}

#[test]
fn inv_45_only_a_certified_account_has_rights_and_only_those_it_was_granted() {
    let mut world = World::of(OrganisationKind::Hlm).with_a_desk();
    world.agent(entering(Some(desk("G0601"))));
    assert_eq!(world.may(Action::Read), Err(Denial::AccountNotCertified));
    assert_eq!(world.ask(AgentAct::Certify {}), Err(AgentRejection::NotAsked));
    world.agent(AgentAct::AskAccount {});
    assert_eq!(world.may(Action::Read), Err(Denial::AccountNotCertified));
    world.agent(AgentAct::Certify {});
    assert_eq!(world.may(Action::Read), Err(Denial::ForeignTerritory), "no role, no territory");
    world.agent(granting(Role::ConsultantSimple));
    assert_eq!(world.may(Action::Read), Ok(()));
    assert_eq!(world.may(Action::Register), Err(Denial::RoleMissing));
    world.agent(granting(Role::DeskAgent));
    assert_eq!(world.may(Action::Register), Ok(()));
    assert_eq!(world.may(Action::SignLease), Err(Denial::RoleMissing));
    assert_eq!(world.directory.agent(id()).unwrap().account(), Account::Certified);
}

#[test]
fn inv_45_an_account_is_bound_to_one_organisation_and_desk() {
    let world = World::of(OrganisationKind::Hlm).with_a_desk().certified(Some(desk("G0601")));
    let stranger = Actor::Agent { organisation: Siren::parse("130025265").unwrap(), desk: None, agent: id() };
    assert_eq!(world.directory.profile(&stranger, TODAY), Err(Denial::UnknownOrganisation));
    assert_eq!(world.profile(Some(desk("G0602"))), Err(Denial::UnknownDesk));
    let profile = world.profile(None).unwrap();
    assert_eq!(profile, world.profile(Some(desk("G0601"))).unwrap(), "his own desk, said or not");
    let Profile::Member { agent, desk: at, .. } = profile else { panic!("an agent is a member") };
    assert_eq!((agent, at), (Some(id()), Some((desk("G0601"), territory("006")))));
}

/// Nobody is what no agent of his organisation may be, whoever granted it.
#[test]
fn a_role_is_never_more_than_the_kind_of_the_organisation_allows() {
    for (kind, refused) in [
        (OrganisationKind::Hlm, vec![Role::TerritoryManager, Role::StateService, Role::Auditor, Role::NationalSupport]),
        (OrganisationKind::LocalAuthority, vec![Role::AllocationAgent, Role::TerritoryManager]),
        (OrganisationKind::TerritoryManager, vec![Role::DeskAgent, Role::AllocationAgent, Role::StateService]),
        (OrganisationKind::Auditor, vec![Role::ConsultantSimple, Role::DeskAgent, Role::TerritoryManager]),
    ] {
        let world = World::of(kind).certified(None);
        for role in refused {
            assert_eq!(world.ask(granting(role)), Err(AgentRejection::RoleNotAllowed), "{kind:?} {role:?}");
        }
        assert!(world.ask(granting(Role::DataProtectionOfficer)).is_ok(), "{kind:?}");
    }
}

#[test]
fn a_role_is_given_for_a_year_at_most_in_territories_of_the_organisation() {
    let world = World::of(OrganisationKind::Hlm).certified(None);
    let asked = |from, until, territories| {
        world.ask(AgentAct::Grant(Grant { role: Role::AllocationAgent, territories, from, until })).err()
    };
    assert_eq!(asked(TODAY, date(2027, 11, 25), here()), None, "the last day of a year");
    assert_eq!(asked(TODAY, TODAY, here()), None, "a day");
    for (from, until) in
        [(TODAY, date(2027, 11, 26)), (date(2026, 11, 25), date(2027, 3, 1)), (date(2027, 3, 1), date(2027, 2, 1))]
    {
        assert_eq!(asked(from, until, here()), Some(AgentRejection::InvalidPeriod), "{from} {until}");
    }
    for territories in [Territories::NONE, territory("013").into()] {
        assert_eq!(asked(TODAY, TODAY, territories), Some(AgentRejection::ForeignTerritory));
    }
}

#[test]
fn a_right_ends_with_its_last_day_its_revocation_a_suspension_and_who_leaves() {
    let mut world = World::of(OrganisationKind::Hlm).certified(None);
    world.agent(granting(Role::AllocationAgent));
    world.today = date(2027, 11, 25);
    assert_eq!(world.may(Action::Attribute), Ok(()));
    world.today = date(2027, 11, 26);
    assert_eq!(world.may(Action::Attribute), Err(Denial::ForeignTerritory));
    world.today = TODAY;
    world.agent(AgentAct::Suspend { reason: SuspensionReason::Compromised });
    assert_eq!(world.may(Action::Attribute), Err(Denial::Suspended));
    world.agent(AgentAct::Resume {});
    assert_eq!(world.may(Action::Attribute), Ok(()));
    world.organisation(OrganisationAct::Suspend { reason: SuspensionReason::Misuse });
    assert_eq!(world.may(Action::Attribute), Err(Denial::Suspended));
    world.organisation(OrganisationAct::Resume {});
    world.agent(AgentAct::Revoke { role: Role::AllocationAgent, territories: here() });
    assert_eq!(world.may(Action::Attribute), Err(Denial::ForeignTerritory));
    let again = AgentAct::Revoke { role: Role::AllocationAgent, territories: here() };
    assert_eq!(world.ask(again), Err(AgentRejection::NotGranted));
    world.agent(AgentAct::Leave { last_day: TODAY });
    world.today = date(2026, 11, 27);
    assert_eq!(world.profile(None), Err(Denial::UnknownAgent));
    assert_eq!(world.ask(granting(Role::AllocationAgent)), Err(AgentRejection::Left));
}

/// Whom only his organisation's system names is stopped under that name, and nobody else with him.
#[test]
fn a_user_of_a_system_is_stopped_alone_until_he_is_resumed() {
    let mut world = World::of(OrganisationKind::Hlm).with_a_desk();
    let profile = |world: &World, user: &str| {
        let (organisation, desk) = (siren(), Some(desk("G0601")));
        let agent = AgentId::parse(user).unwrap();
        world.directory.profile(&Actor::Agent { organisation, desk, agent }, world.today).map(drop)
    };
    let user = AgentId::parse("agent-07").unwrap();
    let suspend = |reason| OrganisationAct::SuspendUser { user, reason };
    world.organisation(suspend(SuspensionReason::Misuse));
    assert_eq!(profile(&world, "agent-07"), Err(Denial::Suspended));
    assert_eq!(profile(&world, "agent-08"), Ok(()));
    let lessor = world.directory.organisation(siren()).unwrap();
    assert_eq!((lessor.suspension_of(user), lessor.suspended()), (Some(SuspensionReason::Misuse), None));
    let again = lessor.decide(on(suspend(SuspensionReason::Compromised)));
    assert_eq!(again, Err(OrganisationRejection::AlreadySuspended));
    // Another organisation's user may have the same name, and an import is nobody's.
    let import = Actor::Import { organisation: siren(), desk: desk("G0601") };
    assert_eq!(world.directory.profile(&import, world.today).map(drop), Ok(()));
    world.organisation(OrganisationAct::ResumeUser { user });
    assert_eq!(profile(&world, "agent-07"), Ok(()));
    let lessor = world.directory.organisation(siren()).unwrap();
    assert_eq!(lessor.decide(on(OrganisationAct::ResumeUser { user })), Err(OrganisationRejection::NotSuspended));
}

/// Registering is a desk's: who works at none attributes, manages or consults.
#[test]
fn nobody_registers_without_a_desk() {
    let mut world = World::of(OrganisationKind::Hlm).with_a_desk().certified(None);
    world.agent(granting(Role::DeskAgent));
    world.agent(granting(Role::AllocationAgent));
    assert_eq!(world.may(Action::Register), Err(Denial::RoleMissing));
    assert_eq!(world.may(Action::Attribute), Ok(()));
    let at_the_desk = world.profile(Some(desk("G0601"))).unwrap();
    let here = Resource::Demand { territory: territory("006") };
    assert_eq!(may(at_the_desk, Action::Register, here, Purpose::Attribution), Ok(()));
}

#[test]
fn an_identity_leads_to_its_account_until_it_is_let_go() {
    let mut world = World::of(OrganisationKind::Hlm).with_a_desk().certified(Some(desk("G0601")));
    let token = IdentityToken::new([7; 32]);
    assert_eq!(world.directory.agent_of(&token), Err(Denial::UnknownIdentity));
    world.agent(AgentAct::BindIdentity { token });
    let actor = Actor::Agent { organisation: siren(), desk: Some(desk("G0601")), agent: id() };
    assert_eq!(world.directory.agent_of(&token), Ok(actor));
    let other = AgentAct::BindIdentity { token: IdentityToken::new([8; 32]) };
    assert_eq!(world.ask(other), Err(AgentRejection::IdentityBound));
    world.agent(AgentAct::UnbindIdentity {});
    assert_eq!(world.directory.agent_of(&token), Err(Denial::UnknownIdentity));
}

#[test]
fn who_an_agent_is_is_asked_in_a_form_that_can_be_one() {
    let world = World::of(OrganisationKind::Hlm);
    let asked = |name: &str, email: &str| {
        let person = Person { name: name.into(), email: email.into() };
        world.ask(AgentAct::Enter(EnterAgent { organisation: siren(), desk: None, person })).err()
    };
    assert_eq!(asked("Lune", "lune@exemple.fr"), None);
    for name in ["", "  ", "a\nb", &"x".repeat(101)] {
        assert_eq!(asked(name, "lune@exemple.fr"), Some(AgentRejection::InvalidName), "{name:?}");
    }
    for email in ["", "lune", "lune@", "@exemple.fr", "lune@exemple", "lu ne@exemple.fr", "a@b@exemple.fr"] {
        assert_eq!(asked("Lune", email), Some(AgentRejection::InvalidEmail), "{email:?}");
    }
}

/// A year after he left nobody needs to know who he was (provisional); what he did stays under his token.
#[test]
fn who_an_agent_was_is_erased_a_year_after_he_left() {
    let mut world = World::of(OrganisationKind::Hlm).certified(None);
    assert_eq!(world.ask(AgentAct::Erase {}), Err(AgentRejection::ErasureNotDue));
    let token = IdentityToken::new([7; 32]);
    world.agent(AgentAct::BindIdentity { token });
    world.agent(AgentAct::Leave { last_day: TODAY });
    world.today = date(2027, 11, 26);
    assert_eq!(world.ask(AgentAct::Erase {}), Err(AgentRejection::ErasureNotDue));
    world.today = date(2027, 11, 27);
    world.agent(AgentAct::Erase {});
    let erased = world.directory.agent(id()).unwrap();
    assert_eq!((erased.person(), erased.identity()), (None, None));
    assert_eq!(world.directory.agent_of(&token), Err(Denial::UnknownIdentity), "whom it was nobody knows any more");
    assert_eq!(world.ask(AgentAct::Erase {}), Err(AgentRejection::ErasureNotDue), "once");
}

/// Who left lets his identity go: another account may have it by the time that he is erased.
#[test]
fn an_erasure_takes_no_identity_from_whoever_has_it_now() {
    let mut world = World::of(OrganisationKind::Hlm).certified(None);
    let token = IdentityToken::new([7; 32]);
    world.agent(AgentAct::BindIdentity { token });
    world.agent(AgentAct::Leave { last_day: TODAY });
    let other = AgentId::parse("agent-8").unwrap();
    let AgentAct::Enter(EnterAgent { organisation, desk, person }) = entering(None) else { panic!("he is entered") };
    let entered = access::AgentEvent::AgentEntered { organisation, desk, person: personal::Pii::Clear(person) };
    world.directory.apply_agent(other, entered);
    world.directory.apply_agent(other, access::AgentEvent::IdentityBound { token });
    world.today = date(2027, 11, 27);
    world.agent(AgentAct::Erase {});
    assert_eq!(world.directory.agent_of(&token), Ok(Actor::Agent { organisation: siren(), desk: None, agent: other }));
}

/// A local body that is no registering service sees statistics only.
#[test]
fn inv_44_a_body_whose_title_to_register_is_over_has_statistics_only() {
    let mut world = World::of(OrganisationKind::LocalAuthority);
    world.organisation(OrganisationAct::RecordEntitlement(access::organisation::entitlement::Entitlement {
        ground: nomenclature::EntitlementGround::Deliberation,
        reference: "DEL-2020-12".into(),
        signed_on: date(2020, 1, 1),
        ends_on: Some(TODAY),
    }));
    let mut world = world.with_a_desk().certified(None);
    for role in [Role::ConsultantSimple, Role::InfocentreReader] {
        world.agent(granting(role));
    }
    let figures = |world: &World| {
        may(world.profile(None).unwrap(), Action::ReadStatistics, Resource::Register, Purpose::Statistics)
    };
    assert_eq!((world.may(Action::Read), figures(&world)), (Ok(()), Ok(())));
    world.today = date(2026, 11, 27);
    assert_eq!((world.may(Action::Read), figures(&world)), (Err(Denial::RoleMissing), Ok(())));
}
