//! What the log of a server says of those who are refused: lines for machines, in one zone, and nobody's name.

use std::sync::Arc;

use client::{Client, Refused, Tokens};
use jiff::Timestamp;
use nomenclature::Actor;
use private_postgres::test_util::shared;
use proto::v1::{GetDemandResponse, RecordAttributionResponse};
use register::{Clock as _, SystemClock};
use serde_json::{Value, json};
use tests::cast::{self, ANTIBES, NICE};
use tests::stage::served::Served;
use tests::stage::world;
use uuid::Uuid;

fn reason<T>(answer: Result<T, Refused>) -> String {
    match answer {
        Err(Refused::Told(told)) => told.reason,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was answered"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_refused_stands_in_the_log_with_the_reason_and_unnamed() {
    let folder = tempfile::tempdir().unwrap();
    let (_, url) = world::new_database(shared());
    let place = folder.path().join("keys");
    world::bring_in_the_cast(&world::open(&url, &place, Arc::new(SystemClock)).await).await;
    let served = Served::on(&url, folder.path());
    let client = served.client();
    let desk = Actor::parse(NICE).unwrap();
    let registered = cast::register(cast::form("Lune", "Zoé", "1990-02-28"));
    let number = client.act(desk, Uuid::new_v4(), None, &registered).await.unwrap().number.to_string();

    let began = SystemClock.now();
    let forged = "x.y.z";
    let stranger = Client::at(&served.address, &Tokens::from(|_| Some("x.y.z".to_owned()))).unwrap();
    let (read, attribute) = ("RegistrationService/GetDemand", "RegistrationService/RecordAttribution");
    let forgery = stranger.call::<GetDemandResponse>(desk, read, &json!({"number": number})).await;
    let decided = json!({"request_id": Uuid::new_v4(), "number": number, "attribution": {"decided_on": "2026-01-02"}});
    let commune = Actor::parse(ANTIBES).unwrap();
    let usurped = client.call::<RecordAttributionResponse>(commune, attribute, &decided).await;
    let refused = [(read, reason(forgery)), (attribute, reason(usurped))];
    assert_eq!((refused[0].1.as_str(), refused[1].1.as_str()), ("CREDENTIAL_INVALID", "NOT_A_LESSOR"));
    let log = served.stops();
    for (method, reason) in refused {
        let line = log.lines().find(|line| line.contains(&reason)).unwrap_or_else(|| panic!("{reason}: {log}"));
        let line: Value = serde_json::from_str(line).unwrap();
        let when = line["timestamp"].as_str().unwrap();
        assert!(when.ends_with('Z') && when.parse::<Timestamp>().unwrap() >= began, "{when}");
        assert_eq!(line["method"], format!("/sne.v1.{method}"));
        assert_eq!((&line["reason"], &line["message"]), (&json!(reason), &json!("call")));
    }
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no line for machines: {line}"));
        assert!(line["timestamp"].is_string() && line["level"].is_string(), "{line}");
    }
    for kept in [forged, number.as_str(), "Lune", "agent-01"] {
        assert!(!log.contains(kept), "{kept}");
    }
}
