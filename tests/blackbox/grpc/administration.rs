//! Who may administer rights: every method of `AdministrationService`, asked by every role that the register knows.

use std::collections::BTreeSet;
use std::sync::Arc;

use client::{Client, Refused};
use nomenclature::{Actor, OrganisationKind, Role};
use proto::v1::{
    AdministerAgentResponse, AdministerOrganisationResponse, EnterAgentResponse, ListAlertsResponse,
    ListReadersResponse, ListRightsResponse, ListSuspensionsResponse,
};
use register::{Clock as _, SystemClock};
use serde_json::{Value, json};
use server::Options;
use tests::cast::TOULON;
use tests::stage::accounts::with_role;
use uuid::Uuid;

use crate::in_process::Prepared;
use crate::tidy::root;

const DONE: &str = "OK";
const NO_SERVICE: &str = "NOT_A_REGISTERING_SERVICE";
const NO_MANAGER: &str = "NOT_THE_MANAGER";
const NO_ACCOUNT: &str = "ACCOUNT_NEEDED";
const NO_DESK: &str = "UNKNOWN_DESK";
const NO_ORGANISATION: &str = "ORGANISATION_NOT_FOUND";
const NO_AGENT: &str = "AGENT_NOT_FOUND";

const METHODS: [&str; 7] = [
    "AdministerOrganisation",
    "EnterAgent",
    "AdministerAgent",
    "ListRights",
    "ListReaders",
    "ListAlerts",
    "ListSuspensions",
];

/// Written by hand. R441-2-5 II: the manager of the territory allots the access codes, or the prefect's service where he keeps
/// the management himself; INV-45: under an account of his own, which no user of a system has. Each with its SIREN and its
/// desk if that kind has any.
const EXPECTED: &[(&str, &str, Option<&str>, &str)] = &[
    ("HLM", "000090019", Some("R0601"), NO_MANAGER),
    ("SEM", "000090027", Some("R0602"), NO_MANAGER),
    ("SEM_DOM", "000090035", Some("R0603"), NO_MANAGER),
    ("ETAT", "000090043", Some("R0604"), NO_ACCOUNT),
    ("COLLECTIVITE", "000090050", Some("R0605"), NO_MANAGER),
    ("RESERVATAIRE", "000090068", Some("R0606"), NO_MANAGER),
    ("ACTION_LOGEMENT", "000090076", Some("R0607"), NO_MANAGER),
    ("SIAO", "000090084", Some("R0608"), NO_MANAGER),
    ("MANDATAIRE", "000090092", Some("R0609"), NO_MANAGER),
    ("GESTIONNAIRE", "000090100", Some("R0610"), NO_ACCOUNT),
    ("PORTAIL", "000090118", Some("R0611"), NO_MANAGER),
    ("MEDIATION", "000090126", None, NO_DESK),
    ("INFOCENTRE", "000090134", None, NO_SERVICE),
    ("AUDIT", "000090142", None, NO_SERVICE),
];

fn line(kind: &str, siren: &str, desk: Option<&str>) -> Value {
    let open = |code: &str| json!({"code": code, "name": "Accueil", "territory": "006", "opened_on": "2020-01-01"});
    let desks: Vec<Value> = desk.into_iter().map(open).collect();
    json!({"siren": siren, "name": format!("Organisme fictif {kind}"), "kind": kind, "territories": ["006"],
        "since": "2020-01-01", "desks": desks})
}

/// What is asked, well formed; each time anew.
fn question(method: &str, agent: &str, today: &str) -> Value {
    let request_id = Uuid::new_v4();
    match method {
        "AdministerOrganisation" => json!({"request_id": request_id, "siren": "000090019",
            "set_desk_contact": {"code": "R0601", "address": "1 rue fictive", "postal_code": "06300", "commune": "06088"}}),
        "EnterAgent" => json!({"request_id": request_id, "siren": "000090019", "desk": "R0601", "name": "Soleil Ana",
            "email": format!("{request_id}@exemple.fr")}),
        "AdministerAgent" => json!({"request_id": request_id, "agent": agent,
            "grant_role": {"role": "CONSULTANT_SIMPLE", "territories": ["006"], "from": today, "until": today}}),
        "ListRights" => json!({"within_days": 365}),
        "ListAlerts" | "ListSuspensions" => json!({}),
        _ => json!({"number": "0061126000001006A1"}),
    }
}

async fn asked(client: &Client, actor: Actor, method: &str, question: &Value) -> String {
    let path = format!("AdministrationService/{method}");
    let answered = match method {
        "AdministerOrganisation" => {
            client.call::<AdministerOrganisationResponse>(actor, &path, question).await.map(drop)
        }
        "EnterAgent" => client.call::<EnterAgentResponse>(actor, &path, question).await.map(drop),
        "AdministerAgent" => client.call::<AdministerAgentResponse>(actor, &path, question).await.map(drop),
        "ListRights" => client.call::<ListRightsResponse>(actor, &path, question).await.map(drop),
        "ListReaders" => client.call::<ListReadersResponse>(actor, &path, question).await.map(drop),
        "ListAlerts" => client.call::<ListAlertsResponse>(actor, &path, question).await.map(drop),
        "ListSuspensions" => client.call::<ListSuspensionsResponse>(actor, &path, question).await.map(drop),
        other => panic!("{other} is asked by nobody here"),
    };
    match answered {
        Ok(()) => DONE.to_owned(),
        Err(Refused::Told(told)) => told.reason,
        Err(other) => panic!("{method}: {other}"),
    }
}

async fn prepared() -> Prepared {
    let prepared = Prepared::new(Arc::new(SystemClock)).await;
    for (kind, siren, desk, _) in EXPECTED {
        let line = serde_json::from_value(line(kind, siren, *desk)).unwrap();
        prepared.register.import_organisation(line).await.unwrap();
    }
    prepared
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_45_the_manager_administers_rights_under_his_own_account_and_nobody_else_does() {
    let kinds: Vec<&str> = OrganisationKind::ALL.iter().map(|kind| kind.code()).collect();
    assert_eq!(EXPECTED.iter().map(|(kind, ..)| *kind).collect::<Vec<_>>(), kinds, "every role has its row");
    let proto = std::fs::read_to_string(root().join("proto/sne/v1/administration_service.proto")).unwrap();
    let methods = proto.lines().filter_map(|line| line.trim().strip_prefix("rpc ")?.split('(').next());
    assert_eq!(methods.collect::<BTreeSet<_>>(), METHODS.into_iter().collect(), "every method is asked");

    let prepared = prepared().await;
    let (register, today) = (&prepared.register, SystemClock.today().to_string());
    let manager = with_role(register, "000090100", "gestion@exemple.fr", Role::TerritoryManager).await;
    let state = with_role(register, "000090043", "etat@exemple.fr", Role::TerritoryManager).await;
    let consultant = with_role(register, "000090100", "lecture@exemple.fr", Role::ConsultantSimple).await;
    let Actor::Agent { agent, .. } = with_role(register, "000090019", "lune@exemple.fr", Role::AllocationAgent).await
    else {
        panic!("an agent was entered");
    };
    let server = prepared.serve(Options::default()).await;
    let client = server.client();
    let of_a_kind = EXPECTED.iter().map(|(_, siren, desk, expected)| {
        let actor = format!("{siren}/{}/agent-01", desk.unwrap_or("-"));
        (Actor::parse(&actor).unwrap(), [*expected; 7])
    });
    let others = [
        (manager, [DONE; 7]),
        (state, [DONE; 7]),
        (consultant, ["ROLE_MISSING"; 7]),
        // Of another territory: whoever is not there does not exist.
        (
            Actor::parse(TOULON).unwrap(),
            [NO_ORGANISATION, NO_ORGANISATION, NO_AGENT, NO_MANAGER, NO_MANAGER, NO_MANAGER, NO_MANAGER],
        ),
    ];
    for (actor, expected) in of_a_kind.chain(others) {
        for (method, expected) in METHODS.into_iter().zip(expected) {
            let told = asked(&client, actor, method, &question(method, agent.as_str(), &today)).await;
            assert_eq!(told, expected, "{actor}: {method}");
        }
    }
    server.stops().await;
}

/// A list goes on where it ended, for the same caller and question alone; what is wrong is told field by field.
#[tokio::test(flavor = "multi_thread")]
async fn rights_are_told_page_by_page_with_names_and_wrong_requests_by_their_fields() {
    let prepared = prepared().await;
    let manager = with_role(&prepared.register, "000090100", "gestion@exemple.fr", Role::TerritoryManager).await;
    for email in ["a@exemple.fr", "b@exemple.fr"] {
        with_role(&prepared.register, "000090019", email, Role::AllocationAgent).await;
    }
    let server = prepared.serve(Options::default()).await;
    let client = server.client();
    let list = async |asked: Value| {
        client.call::<ListRightsResponse>(manager, "AdministrationService/ListRights", &asked).await
    };
    let (mut token, mut emails) = (String::new(), BTreeSet::new());
    for page in 1..=3 {
        let found = list(json!({"page_size": 1, "page_token": token})).await.unwrap();
        assert_eq!(found.rights.len(), 1);
        emails.extend(found.rights.into_iter().map(|right| right.email));
        token = found.next_page_token;
        assert_eq!(token.is_empty(), page == 3, "page {page}");
        if page == 1 {
            let other = list(json!({"page_size": 1, "page_token": token, "within_days": 300})).await;
            let Err(Refused::Told(told)) = other else { panic!("a token of another question") };
            assert_eq!(told.reason, "INVALID_PAGE_TOKEN");
        }
    }
    assert_eq!(emails, ["a@exemple.fr", "b@exemple.fr", "gestion@exemple.fr"].map(str::to_owned).into());

    let request_id = Uuid::new_v4();
    for (method, wrong) in [
        ("AdministerOrganisation", json!({"siren": "000090019", "resume": {}})),
        ("AdministerOrganisation", json!({"request_id": request_id, "siren": "000090018", "resume": {}})),
        ("AdministerOrganisation", json!({"request_id": request_id, "siren": "000090019"})),
        ("AdministerOrganisation", json!({"request_id": request_id, "siren": "000090019", "suspend": {"reason": "X"}})),
        ("AdministerAgent", json!({"request_id": request_id, "agent": "a@b.fr", "review_rights": {}})),
        ("AdministerAgent", json!({"request_id": request_id, "agent": "a", "grant_role": {"role": "CHEF"}})),
        ("ListRights", json!({"within_days": -1})),
        ("ListReaders", json!({"number": "006"})),
        ("ListAlerts", json!({"page_size": -1})),
        ("ListSuspensions", json!({"page_size": -1})),
    ] {
        assert_eq!(asked(&client, manager, method, &wrong).await, "INVALID_FORM", "{method} {wrong}");
    }
    server.stops().await;
}
