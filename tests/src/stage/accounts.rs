//! Accounts of agents, entered as the operator does it.

use access::agent::Person;
use access::agent::command::{AgentAct, EnterAgent};
use access::agent::grant::Grant;
use jiff::ToSpan as _;
use nomenclature::{Actor, Role, Siren, Territory};
use register::{Administered, AdministrationAct, AdministrationRequest, Register};
use uuid::Uuid;

/// Does an act as the operator.
pub async fn administer(register: &Register, act: AdministrationAct) -> Administered {
    let request = AdministrationRequest { command_id: Uuid::new_v4(), actor: Actor::Operator, act };
    register.administer(request).await.unwrap().of
}

/// Enters an agent with a certified account and a role in the territory 006.
pub async fn with_role(register: &Register, organisation: &str, email: &str, role: Role) -> Actor {
    let organisation = Siren::parse(organisation).unwrap();
    let person = Person { name: "Lune Zoé".into(), email: email.into() };
    let new = EnterAgent { organisation, desk: None, person };
    let Administered::Agent(agent) = administer(register, AdministrationAct::EnterAgent(new)).await else {
        panic!("an agent was entered");
    };
    let from = register.clock().today();
    let territories = Territory::parse("006").unwrap().into();
    let grant = Grant { role, territories, from, until: from.checked_add(6.months()).unwrap() };
    for act in [AgentAct::AskAccount {}, AgentAct::Certify {}, AgentAct::Grant(grant)] {
        administer(register, AdministrationAct::Agent { agent, act }).await;
    }
    Actor::Agent { organisation, desk: None, agent }
}
