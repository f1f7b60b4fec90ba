//! A server with few places and little patience on a database that somebody tampers with; its clock can be set.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use event_log::{Command, EventLog, NewEvent, Role, StreamAppend, StreamId, StreamType, connect};
use jiff::{Timestamp, ToSpan as _};
use register::{Budgets, Clock as _, Register, SetClock, SystemClock};
use serde_json::json;
use server::Options;
use sqlx::postgres::PgConnectOptions;
use tests::cast::{self, NICE};
use uuid::Uuid;

use super::client;
use crate::corpus::stage::request;
use crate::in_process::Prepared;

/// Runs the script of the provocations: the reasons that it was given.
pub async fn reasons() -> BTreeSet<String> {
    let now = SystemClock.now();
    let clock = Arc::new(SetClock::at(now));
    let prepared = Prepared::new(clock.clone()).await;
    for line in synth::SAMPLE_ORGANISATIONS.lines() {
        prepared.register.import_organisation(serde_json::from_str(line).unwrap()).await.unwrap();
    }
    let register = &prepared.register;
    let expired = long_ago(register, &clock, now, ("Autrefois", 420)).await;
    let not_renewed = not_renewed(register, &clock, now, ("Naguere", 450)).await;
    let erased = erased(register, &clock, now).await;
    let gone = self::not_renewed(register, &clock, now, ("Jadis", 600)).await;
    much_to_read(prepared.place.database.clone(), now).await;
    let options = Options {
        calls: 4,
        replays: 2,
        longest_call: Duration::from_secs(8),
        reader_patience: Duration::from_millis(500),
        budgets: Budgets { account: 1_000, longest_delay: Duration::from_millis(1), ..Budgets::default() },
        ..Options::default()
    };
    let server = prepared.serve(options).await;
    let (address, superuser, data_dir) = (server.address.clone(), server.superuser(), server.data_dir().to_owned());
    let told = tokio::task::spawn_blocking(move || {
        client((&address, 0), &data_dir, "provoke.py", &[&superuser, &expired, &not_renewed, &gone, &erased])
    });
    let told = told.await.unwrap();
    server.stops().await;
    told
}

/// The prefect's service, which keeps the renewals of the sample's territory.
const STATE: &str = "000005165/006P1/agent-01";

/// A demand of somebody that was registered so many days ago, more than a year, and never renewed.
async fn long_ago(register: &Register, clock: &SetClock, now: Timestamp, (surname, days): (&str, i64)) -> String {
    clock.set(now - (24 * days).hours());
    let act = cast::register(cast::form(surname, "Zoé", "1990-02-28"));
    let answer = register.execute(request(NICE, None, serde_json::from_value(act).unwrap())).await.unwrap();
    clock.set(now);
    answer.number.to_string()
}

/// A demand that left the register more than a year ago, and was erased.
async fn erased(register: &Register, clock: &SetClock, now: Timestamp) -> String {
    clock.set(now - (24 * 420).hours());
    let day = clock.today().to_string();
    let act = cast::register(cast::form("Effacee", "Ana", "1990-02-28"));
    let number = register.execute(request(NICE, None, serde_json::from_value(act).unwrap())).await.unwrap().number;
    let leaves = serde_json::from_value(cast::renounce(&day)).unwrap();
    register.execute(request(NICE, Some(number), leaves)).await.unwrap();
    clock.set(now);
    register.erase(number).await.unwrap();
    number.to_string()
}

/// A demand of [`long_ago`] that was radiated for it, its notice sent in time.
async fn not_renewed(register: &Register, clock: &SetClock, now: Timestamp, (surname, days): (&str, i64)) -> String {
    let number = long_ago(register, clock, now, (surname, days)).await;
    let stands = nomenclature::UniqueNumber::parse(&number).unwrap();
    let act = async |after: i64, act: serde_json::Value| {
        clock.set(now - (24 * (days - after)).hours());
        register.execute(request(STATE, Some(stands), serde_json::from_value(act).unwrap())).await.unwrap();
    };
    let sent_on = nomenclature::paris_day(now - (24 * (days - 320)).hours()).to_string();
    act(320, json!({"list_notice": {}})).await;
    act(320, json!({"record_notice_sent": {"sent_on": sent_on, "channel": "POST", "reference": "LOT 1"}})).await;
    act(400, json!({"radiate_not_renewed": {}})).await;
    clock.set(now);
    number
}

/// More than fits between a server and a reader who does not read.
async fn much_to_read(database: PgConnectOptions, now: Timestamp) {
    let writer = connect(database.clone(), Role::Writer, 2).await.unwrap();
    let log = EventLog::new(database, writer, event_log::Options::default());
    for n in 0..32 {
        let event = NewEvent {
            event_type: "Written".into(),
            schema_version: 1,
            effective_on: nomenclature::paris_day(now),
            payload: json!("x".repeat(250_000)).to_string(),
            sealed: Vec::new(),
        };
        let command = Command {
            id: Uuid::new_v4(),
            organisation: "org-1".into(),
            actor: "agent-1".into(),
            body_digest: [0; 32],
            recorded_at: now,
            streams: vec![StreamAppend {
                stream_type: StreamType::from_static("note"),
                stream: StreamId::parse("note-1".to_owned()).unwrap(),
                territory: None,
                expected_version: n,
                key: None,
                events: vec![event],
            }],
            claims: Vec::new(),
        };
        assert!(log.append(vec![command]).await.unwrap()[0].receipt().is_some());
    }
}
