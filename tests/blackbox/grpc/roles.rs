//! Who may read figures: every method of `InfocentreService`, asked by every role that the register knows.

use std::collections::BTreeSet;
use std::sync::Arc;

use client::{Client, Refused};
use nomenclature::{Actor, OrganisationKind};
use proto::v1::{CompareFiguresResponse, GetSeriesResponse, GetTableResponse};
use register::SystemClock;
use serde_json::{Value, json};
use server::Options;
use tests::cast::TOULON;
use tonic::Code;

use crate::in_process::Prepared;
use crate::tidy::root;

/// What is asked, well formed.
fn questions() -> [(&'static str, Value); 3] {
    let cell = json!({"place": "006", "month": "2026-01"});
    [
        (
            "GetSeries",
            json!({"measures": ["MEASURE_STOCK"], "place": "FRA", "from_month": "2026-01", "to_month": "2026-02"}),
        ),
        ("GetTable", json!({"measure": "MEASURE_STOCK", "dimension": "DIMENSION_COMMUNE", "cell": cell})),
        ("CompareFigures", json!({"measure": "MEASURE_STOCK", "first": cell, "second": cell})),
    ]
}

const ANSWERED: &str = "OK";
const NO_SERVICE: &str = "NOT_A_REGISTERING_SERVICE";
const NOBODY: &str = "UNKNOWN_ORGANISATION";
const NO_DESK: &str = "UNKNOWN_DESK";
const CLOSED: &str = "DESK_CLOSED";

/// Written by hand. Figures name nobody, so every service of the register reads those of every place, of its own territory or
/// not, and whoever takes part to read statistics and nothing else. An auditor proves the log; the secretariat of the
/// commission of mediation has no part yet. Each with its SIREN, its desk if that kind has any, and GetSeries, GetTable,
/// CompareFigures.
const EXPECTED: &[(&str, &str, Option<&str>, [&str; 3])] = &[
    ("HLM", "000090019", Some("R0601"), [ANSWERED, ANSWERED, ANSWERED]),
    ("SEM", "000090027", Some("R0602"), [ANSWERED, ANSWERED, ANSWERED]),
    ("SEM_DOM", "000090035", Some("R0603"), [ANSWERED, ANSWERED, ANSWERED]),
    ("ETAT", "000090043", Some("R0604"), [ANSWERED, ANSWERED, ANSWERED]),
    ("COLLECTIVITE", "000090050", Some("R0605"), [ANSWERED, ANSWERED, ANSWERED]),
    ("RESERVATAIRE", "000090068", Some("R0606"), [ANSWERED, ANSWERED, ANSWERED]),
    ("ACTION_LOGEMENT", "000090076", Some("R0607"), [ANSWERED, ANSWERED, ANSWERED]),
    ("SIAO", "000090084", Some("R0608"), [ANSWERED, ANSWERED, ANSWERED]),
    ("MANDATAIRE", "000090092", Some("R0609"), [ANSWERED, ANSWERED, ANSWERED]),
    ("GESTIONNAIRE", "000090100", Some("R0610"), [ANSWERED, ANSWERED, ANSWERED]),
    ("PORTAIL", "000090118", Some("R0611"), [ANSWERED, ANSWERED, ANSWERED]),
    ("MEDIATION", "000090126", None, [NO_DESK, NO_DESK, NO_DESK]),
    ("INFOCENTRE", "000090134", None, [ANSWERED, ANSWERED, ANSWERED]),
    ("AUDIT", "000090142", None, [NO_SERVICE, NO_SERVICE, NO_SERVICE]),
];

/// Callers who are no role, or not where they say; and a service of another territory than the one asked about.
const OTHERS: &[(&str, [&str; 3])] = &[
    ("000090159/R0601/agent-01", [NOBODY, NOBODY, NOBODY]),
    ("000090019/R0602/agent-01", [NO_DESK, NO_DESK, NO_DESK]),
    ("000090019/-/agent-01", [NO_DESK, NO_DESK, NO_DESK]),
    ("000090134/R0601/agent-01", [NO_DESK, NO_DESK, NO_DESK]),
    ("000090142/R0601/agent-01", [NO_DESK, NO_DESK, NO_DESK]),
    ("000090019/R0699/agent-01", [CLOSED, CLOSED, CLOSED]),
    (TOULON, [ANSWERED, ANSWERED, ANSWERED]),
];

/// The line that enters an organisation of a kind; a desk of the first one is closed.
fn line(kind: &str, siren: &str, desk: Option<&str>) -> String {
    let open = |code: &str| json!({"code": code, "name": "Accueil", "territory": "006", "opened_on": "2020-01-01"});
    let mut desks: Vec<Value> = desk.into_iter().map(open).collect();
    if kind == "HLM" {
        let mut closed = open("R0699");
        closed["closed_on"] = "2021-01-01".into();
        desks.push(closed);
    }
    json!({"siren": siren, "name": format!("Organisme fictif {kind}"), "kind": kind, "territories": ["006"],
        "since": "2020-01-01", "desks": desks})
    .to_string()
}

async fn asked(client: &Client, actor: Actor, method: &str, question: &Value) -> (String, Option<Code>) {
    let path = format!("InfocentreService/{method}");
    let answered = match method {
        "GetSeries" => client.call::<GetSeriesResponse>(actor, &path, question).await.map(drop),
        "GetTable" => client.call::<GetTableResponse>(actor, &path, question).await.map(drop),
        "CompareFigures" => client.call::<CompareFiguresResponse>(actor, &path, question).await.map(drop),
        other => panic!("{other} is asked by nobody here"),
    };
    match answered {
        Ok(()) => (ANSWERED.to_owned(), None),
        Err(Refused::Told(told)) => (told.reason, Some(told.code)),
        Err(other) => panic!("{method}: {other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_reads_the_figures_that_are_for_it_by_every_method_and_no_others() {
    let kinds: Vec<&str> = OrganisationKind::ALL.iter().map(|kind| kind.code()).collect();
    assert_eq!(EXPECTED.iter().map(|(kind, ..)| *kind).collect::<Vec<_>>(), kinds, "every role has its row");
    let proto = std::fs::read_to_string(root().join("proto/sne/v1/infocentre_service.proto")).unwrap();
    let methods = proto.lines().filter_map(|line| line.trim().strip_prefix("rpc ")?.split('(').next());
    let questions = questions();
    assert_eq!(
        methods.collect::<BTreeSet<_>>(),
        questions.iter().map(|(method, _)| *method).collect(),
        "every method is asked"
    );

    let prepared = Prepared::new(Arc::new(SystemClock)).await;
    for (kind, siren, desk, _) in EXPECTED {
        let line = serde_json::from_str(&line(kind, siren, *desk)).unwrap();
        prepared.register.import_organisation(line).await.unwrap();
    }
    let server = prepared.serve(Options::default()).await;
    let client = server.client();
    let of_a_role = EXPECTED
        .iter()
        .map(|(_, siren, desk, expected)| (format!("{siren}/{}/agent-01", desk.unwrap_or("-")), expected));
    let others = OTHERS.iter().map(|(actor, expected)| ((*actor).to_owned(), expected));
    for (caller, expected) in of_a_role.chain(others) {
        let actor = Actor::parse(&caller).unwrap();
        for ((method, question), expected) in questions.iter().zip(expected) {
            let (told, code) = asked(&client, actor, method, question).await;
            assert_eq!(told, *expected, "{caller}: {method}");
            assert_eq!(code, (told != ANSWERED).then_some(Code::PermissionDenied), "{caller}: {method}");
        }
    }
    server.stops().await;
}
