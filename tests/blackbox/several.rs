//! Several servers on one database, each a process of its own: what they share they share as one register.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use client::{Client, On, Refused};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use nomenclature::{Actor, Role, UniqueNumber};
use private_postgres::test_util::shared;
use proto::v1::{
    AdministerAgentResponse, Alert, ChangeSettingResponse, FindByIdentityResponse, ListAlertsResponse,
    ListSharedDemandsResponse,
};
use register::{Register, SystemClock};
use serde_json::{Value, json};
use tests::cast::{self, CANNES, NICE, STATE_LINE};
use tests::stage::accounts;
use tokio::task::JoinSet;
use uuid::Uuid;

use tests::stage::served::Served;
use tests::stage::world;

const SERVERS: usize = 3;

struct Several {
    database: String,
    servers: Vec<Served>,
    clients: Vec<Client>,
    // The keys, which all of them read.
    _keys: tempfile::TempDir,
}

impl Several {
    async fn start() -> Self {
        Self::start_after(async |_| ()).await.1
    }

    /// Once something was entered.
    async fn start_after<T>(entered: impl AsyncFnOnce(&Register) -> T) -> (T, Self) {
        let keys = tempfile::tempdir().unwrap();
        let (database, url) = world::new_database(shared());
        let register = world::open(&url, &keys.path().join("keys"), Arc::new(SystemClock)).await;
        world::bring_in_the_cast(&register).await;
        let entered = entered(&register).await;
        drop(register);
        let servers: Vec<Served> = (0..SERVERS).map(|_| Served::on(&url, keys.path())).collect();
        let clients = servers.iter().map(Served::client).collect();
        (entered, Self { database, servers, clients, _keys: keys })
    }

    /// The numbers of a view as one of the servers lists it, up to a position.
    async fn listed(&self, server: usize, at_least_position: i64) -> BTreeSet<String> {
        let (mut numbers, mut token) = (BTreeSet::new(), String::new());
        loop {
            let asked = json!({"pageSize": 200, "pageToken": token, "atLeastPosition": at_least_position.to_string()});
            let listed = self.clients[server].call(nice(), "SharedManagementService/ListSharedDemands", &asked).await;
            let page: ListSharedDemandsResponse = listed.unwrap();
            numbers.extend(page.demands.into_iter().map(|demand| demand.number));
            if page.next_page_token.is_empty() {
                return numbers;
            }
            token = page.next_page_token;
        }
    }
}

fn nice() -> Actor {
    Actor::parse(NICE).unwrap()
}

fn newcomer(n: usize) -> Value {
    let word = cast::letters(n);
    cast::register(cast::form(&format!("Voisin {word}"), &format!("Paul{word}"), "1975-06-07"))
}

/// The same act through every server at once, as the agent, with an id for each or one for all.
async fn at_once(
    several: &Several,
    actor: &str,
    act: &Value,
    ids: [Uuid; SERVERS],
) -> Vec<Result<client::Answer, Refused>> {
    let mut calls = JoinSet::new();
    for (client, id) in several.clients.iter().cloned().zip(ids) {
        let (actor, act) = (Actor::parse(actor).unwrap(), act.clone());
        calls.spawn(async move { client.act(actor, id, None, &act).await });
    }
    calls.join_all().await
}

#[tokio::test(flavor = "multi_thread")]
async fn several_servers_are_one_register() {
    let mut several = Several::start().await;
    let mut numbers: BTreeSet<UniqueNumber> = BTreeSet::new();
    let mut last = 0;
    // INV-06: one person, as many desks as servers, one demand.
    for n in 0..25 {
        let answers = at_once(&several, NICE, &newcomer(n), [(); SERVERS].map(|()| Uuid::new_v4())).await;
        let (accepted, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!(accepted.len(), 1, "{refused:?}");
        for refused in refused {
            let reason = refused.unwrap_err();
            assert_eq!(reason.reason(), Some("DUPLICATE_DEMAND"), "{reason:?}");
        }
        let answer = accepted.into_iter().next().unwrap().unwrap();
        assert!(numbers.insert(answer.number), "{} was given twice", answer.number);
        last = last.max(answer.position);
    }
    // One id is one command, whichever server it reaches.
    for n in 100..125 {
        let answers = at_once(&several, CANNES, &newcomer(n), [Uuid::new_v4(); SERVERS]).await;
        let answers: Vec<client::Answer> = answers.into_iter().map(Result::unwrap).collect();
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        assert!(numbers.insert(answers[0].number), "{} was given twice", answers[0].number);
        last = last.max(answers[0].position);
    }
    // One version is changed once.
    let (first, version) = first_of(&several, last).await;
    let mut calls = JoinSet::new();
    for client in &several.clients {
        let client = client.clone();
        let (number, etag) = (first.clone(), version.clone());
        let act = cast::add_piece("RES-SAL");
        calls.spawn(async move {
            let on = Some(On { number: &number, etag: &etag });
            client.act(nice(), Uuid::new_v4(), on, &act).await
        });
    }
    let answers = calls.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
    last = answers.iter().flatten().map(|answer| answer.position).max().unwrap();
    // Whoever asks another server than he wrote to sees what he wrote.
    let expected: BTreeSet<String> = numbers.iter().map(ToString::to_string).collect();
    for server in 0..SERVERS {
        assert_eq!(several.listed(server, last).await, expected, "server {server}");
    }
    // Each view has one owner. When a server is killed, whichever it was, another one folds on.
    for killed in [0, 1] {
        let served = &several.servers[killed];
        kill(Pid::from_raw(i32::try_from(served.id()).unwrap()), Signal::SIGKILL).unwrap();
        let act = newcomer(200 + killed);
        let answer = several.clients[SERVERS - 1].act(nice(), Uuid::new_v4(), None, &act).await.unwrap();
        assert!(numbers.insert(answer.number));
        let expected: BTreeSet<String> = numbers.iter().map(ToString::to_string).collect();
        assert_eq!(several.listed(SERVERS - 1, answer.position).await, expected, "after server {killed} was killed");
    }
    // Positions follow each other without a gap, and so do versions.
    let whole = "SELECT count(*) = max(position), count(*) = count(DISTINCT (stream, version)) FROM log.events";
    assert_eq!(shared().psql(&several.database, whole).unwrap(), "t|t");
    let alive = several.servers.pop().unwrap();
    alive.sne(&["doctor"]);
    alive.stops();
}

/// Number and version of the most senior demand, as a server lists it.
async fn first_of(several: &Several, at_least_position: i64) -> (String, String) {
    let asked = json!({"pageSize": 1, "atLeastPosition": at_least_position.to_string()});
    let listed = several.clients[1].call(nice(), "SharedManagementService/ListSharedDemands", &asked).await;
    let page: ListSharedDemandsResponse = listed.unwrap();
    (page.demands[0].number.clone(), page.demands[0].etag.clone())
}

/// Asks whether somebody who is not there has a demand: a file.
async fn look(client: &Client, who: Actor) -> Result<(), String> {
    let nobody = json!({"surname": "Personne", "given_names": "Ulysse", "birth_date": "1980-01-01"});
    let asked = client.call::<FindByIdentityResponse>(who, "RegistrationService/FindByIdentity", &nobody).await;
    asked.map(drop).map_err(|refused| refused.reason().unwrap_or_default().to_owned())
}

/// Looks until it comes to something; how long that took.
async fn until(client: &Client, who: Actor, comes: Result<(), &str>) -> Duration {
    let began = Instant::now();
    while look(client, who).await.as_ref().copied().map_err(String::as_str) != comes {
        assert!(began.elapsed() < Duration::from_secs(20), "it does not come to {comes:?}");
    }
    began.elapsed()
}

/// A second, and what the busiest machine takes beside.
const A_SECOND: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread")]
async fn a_threshold_counts_over_all_servers_within_a_second() {
    let ((manager, reader), several) = Several::start_after(async |register| {
        register.import_organisation(serde_json::from_str(STATE_LINE).unwrap()).await.unwrap();
        let manager = accounts::with_role(register, "000005165", "etat@exemple.fr", Role::TerritoryManager).await;
        (manager, accounts::with_role(register, "732829320", "lune@exemple.fr", Role::ConsultantSimple).await)
    })
    .await;
    let [first, second, third] = &several.clients[..] else { panic!("three servers") };
    let today = register::Clock::today(&SystemClock).to_string();
    for (name, value) in [("alert_files", 3), ("suspension_files", 12)] {
        let asked = json!({"request_id": Uuid::new_v4(), "name": name, "value": value, "valid_from": today});
        first.call::<ChangeSettingResponse>(manager, "TerritoryService/ChangeSetting", &asked).await.unwrap();
    }
    // No server sees more than two of the four by itself.
    for client in [first, second, first, second] {
        look(client, reader).await.unwrap();
    }
    let alerts = async || {
        let listed = third.call::<ListAlertsResponse>(manager, "AdministrationService/ListAlerts", &json!({})).await;
        listed.unwrap().alerts
    };
    let began = Instant::now();
    while alerts().await.is_empty() {
        assert!(began.elapsed() < Duration::from_secs(20), "nobody is told");
    }
    until(first, reader, Err("SUSPENDED")).await;
    for elsewhere in [second, third] {
        assert!(until(elsewhere, reader, Err("SUSPENDED")).await < A_SECOND);
    }
    let Actor::Agent { agent, .. } = reader else { panic!("an agent") };
    let [Alert { agent: told, suspended, threshold: 3, has_account: true, .. }] = &alerts().await[..] else {
        panic!("one alert for all servers")
    };
    assert_eq!((told.as_str(), suspended.as_deref()), (agent.as_str(), Some("VOLUME")));
    let asked = json!({"request_id": Uuid::new_v4(), "agent": agent, "resume": {}});
    second.call::<AdministerAgentResponse>(manager, "AdministrationService/AdministerAgent", &asked).await.unwrap();
    for client in &several.clients {
        assert!(until(client, reader, Ok(())).await < A_SECOND);
    }
}
