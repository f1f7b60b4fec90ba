//! Accounts of agents, and how they stand when somebody asks with them.

use access::agent::Person;
use access::agent::command::{AgentAct, EnterAgent};
use access::agent::grant::Grant;
use jiff::ToSpan as _;
use jiff::civil::Date;
use nomenclature::{Actor, DeskCode, Role, Siren, SuspensionReason, Territories, Territory};
use register::{Administered, AdministrationAct, Register};
use tests::stage::accounts::administer;

/// How an account stands on the day of the questions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Live,
    /// Its role is over.
    Over,
    Suspended,
}

/// An account that is to be.
pub struct Account<'a> {
    pub of: Siren,
    pub desk: Option<&'a str>,
    pub name: String,
    pub email: String,
    pub places: &'a [&'a str],
    pub role: Role,
    pub standing: Standing,
}

impl Account<'_> {
    pub fn territories(&self) -> Territories {
        self.places.iter().map(|place| Territory::parse(place).unwrap()).collect()
    }

    /// Enters it on a day; who it is.
    pub async fn enter(self, register: &Register, day: Date) -> Actor {
        let territories = self.territories();
        let desk = self.desk.map(|code| DeskCode::parse(code).unwrap());
        let Self { of: organisation, name, email, role, standing, .. } = self;
        let new = EnterAgent { organisation, desk, person: Person { name, email } };
        let Administered::Agent(agent) = administer(register, AdministrationAct::EnterAgent(new)).await else {
            panic!("an agent was entered");
        };
        let days = if standing == Standing::Over { 7 } else { 300 };
        let grant = Grant { role, territories, from: day, until: day.checked_add(days.days()).unwrap() };
        let mut acts = vec![AgentAct::AskAccount {}, AgentAct::Certify {}, AgentAct::Grant(grant)];
        if standing == Standing::Suspended {
            acts.push(AgentAct::Suspend { reason: SuspensionReason::Misuse });
        }
        for act in acts {
            administer(register, AdministrationAct::Agent { agent, act }).await;
        }
        Actor::Agent { organisation, desk, agent }
    }
}
