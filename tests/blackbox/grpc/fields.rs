//! What each role sees of a demand that it may read: every method that shows some of it, every class of fields. What is expected
//! stands in `matrix/fields.csv`, written by hand from the law; a method that shows such a field and has no row there fails.

use std::collections::BTreeSet;
use std::sync::Arc;

use client::{Answer, Client, Interface, On, Refused};
use nomenclature::{Actor, DeskCode, Role};
use proto::v1::{
    DeadlineKind, Demand, GetDemandAtDeskResponse, GetDemandResponse, GetSharedDemandResponse, HeldPiece,
    ListDeadlinesResponse, ListSharedDemandsResponse,
};
use register::{Clock as _, SystemClock};
use serde_json::{Value, json};
use server::Options;
use tests::cast::{self, NICE, STATE, STATE_LINE};
use uuid::Uuid;

use super::table;
use crate::in_process::Prepared;
use tests::stage::accounts::with_role;

const EXPECTED: &str = include_str!("matrix/fields.csv");

const SHOWN: &str = "SHOWN";
const MASKED: &str = "MASKED";
const DENIED: &str = "DENIED";
/// Neither there nor said to be kept: what no role may meet.
const LOST: &str = "LOST";

const TITLE: &str = "Avis de l'an passé";
const SENSITIVE_TITLE: &str = "Certificat du service";

/// What an answer is made of when it shows a field.
const FIELDS: &[(&str, &[&str])] = &[
    ("pieces", &["HeldPiece"]),
    ("deposits", &["OpenDeposit"]),
    ("handicap", &["Handicap"]),
    ("reasons", &["Reasons"]),
    ("dalo", &["Dalo", "DeadlineKind"]),
    ("favourable", &["Dalo"]),
    ("employer", &["Demand"]),
];

/// Whose agent, with an account of his own, has this role alone.
const COLUMNS: &[(&str, Role, &str)] = &[
    ("GUICHET", Role::DeskAgent, "732829320"),
    ("ATTRIBUTION", Role::AllocationAgent, "732829320"),
    ("CONSULTANT_SIMPLE", Role::ConsultantSimple, "732829320"),
    ("CONSULTANT_DEMANDE", Role::ConsultantDemande, "732829320"),
    ("CONSULTANT_SENSIBLE", Role::ConsultantSensible, "732829320"),
    ("GESTIONNAIRE", Role::TerritoryManager, "000090100"),
    ("ETAT_DALO", Role::StateService, "000005165"),
    ("MEDIATION", Role::ConsultantDemande, "000090126"),
    ("DPO", Role::DataProtectionOfficer, "732829320"),
    ("INFOCENTRE", Role::InfocentreReader, "732829320"),
    ("ASSISTANCE", Role::NationalSupport, "000090118"),
    ("AUDIT", Role::Auditor, "000090142"),
];

/// Those of the columns whom the cast lacks.
const OTHERS: &[(&str, &str, Option<&str>)] = &[
    ("GESTIONNAIRE", "000090100", Some("F0610")),
    ("PORTAIL", "000090118", Some("F0611")),
    ("MEDIATION", "000090126", None),
    ("AUDIT", "000090142", None),
    ("ACTION_LOGEMENT", "383474814", Some("F0612")),
];

/// A desk of Action Logement, and a firm that contributes.
const EMPLOYEES: &str = "383474814/F0612/agent-01";
const FIRM: &str = "00090200700012";

fn line((kind, siren, desk): (&str, &str, Option<&str>)) -> Value {
    let open = |code: &str| json!({"code": code, "name": "Accueil", "territory": "006", "opened_on": "2020-01-01"});
    let desks: Vec<Value> = desk.into_iter().map(open).collect();
    json!({"siren": siren, "name": format!("Organisme fictif {kind}"), "kind": kind, "territories": ["006"],
        "since": "2020-01-01", "desks": desks})
}

/// A piece with a title.
fn titled(piece_type: &str, label: &str) -> Value {
    let mut piece = cast::add_piece(piece_type);
    piece["add_piece"]["label"] = json!(label);
    piece
}

/// A demand with something of each class, its claim to housing decided in its favour or not at all.
async fn a_demand(client: &Client, nth: usize, favourable: bool) -> Answer {
    let (desk, state) = (Actor::parse(NICE).unwrap(), Actor::parse(STATE).unwrap());
    let mut form = cast::form(&cast::letters(nth), "Ana", "1990-02-28");
    form["reasons"] = json!({"reasons": ["12", "08"]});
    form["handicap"] = json!({"persons": [{"birth_date": "1990-02-28", "recognised": true, "motor": ["MI"]}]});
    let today = SystemClock.today().to_string();
    let mut answer = client.act(desk, Uuid::new_v4(), None, &cast::register(form)).await.unwrap();
    let mut acts = vec![
        (desk, titled("MOT-08", SENSITIVE_TITLE)),
        (desk, titled("TAX", TITLE)),
        (desk, json!({"deposit_piece": {"piece_type": "MOT-07", "label": SENSITIVE_TITLE, "deposited_on": today}})),
        (state, json!({"seise_dalo": {"seised_on": today, "route": "EXP"}})),
    ];
    if favourable {
        acts.push((state, json!({"decide_dalo": {"decided_on": today, "decision": "PRIORITY"}})));
    }
    for (actor, act) in acts {
        let number = answer.number.to_string();
        let on = Some(On { number: &number, etag: &answer.etag });
        answer = client.act(actor, Uuid::new_v4(), on, &act).await.unwrap();
    }
    answer
}

/// The demand of an employee of a contributing firm.
async fn an_employees(client: &Client) -> Answer {
    let mut act = cast::register(cast::form(&cast::letters(3), "Ana", "1990-02-28"));
    act["register"]["employer_siret"] = json!(FIRM);
    client.act(Actor::parse(EMPLOYEES).unwrap(), Uuid::new_v4(), None, &act).await.unwrap()
}

fn seen(shown: bool, masked: bool) -> &'static str {
    match (shown, masked) {
        (true, false) => SHOWN,
        (false, true) => MASKED,
        _ => LOST,
    }
}

fn of_a_demand(field: &str, demand: &Demand) -> &'static str {
    let masked = |path: &str| demand.masked_fields.iter().any(|masked| masked == path);
    let form = demand.form.clone().unwrap_or_default();
    match field {
        "pieces" => {
            assert_eq!(masked("pieces.open_type"), masked("pieces.label"));
            assert_eq!(demand.pieces.last().and_then(|piece| piece.label.as_deref()), Some(TITLE));
            seen(of_pieces(&demand.pieces) == SHOWN, masked("pieces.open_type"))
        }
        "deposits" => {
            let [deposit] = demand.deposits.as_slice() else { return LOST };
            assert_eq!((deposit.masked, deposit.masked), (masked("deposits.open_type"), masked("deposits.label")));
            let shown =
                [deposit.open_type.as_deref() == Some("MOT-07"), deposit.label.as_deref() == Some(SENSITIVE_TITLE)];
            assert!(deposit.masked || shown == [true; 2]);
            seen(shown != [false; 2], deposit.masked)
        }
        "handicap" => seen(form.handicap.is_some(), masked("form.handicap")),
        "reasons" => {
            let reasons = form.reasons.unwrap_or_default().reasons;
            assert!(reasons.contains(&"12".to_owned()), "what is not sensitive is shown");
            seen(reasons.contains(&"08".to_owned()), masked("form.reasons"))
        }
        "dalo" => seen(demand.dalo.is_some(), masked("dalo")),
        "employer" => seen(demand.employer_siret.as_deref() == Some(FIRM), false),
        "favourable" => seen(demand.dalo.as_ref().is_some_and(|dalo| dalo.status == "ACTIF"), false),
        other => panic!("{other} is a field of no demand"),
    }
}

fn of_pieces(pieces: &[HeldPiece]) -> &'static str {
    let [identity, sensitive, _] = pieces else { return LOST };
    assert_eq!((identity.open_type.as_deref(), identity.masked), (Some("ID"), false), "what is not sensitive is shown");
    let hidden = sensitive.open_type.is_none() && sensitive.label.is_none();
    let shown = sensitive.open_type.as_deref() == Some("MOT-08") && sensitive.label.as_deref() == Some(SENSITIVE_TITLE);
    seen(shown, sensitive.masked && hidden)
}

fn told<T>(answered: Result<T, Refused>) -> Option<T> {
    match answered {
        Ok(answer) => Some(answer),
        Err(Refused::Told(_)) => None,
        Err(other) => panic!("{other}"),
    }
}

/// What an actor sees of a field by a method.
async fn asked(client: &Client, actor: Actor, (method, field): (&str, &str), demand: &Answer) -> &'static str {
    let (number, position) = (demand.number.to_string(), demand.position);
    let one = json!({"number": number, "at_least_position": position});
    match method {
        "RegistrationService/GetDemand" => {
            let answer = told(client.call::<GetDemandResponse>(actor, method, &json!({"number": number})).await);
            answer.map_or(DENIED, |answer| of_a_demand(field, &answer.demand.unwrap()))
        }
        "RegistrationService/GetDemandAtDesk" => {
            let asked = json!({"number": number, "birth_date": "1990-02-28"});
            let answer = told(client.call::<GetDemandAtDeskResponse>(actor, method, &asked).await);
            answer.map_or(DENIED, |answer| of_a_demand(field, &answer.demand.unwrap()))
        }
        "SharedManagementService/GetSharedDemand" => {
            let answer = told(client.call::<GetSharedDemandResponse>(actor, method, &one).await);
            answer.map_or(DENIED, |answer| of_pieces(&answer.demand.unwrap().pieces))
        }
        "SharedManagementService/ListSharedDemands" => {
            let answer = told(client.call::<ListSharedDemandsResponse>(actor, method, &one).await);
            answer.map_or(DENIED, |answer| of_pieces(&answer.demands[0].pieces))
        }
        "SharedManagementService/ListDeadlines" => {
            let all = json!({"at_least_position": position, "page_size": 200});
            let kind = i32::from(DeadlineKind::DaloDecision);
            let Some(answer) = told(client.call::<ListDeadlinesResponse>(actor, method, &all).await) else {
                return DENIED;
            };
            let shown = answer.deadlines.iter().any(|deadline| deadline.kind == kind && deadline.number == number);
            let masked = answer.masked_kinds.contains(&kind);
            let by_name = json!({"kinds": ["DEADLINE_KIND_DALO_DECISION"]});
            let by_name = told(client.call::<ListDeadlinesResponse>(actor, method, &by_name).await);
            assert_eq!(by_name.is_none(), masked, "what is kept is refused to who asks for it by name");
            seen(shown, masked)
        }
        other => panic!("{other} is asked by nobody here"),
    }
}

/// Every method with every field that its answer can hold.
fn every_field() -> BTreeSet<[String; 2]> {
    let interface = Interface::new().unwrap();
    let methods = interface.methods().into_iter().map(|(method, _)| method);
    methods
        .flat_map(|method| {
            let answer = interface.answer_of(&method);
            let held = FIELDS.iter().filter(move |(_, made_of)| made_of.iter().any(|name| answer.contains(*name)));
            held.map(move |(field, _)| [method.clone(), (*field).to_owned()]).collect::<Vec<_>>()
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_42_every_role_sees_by_every_method_what_the_table_says_and_is_told_what_is_kept() {
    let expected = table::read(EXPECTED);
    assert_eq!(expected.keys().cloned().collect::<BTreeSet<_>>(), every_field(), "every field has its row");
    let roles: Vec<Role> = COLUMNS.iter().map(|(_, role, _)| *role).collect();
    assert!(Role::ALL.iter().all(|role| roles.contains(role)), "every role has its column");

    let prepared = Prepared::new(Arc::new(SystemClock)).await;
    let state = serde_json::from_str(STATE_LINE).unwrap();
    prepared.register.import_organisation(state).await.unwrap();
    for other in OTHERS {
        let line = serde_json::from_value(line(*other)).unwrap();
        prepared.register.import_organisation(line).await.unwrap();
    }
    let mut actors = Vec::new();
    for (column, role, organisation) in COLUMNS {
        let email = format!("{}@exemple.fr", column.to_lowercase());
        let mut actor = with_role(&prepared.register, organisation, &email, *role).await;
        if let (Role::DeskAgent, Actor::Agent { desk, .. }) = (role, &mut actor) {
            *desk = DeskCode::parse("G0601").ok();
        }
        actors.push((*column, actor));
    }
    let server = prepared.serve(Options::default()).await;
    let client = server.client();
    let undecided = a_demand(&client, 1, false).await;
    let favourable = a_demand(&client, 2, true).await;
    let employed = an_employees(&client).await;
    let mut wrong = Vec::new();
    for ([method, field], row) in &expected {
        let demand = match field.as_str() {
            "favourable" => &favourable,
            "employer" => &employed,
            _ => &undecided,
        };
        for (column, actor) in &actors {
            let told = asked(&client, *actor, (method, field), demand).await;
            if told != row[*column] {
                wrong.push(format!("{method} {field}: {column} is {told}, not {}", row[*column]));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    server.stops().await;
}
