//! Who may do nothing for now: what he is still told, and who lists him.

use access::agent::command::AgentAct;
use access::{Denial, OrganisationAct, Role};
use nomenclature::{Actor, AgentId, SuspensionReason};
use register::{
    AdministrationRequest, Entered, Error, ImportRow, Outcome, Request, SuspensionLine, TerritoryRequest, Viewer,
};
use serde_json::json;
use uuid::Uuid;

use crate::administration::{by, certified, done, manager, on, organisation, territory};
use crate::world::{NICE, World, form, person, register, request};

const LESSOR: &str = "732829320";
const REASON: SuspensionReason = SuspensionReason::Compromised;

fn user(name: &str) -> AgentId {
    AgentId::parse(name).unwrap()
}

fn suspending(name: &str) -> OrganisationAct {
    OrganisationAct::SuspendUser { user: user(name), reason: REASON }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_suspended_is_not_told_what_was_done_nor_that_an_id_was_used() {
    let world = World::new().await;
    let before = request(NICE, None, register(form(person("Lune", "Zoé", "1990-02-28"))));
    let first = world.register.execute(before.clone()).await.unwrap();
    let other = Request { act: register(form(person("Lune", "Léa", "1990-02-28"))), ..before.clone() };
    let unheard_of = Request { command_id: Uuid::new_v4(), ..other.clone() };
    done(&world.register, organisation(LESSOR, suspending("agent-01"))).await;

    let suspended = |error: Option<Error>| matches!(error, Some(Error::Denied(Denial::Suspended)));
    for asked in [before.clone(), other, unheard_of] {
        assert!(suspended(world.register.execute(asked).await.err()));
    }
    for command_id in [before.command_id, Uuid::new_v4()] {
        let draft = demand::territory::WithdrawalDraft::default();
        let decision = TerritoryRequest {
            command_id,
            actor: before.actor,
            expected_version: None,
            act: demand::territory::Act::WithdrawSetting(draft),
        };
        assert!(suspended(world.register.set_territory(decision).await.err()));
        let act = organisation(LESSOR, suspending("agent-02"));
        let request = AdministrationRequest { command_id, actor: before.actor, act };
        assert!(suspended(world.register.administer(request).await.err()));
        assert!(suspended(world.register.outcome(command_id, &before.actor).await.err()));
    }
    let colleague = Actor::parse("732829320/G0601/agent-02").unwrap();
    assert_eq!(world.register.outcome(before.command_id, &colleague).await.unwrap(), Outcome::Committed(first));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_the_past_goes_on_although_its_organisation_is_suspended_meanwhile() {
    let world = World::new().await;
    let row = |act: &demand::Act| -> ImportRow {
        let row = json!({"source": "essai", "key": "D-1", "on": "2019-03-04", "organisation": LESSOR, "desk": "G0601",
            "channel": "GUICHET", "act": act});
        serde_json::from_value(row).unwrap()
    };
    let import = async |name: &str| {
        let rows = vec![row(&register(form(person(name, "Zoé", "1990-02-28"))))];
        world.register.import(rows).await.unwrap().remove(0)
    };
    let first = import("Lune").await.unwrap();
    assert!(matches!(first, Entered::Now(_)));
    done(&world.register, organisation(LESSOR, OrganisationAct::Suspend { reason: REASON })).await;
    let refused = world.register(NICE, form(person("Soleil", "Zoé", "1990-02-28"))).await;
    assert!(matches!(refused, Err(Error::Denied(Denial::Suspended))), "{refused:?}");
    let again = import("Lune").await.unwrap();
    assert!(matches!(again, Entered::Before(answer) if answer == first.answer()));
    assert!(matches!(import("Soleil").await, Err(Error::CommandIdReused)));
}

#[tokio::test(flavor = "multi_thread")]
async fn suspensions_are_listed_to_whoever_may_lift_them() {
    let world = World::new().await;
    let (register, manager) = (&world.register, manager(&world).await);
    let Actor::Agent { organisation: own, .. } = manager else { panic!("an agent") };
    let agent = certified(register, LESSOR, Some("G0601"), "lune@exemple.fr", &[Role::DeskAgent]).await;
    let listed = async |viewer| {
        let (lines, next) = register.suspensions(viewer, None, 50).await.unwrap();
        assert_eq!(next, None);
        lines.iter().map(|line| (line.organisation.to_string(), line.agent, line.has_account)).collect::<Vec<_>>()
    };
    assert_eq!(listed(Viewer::Operator).await, []);
    done(register, on(agent, AgentAct::Suspend { reason: REASON })).await;
    done(register, organisation(LESSOR, suspending("agent-01"))).await;
    done(register, organisation("552032534", OrganisationAct::Suspend { reason: REASON })).await;
    done(register, organisation("356000000", suspending("agent-04"))).await;

    let mut here = vec![
        ("552032534".to_owned(), None, false),
        (LESSOR.to_owned(), Some(agent), true),
        (LESSOR.to_owned(), Some(user("agent-01")), false),
    ];
    // By organisation, then by token, which is drawn for an account.
    here.sort_unstable();
    assert_eq!(listed(Viewer::Agent(&manager)).await, here);
    let elsewhere = ("356000000".to_owned(), Some(user("agent-04")), false);
    here.insert(0, elsewhere.clone());
    assert_eq!(listed(Viewer::Operator).await, here);
    let (page, next) = register.suspensions(Viewer::Operator, None, 2).await.unwrap();
    assert_eq!((page.len(), next), (2, page.last().map(SuspensionLine::place)));
    let (rest, next) = register.suspensions(Viewer::Operator, next, 2).await.unwrap();
    assert_eq!((rest.len(), next), (2, None));
    assert!(rest.iter().all(|line| line.organisation_name == "Office fictif des Collines" && line.reason == REASON));

    // A lessor that has come to another territory, too, is for who administers both.
    let coming = OrganisationAct::AddTerritory { territory: territory("083"), from: crate::world::TODAY };
    done(register, organisation("552032534", coming)).await;
    here.retain(|(siren, ..)| siren == LESSOR);
    assert_eq!(listed(Viewer::Agent(&manager)).await, here);
    let leaving = certified(register, LESSOR, None, "nuage@exemple.fr", &[Role::AllocationAgent]).await;
    for act in [AgentAct::Suspend { reason: REASON }, AgentAct::Leave { last_day: crate::world::TODAY }] {
        done(register, on(leaving, act)).await;
    }
    assert_eq!(listed(Viewer::Agent(&manager)).await, here, "nobody lifts what holds of who leaves");
    for act in
        [on(agent, AgentAct::Resume {}), organisation(LESSOR, OrganisationAct::ResumeUser { user: user("agent-01") })]
    {
        register.administer(by(manager, act)).await.unwrap();
    }
    assert_eq!(listed(Viewer::Agent(&manager)).await, []);
    let nobody = certified(register, &own.to_string(), None, "soleil@exemple.fr", &[Role::ConsultantSimple]).await;
    let nobody = Actor::Agent { organisation: own, desk: None, agent: nobody };
    assert!(matches!(register.suspensions(Viewer::Agent(&nobody), None, 50).await, Err(Error::Denied(_))));
}
