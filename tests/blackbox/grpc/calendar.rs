//! Deadlines over the network on days that can be chosen: the last minute of a delay, and a delay that a territory shortens.

use std::sync::Arc;

use client::{Answer, Client, On, Refused};
use jiff::Timestamp;
use nomenclature::Actor;
use register::SetClock;
use serde_json::{Value, json};
use server::Options;
use tests::cast::{self, ANTIBES, CANNES, NICE, STATE, STATE_LINE, TOULON};
use uuid::Uuid;

use crate::in_process::{InProcess, Prepared};

const MANAGER: &str = "000005173/G06M1/agent-08";
const MANAGER_LINE: &str = r#"{"siren":"000005173","name":"Gestionnaire fictif","kind":"GESTIONNAIRE","territories":["006"],"since":"2020-01-01","desks":[{"code":"G06M1","name":"Nice","territory":"006","opened_on":"2020-01-01"}]}"#;

struct Stage {
    clock: Arc<SetClock>,
    server: InProcess,
    client: Client,
}

impl Stage {
    async fn new() -> Self {
        let clock = Arc::new(SetClock::at(instant("2026-11-27T09:00:00Z")));
        let prepared = Prepared::new(clock.clone()).await;
        for line in [STATE_LINE, MANAGER_LINE] {
            prepared.register.import_organisation(serde_json::from_str(line).unwrap()).await.unwrap();
        }
        let server = prepared.serve(Options::default()).await;
        let client = server.client();
        Self { clock, server, client }
    }

    async fn act(&self, who: &str, on: Option<&Answer>, act: Value) -> Answer {
        let number = on.map(|on| on.number.to_string()).unwrap_or_default();
        let on = on.map(|on| On { number: &number, etag: &on.etag });
        self.client.act(actor(who), Uuid::new_v4(), on, &act).await.unwrap()
    }

    /// Days and whether something is to be done, of one kind.
    async fn told(&self, who: &str, kind: &str, position: i64, due_only: bool) -> Vec<(String, bool, u32)> {
        let kind = format!("DEADLINE_KIND_{kind}");
        let asked = json!({"kinds": [kind], "due_only": due_only, "at_least_position": position, "page_size": 1});
        let listed = self.client.deadlines(actor(who), &asked).await.unwrap();
        assert!(listed.position >= position);
        listed.rows.into_iter().map(|row| (row.due_on, row.due, row.days_overdue)).collect()
    }
}

fn actor(text: &str) -> Actor {
    Actor::parse(text).unwrap()
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn newcomer(surname: &str) -> Value {
    cast::register(cast::form(surname, "Zoé", "1990-02-28"))
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_11_a_certificate_is_in_time_until_midnight_in_paris_and_alerts_from_then_on() {
    let stage = Stage::new().await;
    let answer = stage.act(NICE, None, newcomer("Attente")).await;
    let position = answer.position;
    stage.clock.set(instant("2026-12-27T22:59:59Z"));
    assert_eq!(stage.told(STATE, "CERTIFICATE", position, false).await, [("2026-12-27".to_owned(), false, 0)]);
    assert!(stage.told(STATE, "CERTIFICATE", position, true).await.is_empty());
    stage.clock.set(instant("2026-12-27T23:00:00Z"));
    let late = [("2026-12-27".to_owned(), true, 1)];
    assert_eq!(stage.told(STATE, "CERTIFICATE", position, true).await, late);
    assert_eq!(stage.told(ANTIBES, "CERTIFICATE", position, false).await, late);
    let issued = json!({"issue_certificate": {"issued_on": "2026-12-28", "channel": "POST"}});
    let issued = stage.act(NICE, Some(&answer), issued).await;
    assert!(stage.told(STATE, "CERTIFICATE", issued.position, false).await.is_empty());
    stage.server.stops().await;
}

/// Nothing was rewritten for it: the same rows tell another day as soon as the territory decides.
#[tokio::test(flavor = "multi_thread")]
async fn inv_38_a_delay_that_a_territory_shortens_brings_every_deadline_forward_from_its_day_on() {
    let stage = Stage::new().await;
    let answer = stage.act(NICE, None, newcomer("Depot")).await;
    let answer = stage.act(ANTIBES, Some(&answer), json!({"deposit_piece": {"piece_type": "TAX"}})).await;
    let position = answer.position;
    assert_eq!(stage.told(NICE, "STORAGE", position, false).await, [("2026-12-12".to_owned(), false, 0)]);
    let change = json!({"change_setting": {"name": "piece_storage_days", "value": 7, "valid_from": "2026-12-01"}});
    stage.client.set_territory(actor(STATE), Uuid::new_v4(), &change).await.unwrap();
    assert_eq!(stage.told(NICE, "STORAGE", position, false).await, [("2026-12-12".to_owned(), false, 0)], "not yet");
    stage.clock.set(instant("2026-12-06T09:00:00Z"));
    assert_eq!(stage.told(NICE, "STORAGE", position, true).await, [("2026-12-04".to_owned(), true, 2)]);
    stage.server.stops().await;
}

/// Role by method, written by hand from R441-2-6: who reads a demand of a territory reads its lists, and nobody else's exist.
#[tokio::test(flavor = "multi_thread")]
async fn inv_43_the_lists_of_a_territory_are_for_those_who_read_its_demands() {
    let stage = Stage::new().await;
    let here = stage.act(NICE, None, newcomer("Ici")).await;
    let position = here.position;
    let there = json!({"register": {"territory": "083", "form": {
        "identity": cast::form("Ici", "Zoé", "1990-02-28")["identity"],
        "contact": cast::form("Ici", "Zoé", "1990-02-28")["contact"],
        "family": {"situations": ["C"]}, "housing": {"kinds": ["CPE"]}, "reasons": {"reasons": ["12"]},
        "sought": {"dwelling_types": ["T2"], "communes": ["83137"], "extended": false}},
        "identity_piece": {"piece_type": "ID", "sha256": "a".repeat(64)}}});
    let there = stage.act(TOULON, None, there).await;
    let reason = |refused: Refused| refused.reason().unwrap_or_default().to_owned();
    for (who, expected) in [
        (NICE, Ok(())),
        (CANNES, Ok(())),
        (ANTIBES, Ok(())),
        (STATE, Ok(())),
        (MANAGER, Ok(())),
        (TOULON, Err("DEMAND_NOT_FOUND")),
        ("000090001/-/auditeur-01", Err("UNKNOWN_ORGANISATION")),
    ] {
        let asked = json!({"territory": "006", "at_least_position": position});
        let expected = expected.map_err(str::to_owned);
        let answers = [
            stage.client.deadlines(actor(who), &asked).await.map(drop),
            stage.client.late_radiations(actor(who), &asked).await.map(drop),
            stage.client.elsewhere(actor(who), here.number, position).await.map(drop),
        ];
        for answer in answers {
            assert_eq!(answer.map_err(reason), expected, "{who}");
        }
    }
    let found = stage.client.elsewhere(actor(NICE), here.number, there.position).await.unwrap();
    let [elsewhere] = found.rows.as_slice() else { panic!("one demand elsewhere") };
    assert_eq!((elsewhere.number.as_str(), elsewhere.territory.as_str()), (there.number.to_string().as_str(), "083"));
    let late = json!({"attribute": {"decided_on": "2026-11-27"}});
    let attributed = stage.act(CANNES, Some(&here), late).await;
    stage.clock.set(instant("2026-12-07T09:00:00Z"));
    let asked = json!({"min_age_days": 10, "at_least_position": attributed.position, "page_size": 1});
    let late = stage.client.late_radiations(actor(STATE), &asked).await.unwrap().rows;
    assert_eq!((late.len(), late[0].age_days, late[0].known[0].organisation.as_str()), (1, 10, "552032534"));
    stage.server.stops().await;
}
