//! Somebody of each kind, with an account and a role of his own, to call the demonstration as.
//!
//! They are invented, and entered when a demonstration first runs. A later run finds them by the ids of its commands, and gives
//! a role again that is about to end.

use access::agent::Person;
use access::agent::command::{AgentAct, EnterAgent};
use access::agent::grant::Grant;
use access::{OrganisationAct, RegisterOrganisation};
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use nomenclature::{Actor, AgentId, DeskCode, OrganisationKind, Role, Siren, Territory};
use register::{Administered, AdministrationAct, AdministrationAnswer, AdministrationRequest, Register, Viewer};
use uuid::{Uuid, uuid};

use crate::failure::Failure;

/// Ids of the commands that enter them.
const COMMANDS: Uuid = uuid!("5a9f3f0b-6b5e-4c0e-9d5f-6f2d0b1c7a11");
/// A role is given for so many months, and again when it has less than a month left.
const MONTHS: i32 = 11;

/// What somebody is told before his line, and who he is.
struct Part {
    told: &'static str,
    organisation: &'static str,
    desk: Option<&'static str>,
    role: Role,
    name: &'static str,
    email: &'static str,
}

/// The reader of statistics is of a body that the sample does not have.
const INFOCENTRE: &str = "000090019";

const PARTS: [Part; 5] = [
    Part {
        told: "un bailleur, qui attribue",
        organisation: "000005017",
        desk: Some("006A1"),
        role: Role::AllocationAgent,
        name: "Personne fictive du bailleur",
        email: "bailleur@exemple.fr",
    },
    Part {
        told: "un guichet, qui enregistre",
        organisation: "000005074",
        desk: Some("006G1"),
        role: Role::DeskAgent,
        name: "Personne fictive du guichet",
        email: "guichet@exemple.fr",
    },
    Part {
        told: "un lecteur de l'infocentre, qui ne voit que des nombres",
        organisation: INFOCENTRE,
        desk: None,
        role: Role::InfocentreReader,
        name: "Personne fictive de l'infocentre",
        email: "infocentre@exemple.fr",
    },
    Part {
        told: "un auditeur, qui rejoue l'histoire scellée",
        organisation: "000090001",
        desk: None,
        role: Role::Auditor,
        name: "Personne fictive de l'audit",
        email: "audit@exemple.fr",
    },
    Part {
        told: "le gestionnaire du territoire, qui voit qui a consulté",
        organisation: "000005165",
        desk: Some("006P1"),
        role: Role::TerritoryManager,
        name: "Personne fictive du gestionnaire",
        email: "gestionnaire@exemple.fr",
    },
];

/// Somebody who can call.
pub struct Somebody {
    /// What he is.
    pub told: &'static str,
    /// His role.
    pub role: Role,
    /// Who he is to the register.
    pub actor: Actor,
}

/// Enters them all, as far as they are not.
pub async fn enter(register: &Register, territory: Territory) -> Result<Vec<Somebody>, Failure> {
    let infocentre = RegisterOrganisation {
        siren: siren(INFOCENTRE)?,
        name: "Observatoire fictif du logement".to_owned(),
        kind: OrganisationKind::StatisticsReader,
        territories: [territory].into_iter().collect(),
        since: date(2025, 8, 1),
    };
    let act = AdministrationAct::Organisation { siren: infocentre.siren, act: OrganisationAct::Register(infocentre) };
    administer(register, "infocentre", act).await?;
    let mut people = Vec::new();
    for part in &PARTS {
        people.push(part.enter(register, territory).await?);
    }
    Ok(people)
}

impl Part {
    async fn enter(&self, register: &Register, territory: Territory) -> Result<Somebody, Failure> {
        let organisation = siren(self.organisation)?;
        let desk = self.desk.map(DeskCode::parse).transpose().map_err(|error| Failure::Local(error.to_string()))?;
        let person = Person { name: self.name.to_owned(), email: self.email.to_owned() };
        let entered = AdministrationAct::EnterAgent(EnterAgent { organisation, desk, person });
        let step = |step: &str| format!("{} {step}", self.role.code());
        let Administered::Agent(agent) = administer(register, &step("entered"), entered).await?.of else {
            return Err(Failure::Local("somebody was entered and is an organisation".to_owned()));
        };
        let act = |act| AdministrationAct::Agent { agent, act };
        administer(register, &step("asked"), act(AgentAct::AskAccount {})).await?;
        administer(register, &step("certified"), act(AgentAct::Certify {})).await?;
        let today = register.clock().today();
        if !self.lasts(register, agent, today).await? {
            let until = today.saturating_add(MONTHS.months());
            let grant = Grant { role: self.role, territories: [territory].into_iter().collect(), from: today, until };
            administer(register, &step(&today.to_string()), act(AgentAct::Grant(grant))).await?;
        }
        Ok(Somebody { told: self.told, role: self.role, actor: Actor::Agent { organisation, desk, agent } })
    }

    /// Whether he has his role for a month yet.
    async fn lasts(&self, register: &Register, agent: AgentId, today: Date) -> Result<bool, Failure> {
        let soon = today.saturating_add(1.month());
        let rights = register.rights(Viewer::Operator, None).await?;
        Ok(rights.iter().any(|line| {
            line.agent == agent && line.role == Some(self.role) && line.until.is_some_and(|until| until > soon)
        }))
    }
}

async fn administer(register: &Register, step: &str, act: AdministrationAct) -> Result<AdministrationAnswer, Failure> {
    let command_id = Uuid::new_v5(&COMMANDS, step.as_bytes());
    Ok(register.administer(AdministrationRequest { command_id, actor: Actor::Operator, act }).await?)
}

fn siren(text: &str) -> Result<Siren, Failure> {
    Siren::parse(text).map_err(|error| Failure::Local(error.to_string()))
}
