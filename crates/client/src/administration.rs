//! Acts on organisations and agents: as JSON, as messages, and their answers.

use jiff::Timestamp;
use jiff::civil::Date;
use nomenclature::{AgentId, Siren};
use proto::v1;
use proto::v1::administration_answer::Of;
use serde_json::{Map, Value};

use crate::refused::Refused;

/// Whom an act was on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Administered {
    /// An organisation.
    Organisation(Siren),
    /// An agent.
    Agent(AgentId),
}

/// The answer to an act on an organisation or an agent: only what will never change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdministrationAnswer {
    /// Whom the act was on.
    pub of: Administered,
    /// The position of the act's last event.
    pub position: i64,
    /// The day from which it counts.
    pub effective_on: Date,
    /// When it was recorded, to the microsecond.
    pub recorded_at: Timestamp,
}

impl AdministrationAnswer {
    /// Reads one.
    ///
    /// # Errors
    /// [`Refused::Lost`] for what is none.
    pub fn read(answer: Option<v1::AdministrationAnswer>) -> Result<Self, Refused> {
        let lost = || Refused::Lost("an answer that cannot be read".to_owned());
        let answer = answer.ok_or_else(lost)?;
        let instant = answer.recorded_at.ok_or_else(lost)?;
        let of = match answer.of.ok_or_else(lost)? {
            Of::Siren(siren) => Siren::parse(&siren).map(Administered::Organisation),
            Of::Agent(agent) => AgentId::parse(&agent).map(Administered::Agent),
        };
        Ok(Self {
            of: of.map_err(|_| lost())?,
            position: answer.position,
            effective_on: nomenclature::parse_date(&answer.effective_on).map_err(|_| lost())?,
            recorded_at: Timestamp::new(instant.seconds, instant.nanos).map_err(|_| lost())?,
        })
    }
}

/// The method that does an act, and its message but for the id. `None` when it is no act that anybody asks for over the
/// network.
pub(crate) fn message_of(act: &Value) -> Option<(&'static str, Map<String, Value>)> {
    let (kind, content) = act.as_object()?.iter().next()?;
    let mut content = content.as_object()?.clone();
    Some(match kind.as_str() {
        "organisation" => {
            let (name, said) = named(content.remove("act")?, in_organisation_request)?;
            content.insert(name, said);
            ("AdministrationService/AdministerOrganisation", content)
        }
        "agent" => {
            let (name, said) = named(content.remove("act")?, in_agent_request)?;
            content.insert(name, said);
            ("AdministrationService/AdministerAgent", content)
        }
        "bind_identity" => {
            let identity = content.remove("identity")?;
            content.insert("bind_identity".to_owned(), identity);
            ("AdministrationService/AdministerAgent", content)
        }
        "enter_agent" => {
            let Some(Value::Object(person)) = content.remove("person") else { return None };
            content.extend(person);
            let organisation = content.remove("organisation")?;
            content.insert("siren".to_owned(), organisation);
            ("AdministrationService/EnterAgent", content)
        }
        _ => return None,
    })
}

/// An act by the name of its field, and what is said of it.
fn named(act: Value, field: fn(&str) -> Option<&str>) -> Option<(String, Value)> {
    let Value::Object(act) = act else { return None };
    let (kind, mut said) = act.into_iter().next()?;
    if let Value::Object(said) = &mut said {
        match kind.as_str() {
            "register" => drop(said.remove("siren")),
            "set_desk_contact" => {
                let Some(Value::Object(contact)) = said.remove("contact") else { return None };
                said.extend(contact);
            }
            _ => {}
        }
    }
    Some((field(&kind)?.to_owned(), said))
}

fn in_organisation_request(kind: &str) -> Option<&str> {
    match kind {
        "merge_into" => Some("merge"),
        "absorb" => None,
        kind => Some(kind),
    }
}

fn in_agent_request(kind: &str) -> Option<&str> {
    Some(match kind {
        "enter" => return None,
        "certify" => "certify_account",
        "grant" => "grant_role",
        "revoke" => "revoke_role",
        "review" => "review_rights",
        kind => kind,
    })
}
