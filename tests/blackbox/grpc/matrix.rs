//! Every method of the interface, asked by everybody: what each may do stands in `matrix/expected.csv`, written by hand from the
//! law. A method without a row there, or without a well-formed request in `matrix/requests.json`, fails.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use client::{Answer, Client, Interface, Refused};
use nomenclature::{Actor, OrganisationKind};
use register::SystemClock;
use serde_json::{Value, json};
use server::Options;
use tests::cast::{self, NICE, TOULON};
use tokio::time::timeout;
use uuid::Uuid;

use super::table;
use crate::in_process::Prepared;

const EXPECTED: &str = include_str!("matrix/expected.csv");
const REQUESTS: &str = include_str!("matrix/requests.json");

/// What somebody is told who may: whatever it is, it is none of these.
const DENIALS: &[&str] = &[
    "UNKNOWN_ORGANISATION",
    "UNKNOWN_DESK",
    "DESK_CLOSED",
    "NOT_A_REGISTERING_SERVICE",
    "NOT_A_LESSOR",
    "NOT_THE_MANAGER",
    "NOT_THE_STATE",
    "ROLE_MISSING",
    "ACCOUNT_NEEDED",
    "ORGANISATION_NOT_FOUND",
    "AGENT_NOT_FOUND",
    "CREDENTIAL_MISSING",
    "CREDENTIAL_UNKNOWN",
    "AUDITOR_ONLY",
    "NOT_FOR_APPLICANTS",
    "APPLICANT_ONLY",
    "DEMAND_NOT_FOUND",
];
/// A stream that is not refused by then is allowed.
const A_STREAM: Duration = Duration::from_secs(2);

/// The columns of the table: kinds of organisations whose agents are told the same, each with a desk when that kind has any.
const COLUMNS: &[(&str, &[&str])] = &[
    ("BAILLEUR", &["HLM", "SEM", "SEM_DOM"]),
    ("ETAT", &["ETAT"]),
    ("SERVICE", &["COLLECTIVITE", "RESERVATAIRE", "ACTION_LOGEMENT", "SIAO", "MANDATAIRE", "PORTAIL"]),
    ("GESTIONNAIRE", &["GESTIONNAIRE"]),
    ("MEDIATION", &["MEDIATION"]),
    ("INFOCENTRE", &["INFOCENTRE"]),
    ("AUDIT", &["AUDIT"]),
];
/// The column of a lessor of another territory.
const ELSEWHERE: &str = "AILLEURS";

/// The column of the applicant of the demand that is asked about.
const APPLICANT: &str = "DEMANDEUR";

/// Somebody of a kind: enters his organisation, and says who acts for it.
async fn somebody(prepared: &Prepared, nth: usize, kind: &str) -> Actor {
    let siren = siren(nth);
    let has_desk = !matches!(kind, "MEDIATION" | "INFOCENTRE" | "AUDIT");
    let code = format!("M06{nth:02}");
    let desk = json!({"code": code, "name": "Accueil", "territory": "006", "opened_on": "2020-01-01"});
    let desks: Vec<Value> = has_desk.then_some(desk).into_iter().collect();
    let line = json!({"siren": siren, "name": format!("Organisme fictif {kind}"), "kind": kind, "territories": ["006"],
        "since": "2020-01-01", "desks": desks});
    prepared.register.import_organisation(serde_json::from_value(line).unwrap()).await.unwrap();
    Actor::parse(&format!("{siren}/{}/agent-01", if has_desk { &code } else { "-" })).unwrap()
}

/// An invented SIREN, with its check digit.
fn siren(nth: usize) -> String {
    let body = format!("{:08}", 9_100 + nth);
    let doubled = body.bytes().rev().enumerate().map(|(place, digit)| {
        let digit = usize::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
        digit / 10 + digit % 10
    });
    format!("{body}{}", (10 - doubled.sum::<usize>() % 10) % 10)
}

/// A well-formed request of a method, about a demand.
fn filled(template: &Value, demand: &Answer, form: &Value) -> Value {
    match template {
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), filled(value, demand, form))).collect(),
        Value::Array(items) => items.iter().map(|item| filled(item, demand, form)).collect(),
        Value::String(text) => match text.as_str() {
            "$NUMBER" => json!(demand.number),
            "$ETAG" => json!(demand.etag),
            "$POSITION" => json!(demand.position),
            "$ID" => json!(Uuid::new_v4()),
            "$TODAY" => json!(register::Clock::today(&SystemClock)),
            "$SHA256" => json!("a".repeat(64)),
            "$FORM" => form.clone(),
            _ => template.clone(),
        },
        _ => template.clone(),
    }
}

/// What a caller is told: `OK` for everything that is no denial.
async fn told(client: &Client, actor: Actor, (method, streams): &(String, bool), message: &Value) -> String {
    let refused = if *streams {
        match timeout(A_STREAM, client.stream::<()>(actor, method, message)).await {
            Ok(answered) => answered.err(),
            Err(_) => None,
        }
    } else {
        client.call::<()>(actor, method, message).await.err()
    };
    match refused {
        None => "OK".to_owned(),
        Some(Refused::Told(told)) if DENIALS.contains(&told.reason.as_str()) => told.reason,
        Some(Refused::Told(_)) => "OK".to_owned(),
        Some(other) => panic!("{method}: {other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_43_everybody_is_told_by_every_method_what_the_table_says() {
    let expected = table::read(EXPECTED);
    let requests: BTreeMap<String, Value> = serde_json::from_str(REQUESTS).unwrap();
    let methods = Interface::new().unwrap().methods();
    let names: BTreeSet<&String> = methods.iter().map(|(method, _)| method).collect();
    assert_eq!(expected.keys().map(|[method]| method).collect::<BTreeSet<_>>(), names, "every method has its row");
    assert_eq!(requests.keys().collect::<BTreeSet<_>>(), names, "every method has a request");
    let kinds: BTreeSet<&str> = COLUMNS.iter().flat_map(|(_, kinds)| kinds.iter().copied()).collect();
    assert_eq!(kinds, OrganisationKind::ALL.iter().map(|kind| kind.code()).collect(), "every kind has its column");

    let prepared = Prepared::new(Arc::new(SystemClock)).await;
    let mut callers = vec![(ELSEWHERE, "HLM", Some(Actor::parse(TOULON).unwrap())), (APPLICANT, APPLICANT, None)];
    for (column, kinds) in COLUMNS {
        for kind in *kinds {
            callers.push((column, kind, Some(somebody(&prepared, callers.len(), kind).await)));
        }
    }
    let server = prepared.serve(Options::default()).await;
    let client = server.client();
    let desk = Actor::parse(NICE).unwrap();
    let mut wrong = Vec::new();
    let mut nth = 0;
    for method in &methods {
        for (column, kind, actor) in &callers {
            // A demand of its own for each question: what one may do is done.
            nth += 1;
            let form = |nth| cast::form(&cast::letters(nth), "Ana", "1990-02-28");
            let demand = client.act(desk, Uuid::new_v4(), None, &cast::register(form(2 * nth))).await.unwrap();
            let message = filled(&requests[&method.0], &demand, &form(2 * nth + 1));
            let actor = actor.unwrap_or(Actor::Applicant { number: demand.number });
            let told = told(&client, actor, method, &message).await;
            let expected = &expected[std::slice::from_ref(&method.0)][*column];
            if told != *expected {
                wrong.push(format!("{}: {kind} ({column}) is told {told}, not {expected}", method.0));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {nth}:\n{}", wrong.len(), wrong.join("\n"));
    server.stops().await;
}
