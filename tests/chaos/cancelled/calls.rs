//! Calls of every service: each kind is sound, so that each goes all the way when nobody cancels it.

use client::{Client, On, Refused};
use nomenclature::{Actor, UniqueNumber};
use register::{Clock as _, SystemClock};
use serde_json::{Value, json};
use tests::cast::{self, ANTIBES, NICE, STATE};
use uuid::Uuid;

const AUDITOR: &str = "000090001/-/agent-05";
/// The lines that enter who audits, and who reads figures.
pub const READERS: [&str; 2] = [
    r#"{"siren":"000090001","name":"Auditeur fictif du registre","kind":"AUDIT","territories":["006"],"since":"2020-01-01","desks":[]}"#,
    r#"{"siren":"000070003","name":"Observatoire fictif","kind":"INFOCENTRE","territories":["006"],"since":"2020-01-01","desks":[]}"#,
];
const OBSERVER: &str = "000070003/-/agent-06";

/// What is called.
#[derive(Clone, Debug)]
pub enum Call {
    /// One question, one answer.
    Ask { actor: Actor, method: &'static str, message: Value },
    /// One question, a stream.
    Stream { actor: Actor, method: &'static str, message: Value },
    /// A command on a demand, or one that opens one.
    Act { id: Uuid, actor: Actor, on: Option<UniqueNumber>, act: Value },
    /// A command is given up.
    Fence { id: Uuid },
}

impl Call {
    /// Calls, and waits for the whole answer.
    pub async fn made(&self, client: &Client) -> Result<(), Refused> {
        match self {
            Self::Ask { actor, method, message } => client.call(*actor, method, message).await,
            Self::Stream { actor, method, message } => client.stream::<()>(*actor, method, message).await.map(drop),
            Self::Act { id, actor, on, act } => {
                let number = on.map(|number| number.to_string());
                let on = number.as_deref().map(|number| On { number, etag: "v2" });
                client.act(*actor, *id, on, act).await.map(drop)
            }
            Self::Fence { id } => client.fence(actor(NICE), *id).await.map(drop),
        }
    }

    /// Who acts, and under which id.
    pub fn command(&self) -> Option<(Actor, Uuid)> {
        match self {
            Self::Act { id, actor, .. } => Some((*actor, *id)),
            _ => None,
        }
    }

    /// Whether it would never end by itself.
    pub fn follows(&self) -> bool {
        matches!(self, Self::Stream { method: "AuditService/FollowLog", .. })
    }
}

fn actor(text: &str) -> Actor {
    Actor::parse(text).unwrap()
}

/// A person of her own for each n, with another adult who may leave her.
pub fn couple(n: usize) -> Value {
    let word = cast::letters(n);
    let mut form = cast::form(&format!("Venu {word}"), "Zoé", "1990-02-28");
    form["identity"]["co_applicants"] = json!([{"link": "C", "person": {
        "surname": format!("Autre {word}"), "given_names": "Paul", "birth_date": "1981-02-03", "nationality": "1"
    }}]);
    form["family"]["situations"] = json!(["S", "S"]);
    let mut act = cast::register(form);
    act["register"]["filed_on"] = json!(SystemClock.today().yesterday().unwrap().to_string());
    act
}

/// One call of each kind: the n-th couple has this demand, which nobody has acted on, and another one asks for her first.
pub fn each_kind(n: usize, number: UniqueNumber, newcomer: usize) -> Vec<Call> {
    let mut calls = questions(number);
    calls.extend(commands(n, number));
    let id = Uuid::new_v4();
    calls.push(Call::Act { id, actor: actor(NICE), on: None, act: couple(newcomer) });
    calls.push(Call::Fence { id: Uuid::new_v4() });
    calls
}

/// Questions that each view answers once it holds a position.
pub fn views_at(position: i64) -> [Call; 3] {
    let ask = |who, method, message| Call::Ask { actor: actor(who), method, message };
    let month = SystemClock.today().strftime("%Y-%m").to_string();
    let series = json!({
        "measures": ["MEASURE_STOCK"], "place": "006", "from_month": month, "to_month": month,
        "at_least_position": position
    });
    [
        ask(NICE, "SharedManagementService/ListSharedDemands", json!({"at_least_position": position, "page_size": 1})),
        ask(NICE, "SharedManagementService/ListDeadlines", json!({"at_least_position": position, "page_size": 1})),
        ask(OBSERVER, "InfocentreService/GetSeries", series),
    ]
}

fn questions(number: UniqueNumber) -> Vec<Call> {
    let ask = |who, method, message| Call::Ask { actor: actor(who), method, message };
    let stream = |method, message| Call::Stream { actor: actor(AUDITOR), method, message };
    let (number, today) = (number.to_string(), SystemClock.today());
    let month = today.strftime("%Y-%m").to_string();
    let cell = json!({"place": "006", "month": month});
    vec![
        ask(NICE, "RegistrationService/GetDemand", json!({"number": number})),
        ask(
            ANTIBES,
            "RegistrationService/FindByIdentity",
            json!({"surname": "Venu a", "given_names": "Zoé", "birth_date": "1990-02-28"}),
        ),
        ask(NICE, "SharedManagementService/GetSharedDemand", json!({"number": number})),
        ask(NICE, "SharedManagementService/ListSharedDemands", json!({"page_size": 50, "name": "Venu"})),
        ask(NICE, "SharedManagementService/ListDeadlines", json!({"page_size": 50})),
        ask(NICE, "SharedManagementService/ListLateRadiations", json!({"page_size": 50})),
        ask(ANTIBES, "SharedManagementService/ListDemandsElsewhere", json!({"number": number})),
        ask(STATE, "ConsultationService/ListConsultations", json!({"number": number})),
        ask(NICE, "TerritoryService/GetSettings", json!({})),
        ask(
            OBSERVER,
            "InfocentreService/GetSeries",
            json!({"measures": ["MEASURE_STOCK"], "place": "006", "from_month": month, "to_month": month}),
        ),
        ask(
            OBSERVER,
            "InfocentreService/GetTable",
            json!({"measure": "MEASURE_STOCK", "dimension": "DIMENSION_COMMUNE", "cell": cell}),
        ),
        ask(
            OBSERVER,
            "InfocentreService/CompareFigures",
            json!({"measure": "MEASURE_STOCK", "first": cell, "second": cell}),
        ),
        ask(NICE, "CommandService/GetOutcome", json!({"request_id": Uuid::new_v4()})),
        stream("AuditService/ReplayDemand", json!({"number": number})),
        stream("AuditService/ReplayLog", json!({})),
        stream("AuditService/FollowLog", json!({})),
    ]
}

/// The n-th couple's demand; of several acts on one demand, one is done.
fn commands(n: usize, number: UniqueNumber) -> Vec<Call> {
    let act = |who, act| Call::Act { id: Uuid::new_v4(), actor: actor(who), on: Some(number), act };
    let today = SystemClock.today().to_string();
    let leaving = cast::form(&format!("Autre {}", cast::letters(n)), "Paul", "1981-02-03");
    let sought = json!({"sought": {"dwelling_types": ["T3"], "communes": ["06088"], "extended": true}});
    vec![
        act(NICE, cast::renew()),
        act(ANTIBES, cast::add_piece("TAX")),
        act(NICE, cast::modify(sought)),
        act(NICE, cast::attribute(&today)),
        act(ANTIBES, cast::renounce(&today)),
        act(ANTIBES, json!({"issue_certificate": {"issued_on": today, "channel": "POST"}})),
        act(ANTIBES, json!({"deposit_piece": {"piece_type": "TAX", "deposited_on": today}})),
        act(STATE, json!({"seise_dalo": {"seised_on": today, "route": "EXP"}})),
        act(
            NICE,
            json!({"separate": {
                "co_applicant": 0, "ground": "SWORN_STATEMENT", "warned_on": today, "form": leaving,
                "identity_piece": {"piece_type": "ID", "sha256": "a".repeat(64)},
                "proof": {"piece_type": "FAM-HON", "sha256": "b".repeat(64)}
            }}),
        ),
    ]
}
