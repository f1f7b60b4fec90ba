//! Who looks at much is told of and stopped, by whatever process he looks, and by thresholds that his territory's manager sets.

use std::time::Duration;

use access::agent::Person;
use access::agent::command::{AgentAct, EnterAgent};
use access::agent::grant::Grant;
use access::{Alert, Denial, OrganisationAct, OrganisationRejection, Role};
use demand::claims::PersonKey;
use demand::territory::{Act as Decision, SettingDraft};
use jiff::ToSpan as _;
use nomenclature::{Actor, AgentId, Siren, SuspensionReason, Territory};
use register::{
    Administered, AdministrationAct, AdministrationRequest, Budgets, Clock as _, Error, Register, TerritoryRequest,
    Viewer,
};
use tokio::time::timeout;
use uuid::Uuid;

use crate::world::*;

const MANAGER: &str = "200030195/G0609/agent-09";
const MANAGER_LINE: &str = r#"{"siren":"200030195","name":"Gestionnaire fictif","kind":"GESTIONNAIRE","territories":["006"],
    "since":"2020-01-01","desks":[{"code":"G0609","name":"Gestion","territory":"006","opened_on":"2020-01-01"}]}"#;

fn actor(text: &str) -> Actor {
    Actor::parse(text).unwrap()
}

fn budgets(account: u32) -> Budgets {
    Budgets { account, organisation: 1_000, longest_delay: Duration::ZERO }
}

async fn world() -> World {
    let world = World::new().await;
    world.register.import_organisation(serde_json::from_str(MANAGER_LINE).unwrap()).await.unwrap();
    world
}

async fn decide(world: &World, name: &str, value: i64) {
    let valid_from = Some(world.clock.today().to_string());
    let act = Decision::ChangeSetting(SettingDraft { name: some(name), value: Some(value), valid_from, note: None });
    let (command_id, actor) = (Uuid::new_v4(), actor(MANAGER));
    let request = TerritoryRequest { command_id, actor, expected_version: None, act };
    world.register.set_territory(request).await.unwrap();
}

async fn administer(register: &Register, act: AdministrationAct) -> Administered {
    let request = AdministrationRequest { command_id: Uuid::new_v4(), actor: Actor::Operator, act };
    register.administer(request).await.unwrap().of
}

/// An agent of the lessor of Nice with an account of his own.
async fn account(world: &World) -> (AgentId, Actor) {
    let organisation = Siren::parse("732829320").unwrap();
    let person = Person { name: "Lune Zoé".into(), email: "lune@exemple.fr".into() };
    let new = EnterAgent { organisation, desk: None, person };
    let Administered::Agent(agent) = administer(&world.register, AdministrationAct::EnterAgent(new)).await else {
        panic!("an agent was entered");
    };
    let territories = Territory::parse("006").unwrap().into();
    let from = world.clock.today();
    let grant = Grant { role: Role::ConsultantSimple, territories, from, until: from.checked_add(6.months()).unwrap() };
    for act in [AgentAct::AskAccount {}, AgentAct::Certify {}, AgentAct::Grant(grant)] {
        administer(&world.register, AdministrationAct::Agent { agent, act }).await;
    }
    (agent, Actor::Agent { organisation, desk: None, agent })
}

/// Asks whether somebody who is not there has a demand: a file.
async fn look(register: &Register, who: &Actor) -> Result<(), Error> {
    let birth_date = jiff::civil::date(1990, 2, 28);
    let key = PersonKey { surname: "Personne".into(), given_names: "Ulysse".into(), birth_date };
    register.find_by_identity(key, who).await.map(drop)
}

/// What was entered so far is what another process can learn.
async fn entered(register: &Register) {
    register.drain_record(Duration::from_secs(10)).await.unwrap();
}

/// The alerts of the register, once there are so many: they are raised beside the answers.
async fn alerts(register: &Register, so_many: usize) -> Vec<Alert> {
    let told = async {
        loop {
            let (lines, _) = register.alerts(Viewer::Operator, None, 100).await.unwrap();
            if lines.len() >= so_many {
                return lines.into_iter().map(|line| line.alert).collect();
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), told).await.expect("the alerts are raised")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_crosses_the_managers_threshold_is_suspended_at_once_until_he_lifts_it() {
    let world = world().await;
    decide(&world, "alert_files", 2).await;
    decide(&world, "suspension_files", 4).await;
    let (agent, who) = account(&world).await;
    let register = world.register.clone().answering_many(budgets(100)).await.unwrap();
    for _ in 0..3 {
        look(&register, &who).await.unwrap();
    }
    let [alert] = alerts(&register, 1).await[..] else { panic!("one alert") };
    assert_eq!((alert.agent, alert.files, alert.threshold), (agent, 2, 2));
    assert_eq!(alert.until, world.clock.now());
    for _ in 0..2 {
        let stopped = look(&register, &who).await;
        assert!(matches!(stopped, Err(Error::Denied(Denial::Suspended))), "{stopped:?}");
    }
    let (lines, _) = register.alerts(Viewer::Operator, None, 100).await.unwrap();
    assert_eq!(lines[0].suspended, Some(SuspensionReason::Volume));
    // A process that starts goes on from what was lifted, too.
    administer(&world.register, AdministrationAct::Agent { agent, act: AgentAct::Resume {} }).await;
    entered(&register).await;
    let another = world.another().await.answering_many(budgets(100)).await.unwrap();
    look(&another, &who).await.unwrap();
    look(&register, &who).await.unwrap();
    // What was looked at until then is forgiven; what comes after it is not.
    world.clock.set(world.clock.now() + 2.minutes());
    for _ in 0..3 {
        look(&register, &who).await.unwrap();
    }
    assert!(matches!(look(&register, &who).await, Err(Error::Denied(Denial::Suspended))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_of_a_system_that_crosses_the_threshold_is_suspended_alone_until_it_is_lifted() {
    let world = world().await;
    for (name, value) in [("alert_files", 2), ("suspension_files", 4)] {
        decide(&world, name, value).await;
    }
    let register = world.register.clone().answering_many(budgets(100)).await.unwrap();
    let (user, colleague) = (actor(NICE), actor(&NICE.replace("agent-01", "agent-88")));
    assert_ne!(user, colleague);
    for _ in 0..3 {
        look(&register, &user).await.unwrap();
    }
    for _ in 0..2 {
        let stopped = look(&register, &user).await;
        assert!(matches!(stopped, Err(Error::Denied(Denial::Suspended))), "{stopped:?}");
    }
    look(&register, &colleague).await.unwrap();
    look(&register, &actor(OTHER_LESSOR)).await.unwrap();
    alerts(&register, 1).await;
    let (lines, _) = register.alerts(Viewer::Operator, None, 100).await.unwrap();
    assert_eq!((lines[0].has_account, lines[0].suspended), (false, Some(SuspensionReason::Volume)));
    // What was looked at until the suspension was lifted is forgiven, in a process that starts, too; what comes after is not.
    let Actor::Agent { organisation, agent, .. } = user else { panic!("an agent") };
    let act = OrganisationAct::ResumeUser { user: agent };
    administer(&world.register, AdministrationAct::Organisation { siren: organisation, act }).await;
    entered(&register).await;
    let another = world.another().await.answering_many(budgets(100)).await.unwrap();
    look(&another, &user).await.unwrap();
    look(&register, &user).await.unwrap();
    world.clock.set(world.clock.now() + 2.minutes());
    for _ in 0..3 {
        look(&register, &user).await.unwrap();
    }
    assert!(matches!(look(&register, &user).await, Err(Error::Denied(Denial::Suspended))));
}

/// His lessor is elsewhere, too: who was told of him lifts what his own threshold did, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn a_manager_lifts_the_suspension_of_a_systems_user_that_his_own_threshold_made() {
    let world = world().await;
    for (name, value) in [("alert_files", 2), ("suspension_files", 3)] {
        decide(&world, name, value).await;
    }
    let manager = crate::administration::manager(&world).await;
    let Actor::Agent { organisation: siren, agent: user, .. } = actor(NICE) else { panic!("an agent") };
    let on = |act| AdministrationAct::Organisation { siren, act };
    let (territory, from) = (Territory::parse("083").unwrap(), world.clock.today());
    administer(&world.register, on(OrganisationAct::AddTerritory { territory, from })).await;
    let register = world.register.clone().answering_many(budgets(100)).await.unwrap();
    while look(&register, &actor(NICE)).await.is_ok() {}
    alerts(&register, 1).await;
    let resumed = async || {
        let (command_id, act) = (Uuid::new_v4(), on(OrganisationAct::ResumeUser { user }));
        register.administer(AdministrationRequest { command_id, actor: manager, act }).await.map(drop)
    };
    resumed().await.unwrap();
    let reason = SuspensionReason::Compromised;
    administer(&world.register, on(OrganisationAct::SuspendUser { user, reason })).await;
    let refused = resumed().await;
    assert!(matches!(refused, Err(Error::OrganisationRejected(OrganisationRejection::NotRegistered))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_of_a_system_is_told_of_and_held_to_the_budget() {
    let world = world().await;
    for (name, value) in [("alert_files", 2), ("files_per_account", 10)] {
        decide(&world, name, value).await;
    }
    let register = world.register.clone().answering_many(budgets(100)).await.unwrap();
    for _ in 0..10 {
        look(&register, &actor(NICE)).await.unwrap();
    }
    assert!(matches!(look(&register, &actor(NICE)).await, Err(Error::TooManyFiles { .. })));
    look(&register, &actor(OTHER_LESSOR)).await.unwrap();
    assert_eq!(alerts(&register, 1).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_count_as_one() {
    let world = world().await;
    let first = world.register.clone().answering_many(budgets(10)).await.unwrap();
    let second = world.another().await.answering_many(budgets(10)).await.unwrap();
    for _ in 0..4 {
        look(&first, &actor(NICE)).await.unwrap();
        look(&second, &actor(NICE)).await.unwrap();
    }
    entered(&first).await;
    entered(&second).await;
    for register in [&first, &second] {
        // However often it is learned, it counts once.
        register.learn_looks().await.unwrap();
        register.learn_looks().await.unwrap();
    }
    look(&first, &actor(NICE)).await.unwrap();
    look(&first, &actor(NICE)).await.unwrap();
    assert!(matches!(look(&first, &actor(NICE)).await, Err(Error::TooManyFiles { .. })));
    look(&second, &actor(NICE)).await.unwrap();
    entered(&first).await;
    second.learn_looks().await.unwrap();
    assert!(matches!(look(&second, &actor(NICE)).await, Err(Error::TooManyFiles { .. })));
    // A process that starts goes on counting.
    entered(&second).await;
    let third = world.another().await.answering_many(budgets(10)).await.unwrap();
    assert!(matches!(look(&third, &actor(NICE)).await, Err(Error::TooManyFiles { .. })));
    look(&third, &actor(OTHER_LESSOR)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_that_two_processes_see_at_once_is_raised_once_an_hour() {
    let world = world().await;
    decide(&world, "alert_files", 2).await;
    let first = world.register.clone().answering_many(budgets(100)).await.unwrap();
    let second = world.another().await.answering_many(budgets(100)).await.unwrap();
    for (nth, minutes) in [(1, 0), (1, 59), (2, 60)] {
        world.clock.set(noon(TODAY) + minutes.minutes());
        for register in [&first, &second] {
            look(register, &actor(NICE)).await.unwrap();
            entered(register).await;
        }
        let (one, other) = tokio::join!(first.learn_looks(), second.learn_looks());
        one.and(other).unwrap();
        // A process that starts does not tell once more, either.
        world.another().await.answering_many(budgets(100)).await.unwrap();
        assert_eq!(alerts(&first, nth).await.len(), nth, "after {minutes} minutes");
    }
    let user = actor(MANAGER);
    assert!(matches!(first.alerts(Viewer::Agent(&user), None, 10).await, Err(Error::Denied(Denial::AccountNeeded))));
    let (page, next) = first.alerts(Viewer::Operator, None, 1).await.unwrap();
    assert_eq!((page[0].alert.until, next), (noon(TODAY) + 60.minutes(), Some(page[0].place())));
    let (page, next) = first.alerts(Viewer::Operator, next, 1).await.unwrap();
    assert_eq!((page[0].alert.until, next), (noon(TODAY), None));
}
