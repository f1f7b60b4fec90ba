//! Who takes part, and with what rights: entered, granted, reviewed and stopped by whoever may.

use access::agent::Person;
use access::agent::command::{AgentAct, EnterAgent};
use access::agent::grant::Grant;
use access::organisation::certificate::Certificate;
use access::organisation::entitlement::Entitlement;
use access::{
    AgentRejection, Denial, Fingerprint, OpenDesk, OrganisationAct, OrganisationRejection, RegisterOrganisation, Role,
};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use nomenclature::{Actor, AgentId, DeskCode, EntitlementGround, OrganisationKind, Siren, SuspensionReason, Territory};
use register::{
    Administered, AdministrationAct, AdministrationAnswer, AdministrationRequest, Error, IdentityDraft, Outcome,
    Register, Viewer,
};
use uuid::Uuid;

use crate::world::{NICE, TODAY, World, form, noon, person, register};

pub const MANAGER: &str = "200054807";
const UNTIL: Date = date(2027, 11, 22);

pub fn siren(text: &str) -> Siren {
    Siren::parse(text).unwrap()
}

pub fn territory(text: &str) -> Territory {
    Territory::parse(text).unwrap()
}

fn operator(act: AdministrationAct) -> AdministrationRequest {
    AdministrationRequest { command_id: Uuid::new_v4(), actor: Actor::Operator, act }
}

pub fn organisation(of: &str, act: OrganisationAct) -> AdministrationAct {
    AdministrationAct::Organisation { siren: siren(of), act }
}

pub fn on(agent: AgentId, act: AgentAct) -> AdministrationAct {
    AdministrationAct::Agent { agent, act }
}

pub fn entering(of: &str, desk: Option<&str>, email: &str) -> AdministrationAct {
    let person = Person { name: "Lune Zoé".into(), email: email.into() };
    let desk = desk.map(|code| DeskCode::parse(code).unwrap());
    AdministrationAct::EnterAgent(EnterAgent { organisation: siren(of), desk, person })
}

pub fn granting(agent: AgentId, role: Role, places: &[&str]) -> AdministrationAct {
    let territories = places.iter().map(|place| territory(place)).collect();
    on(agent, AgentAct::Grant(Grant { role, territories, from: TODAY, until: UNTIL }))
}

pub async fn done(register: &Register, act: AdministrationAct) -> AdministrationAnswer {
    register.administer(operator(act)).await.unwrap()
}

pub fn agent_of(answer: AdministrationAnswer) -> AgentId {
    match answer.of {
        Administered::Agent(agent) => agent,
        Administered::Organisation(_) => panic!("an agent was entered"),
    }
}

/// An agent with a certified account and roles.
pub async fn certified(register: &Register, of: &str, desk: Option<&str>, email: &str, roles: &[Role]) -> AgentId {
    let agent = agent_of(done(register, entering(of, desk, email)).await);
    for act in [AgentAct::AskAccount {}, AgentAct::Certify {}] {
        done(register, on(agent, act)).await;
    }
    for role in roles {
        done(register, granting(agent, *role, &["006"])).await;
    }
    agent
}

/// The manager of the Alpes-Maritimes, with an agent of his.
pub async fn manager(world: &World) -> Actor {
    let new = RegisterOrganisation {
        siren: siren(MANAGER),
        name: "Gestionnaire fictif".into(),
        kind: OrganisationKind::TerritoryManager,
        territories: vec![territory("006")],
        since: date(2020, 1, 1),
    };
    done(&world.register, organisation(MANAGER, OrganisationAct::Register(new))).await;
    let agent = certified(&world.register, MANAGER, None, "gestion@exemple.fr", &[Role::TerritoryManager]).await;
    Actor::Agent { organisation: siren(MANAGER), desk: None, agent }
}

pub fn by(actor: Actor, act: AdministrationAct) -> AdministrationRequest {
    AdministrationRequest { command_id: Uuid::new_v4(), actor, act }
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_45_an_agent_acts_once_certified_with_what_he_was_granted_and_stops_at_once() {
    let world = World::new().await;
    let (register, another) = (&world.register, world.another().await);
    let agent = agent_of(done(register, entering("732829320", Some("G0601"), "lune@exemple.fr")).await);
    let actor = format!("732829320/G0601/{agent}");
    let ask = || world.register(&actor, form(person("Lune", "Zoé", "1990-02-28")));
    assert!(matches!(ask().await, Err(Error::Denied(Denial::AccountNotCertified))));
    for act in [AgentAct::AskAccount {}, AgentAct::Certify {}] {
        done(register, on(agent, act)).await;
    }
    done(register, granting(agent, Role::DeskAgent, &["006"])).await;
    let number = ask().await.unwrap().number;
    assert!(another.demand(number, Viewer::Agent(&Actor::parse(&actor).unwrap())).await.is_ok());
    let suspend = || AgentAct::Suspend { reason: SuspensionReason::Compromised };
    done(register, on(agent, suspend())).await;
    let read = register.demand(number, Viewer::Agent(&Actor::parse(&actor).unwrap())).await;
    assert!(matches!(read, Err(Error::Denied(Denial::Suspended))), "in this process at once");
    let again = register.administer(operator(on(agent, suspend()))).await;
    assert!(matches!(again, Err(Error::AgentRejected(AgentRejection::AlreadySuspended))));
    tokio::time::timeout(std::time::Duration::from_secs(3), async {
        while another.demand(number, Viewer::Agent(&Actor::parse(&actor).unwrap())).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("in another process soon after");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_of_a_system_is_stopped_at_once_and_who_has_an_account_is_stopped_as_such() {
    let world = World::new().await;
    let (register, another) = (&world.register, world.another().await);
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    let who = Actor::parse(NICE).unwrap();
    let Actor::Agent { agent: user, .. } = who else { panic!("an agent") };
    assert!(another.demand(number, Viewer::Agent(&who)).await.is_ok());
    let suspend = |user| {
        let act = OrganisationAct::SuspendUser { user, reason: SuspensionReason::Compromised };
        organisation("732829320", act)
    };
    done(register, suspend(user)).await;
    let read = register.demand(number, Viewer::Agent(&who)).await;
    assert!(matches!(read, Err(Error::Denied(Denial::Suspended))), "in this process at once");
    tokio::time::timeout(std::time::Duration::from_secs(3), async {
        while another.demand(number, Viewer::Agent(&who)).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("in another process soon after");
    done(register, organisation("732829320", OrganisationAct::ResumeUser { user })).await;
    assert!(register.demand(number, Viewer::Agent(&who)).await.is_ok());

    let agent = agent_of(done(register, entering("732829320", Some("G0601"), "lune@exemple.fr")).await);
    for act in [suspend(agent), organisation("732829320", OrganisationAct::ResumeUser { user: agent })] {
        let refused = register.administer(operator(act)).await;
        assert!(matches!(refused, Err(Error::OrganisationRejected(OrganisationRejection::UserHasAccount))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_administration_gets_the_first_answer_for_ever_and_its_outcome_can_be_asked() {
    let world = World::new().await;
    let request = operator(entering("732829320", None, "lune@exemple.fr"));
    let first = world.register.administer(request.clone()).await.unwrap();
    assert_eq!(world.another().await.administer(request.clone()).await.unwrap(), first);
    let other = AdministrationRequest { act: entering("732829320", None, "autre@exemple.fr"), ..request.clone() };
    assert!(matches!(world.register.administer(other).await, Err(Error::CommandIdReused)));
    let manager = manager(&world).await;
    let request = by(manager, entering("732829320", Some("G0601"), "soleil@exemple.fr"));
    let answer = world.register.administer(request.clone()).await.unwrap();
    let outcome = world.register.outcome(request.command_id, &manager).await.unwrap();
    assert_eq!(outcome, Outcome::AdministrationCommitted(answer));
}

/// One account an address, whatever its case; one an identity; who left gives both back.
#[tokio::test(flavor = "multi_thread")]
async fn inv_45_an_address_and_an_identity_have_one_account_until_the_agent_leaves() {
    let world = World::new().await;
    let register = &world.register;
    let first = agent_of(done(register, entering("732829320", None, "lune@exemple.fr")).await);
    let again = register.administer(operator(entering("210600045", None, "Lune@Exemple.FR"))).await;
    assert!(matches!(again, Err(Error::EmailTaken)), "{again:?}");
    let identity = || IdentityDraft { issuer: "https://idp.exemple.fr".into(), subject: "lune".into() };
    let bind = |agent| AdministrationAct::BindIdentity { agent, identity: identity() };
    done(register, bind(first)).await;
    let second = agent_of(done(register, entering("210600045", None, "soleil@exemple.fr")).await);
    assert!(matches!(register.administer(operator(bind(second))).await, Err(Error::IdentityTaken)));
    done(register, on(first, AgentAct::Leave { last_day: TODAY })).await;
    done(register, bind(second)).await;
    done(register, entering("210600045", None, "lune@exemple.fr")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_administers_his_territories_and_nobody_elses() {
    let world = World::new().await;
    let manager = manager(&world).await;
    let ask = |act| world.register.administer(by(manager, act));
    let agent = agent_of(ask(entering("732829320", Some("G0601"), "lune@exemple.fr")).await.unwrap());
    for act in [on(agent, AgentAct::AskAccount {}), on(agent, AgentAct::Certify {})] {
        ask(act).await.unwrap();
    }
    ask(granting(agent, Role::DeskAgent, &["006"])).await.unwrap();
    // Who is not his does not exist for him.
    let foreign = ask(entering("356000000", Some("G8301"), "rade@exemple.fr")).await;
    assert!(matches!(foreign, Err(Error::OrganisationRejected(OrganisationRejection::NotRegistered))));
    let elsewhere = agent_of(done(&world.register, entering("356000000", None, "rade@exemple.fr")).await);
    let foreign = ask(on(elsewhere, AgentAct::Suspend { reason: SuspensionReason::Misuse })).await;
    assert!(matches!(foreign, Err(Error::AgentRejected(AgentRejection::NotEntered))));
    // Nor does he administer himself, or enter who watches over others.
    let Actor::Agent { agent: own, .. } = manager else { panic!("the manager is an agent") };
    assert!(matches!(
        ask(granting(own, Role::InfocentreReader, &["006"])).await,
        Err(Error::Denied(Denial::OwnRights))
    ));
    let auditor = RegisterOrganisation {
        siren: siren("383474814"),
        name: "Auditeur fictif".into(),
        kind: OrganisationKind::Auditor,
        territories: vec![territory("006")],
        since: TODAY,
    };
    let entered = ask(organisation("383474814", OrganisationAct::Register(auditor))).await;
    assert!(matches!(entered, Err(Error::Denied(Denial::OperatorOnly))));
    // A desk agent administers nobody, and a system of the manager's has no account of its own.
    let desk = Actor::parse(&format!("732829320/G0601/{agent}")).unwrap();
    let refused = world.register.administer(by(desk, granting(agent, Role::AllocationAgent, &["006"]))).await;
    assert!(matches!(refused, Err(Error::Denied(Denial::NotTheManager))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_speaks_for_one_organisation() {
    let world = World::new().await;
    let bind = || {
        OrganisationAct::BindCertificate(Certificate {
            fingerprint: Fingerprint::new([7; 32]),
            label: "logiciel métier".into(),
            not_before: noon(TODAY),
            not_after: noon(TODAY.checked_add(1.year()).unwrap()),
            desk: None,
        })
    };
    done(&world.register, organisation("732829320", bind())).await;
    let taken = world.register.administer(operator(organisation("210600045", bind()))).await;
    assert!(matches!(taken, Err(Error::CertificateTaken)), "{taken:?}");
    let revoke = OrganisationAct::RevokeCertificate { fingerprint: Fingerprint::new([7; 32]) };
    done(&world.register, organisation("732829320", revoke)).await;
    let taken = world.register.administer(operator(organisation("210600045", bind()))).await;
    assert!(matches!(taken, Err(Error::CertificateTaken)), "what was revoked comes back for nobody");
}

/// From its day on the desk is the successor's, under the same code; the codes change hands at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_merger_hands_the_desks_over_on_its_day() {
    let world = World::new().await;
    let tomorrow = TODAY.tomorrow().unwrap();
    let (before, after) = ("732829320", "552032534");
    let merge = OrganisationAct::MergeInto { successor: siren(after), effective_on: tomorrow };
    let answer = done(&world.register, organisation(before, merge)).await;
    assert_eq!((answer.of, answer.effective_on), (Administered::Organisation(siren(before)), tomorrow));
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    let taken_over = "552032534/G0601/agent-01";
    let early = world.act(taken_over, None, register(form(person("Soleil", "Ana", "1990-02-28")))).await;
    assert!(matches!(early, Err(Error::Denied(Denial::DeskClosed))));
    world.clock.set(noon(tomorrow));
    let late = world.act(NICE, None, register(form(person("Soleil", "Ana", "1990-02-28")))).await;
    assert!(matches!(late, Err(Error::Denied(Denial::UnknownOrganisation))));
    world.register(taken_over, form(person("Soleil", "Ana", "1990-02-28"))).await.unwrap();
    assert!(world.register.demand(number, Viewer::Agent(&Actor::parse(taken_over).unwrap())).await.is_ok());
    let thief = OpenDesk {
        code: DeskCode::parse("G0601").unwrap(),
        name: "Accueil".into(),
        territory: territory("083"),
        opened_on: tomorrow,
    };
    let taken = world.register.administer(operator(organisation("356000000", OrganisationAct::OpenDesk(thief)))).await;
    assert!(matches!(taken, Err(Error::DeskCodeTaken)), "{taken:?}");
}

/// The operator reviews rights without names (ADR 5); the manager sees whom he reviews.
#[tokio::test(flavor = "multi_thread")]
async fn rights_that_end_soon_are_listed_and_names_are_for_the_manager_alone() {
    let world = World::new().await;
    let manager = manager(&world).await;
    let agent = certified(&world.register, "732829320", Some("G0601"), "lune@exemple.fr", &[Role::DeskAgent]).await;
    certified(&world.register, "356000000", Some("G8301"), "rade@exemple.fr", &[]).await;
    let all = world.register.rights(Viewer::Operator, None).await.unwrap();
    assert_eq!(all.len(), 3, "one without a role, too");
    assert!(all.iter().all(|line| line.person.is_none()));
    assert!(world.register.rights(Viewer::Operator, Some(30)).await.unwrap().is_empty());
    world.clock.set(noon(UNTIL.checked_sub(30.days()).unwrap()));
    let soon = world.register.rights(Viewer::Operator, Some(30)).await.unwrap();
    assert_eq!(soon.len(), 2);
    let told = world.register.rights(Viewer::Agent(&manager), None).await.unwrap();
    let line = told.iter().find(|line| line.agent == agent).unwrap();
    assert_eq!(line.person.as_ref().unwrap().email, "lune@exemple.fr");
    assert_eq!((line.role, line.until), (Some(Role::DeskAgent), Some(UNTIL)));
    assert!(told.iter().all(|line| line.organisation != siren("356000000")), "none of another territory");
    let nice = Actor::parse(NICE).unwrap();
    let refused = world.register.rights(Viewer::Agent(&nice), None).await;
    assert!(matches!(refused, Err(Error::Denied(Denial::NotTheManager))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_can_see_a_demand_is_told_with_the_roles_that_let_him() {
    let world = World::new().await;
    let number = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    let consultant =
        certified(&world.register, "210600045", None, "mairie@exemple.fr", &[Role::ConsultantSimple]).await;
    let reader = certified(&world.register, "210600045", None, "chiffres@exemple.fr", &[Role::InfocentreReader]).await;
    let seers = world.register.seers(Viewer::Operator, number).await.unwrap();
    let desks: Vec<_> = seers.iter().filter_map(|seer| seer.desk.map(|desk| desk.to_string())).collect();
    assert_eq!(desks, ["G0604", "G0602", "G0601"], "the desks of the territory, by SIREN");
    let agents: Vec<_> = seers.iter().filter_map(|seer| seer.agent).collect();
    assert_eq!(agents, [consultant], "and not {reader}");
    let roles = seers.iter().find(|seer| seer.agent == Some(consultant)).unwrap().roles;
    assert_eq!(roles.iter().collect::<Vec<_>>(), [Role::ConsultantSimple]);
}

/// What is known of the person is gone a year after he left, and the examination finds everything in order all the while.
#[tokio::test(flavor = "multi_thread")]
async fn who_an_agent_was_is_erased_with_his_key() {
    let world = World::new().await;
    let manager = manager(&world).await;
    let Actor::Agent { agent: own, .. } = manager else { panic!("the manager is an agent") };
    let agent = certified(&world.register, "732829320", Some("G0601"), "lune@exemple.fr", &[Role::DeskAgent]).await;
    // Whatever the weeks between leave of the wrapping keys is another matter.
    let faults = async || {
        let stock = world.stock().await;
        let findings = world.register.examine(register::Depth::Usual, &stock, |_, _| {}).await.unwrap();
        let checks = findings.checks.into_iter().filter(|check| check.name != "clés de chiffrement");
        checks.flat_map(|check| check.faults).collect::<Vec<_>>()
    };
    assert_eq!(faults().await, Vec::<String>::new());
    done(&world.register, on(agent, AgentAct::Leave { last_day: TODAY })).await;
    let early = world.register.administer(operator(on(agent, AgentAct::Erase {}))).await;
    assert!(matches!(early, Err(Error::AgentRejected(AgentRejection::ErasureNotDue))));
    let longer = Grant {
        role: Role::TerritoryManager,
        territories: territory("006").into(),
        from: UNTIL,
        until: date(2028, 1, 1),
    };
    done(&world.register, on(own, AgentAct::Grant(longer))).await;
    world.clock.set(noon(date(2027, 11, 24)));
    done(&world.register, on(agent, AgentAct::Erase {})).await;
    assert_eq!(faults().await, Vec::<String>::new());
    let told = world.register.rights(Viewer::Agent(&manager), None).await.unwrap();
    let line = told.iter().find(|line| line.agent == agent).expect("what he did stays under his token");
    assert_eq!(line.person, None);
}

/// A desk is not opened in the past, where no title was asked for.
#[tokio::test(flavor = "multi_thread")]
async fn inv_46_a_desk_opens_from_today_on_and_on_a_title() {
    let world = World::new().await;
    let open = |opened_on| {
        let (code, territory) = (DeskCode::parse("G0605").unwrap(), territory("006"));
        let desk = OpenDesk { code, name: "Annexe".into(), territory, opened_on };
        world.register.administer(operator(organisation("210600045", OrganisationAct::OpenDesk(desk))))
    };
    let rejected = async |opened_on| match open(opened_on).await {
        Err(Error::OrganisationRejected(rejection)) => Some(rejection),
        _ => None,
    };
    assert_eq!(rejected(TODAY.yesterday().unwrap()).await, Some(OrganisationRejection::DatePassed));
    assert_eq!(rejected(TODAY).await, Some(OrganisationRejection::EntitlementMissing));
    let title = Entitlement {
        ground: EntitlementGround::Deliberation,
        reference: "DEL-2026-11".into(),
        signed_on: TODAY,
        ends_on: None,
    };
    done(&world.register, organisation("210600045", OrganisationAct::RecordEntitlement(title))).await;
    open(TODAY).await.unwrap();
}
