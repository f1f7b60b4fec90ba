//! Several servers on one database, each a process of its own: what they share they share as one register.

use std::collections::BTreeSet;
use std::sync::Arc;

use client::{Client, On, Refused};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use nomenclature::{Actor, UniqueNumber};
use private_postgres::test_util::shared;
use proto::v1::ListSharedDemandsResponse;
use register::SystemClock;
use serde_json::{Value, json};
use tests::cast::{self, CANNES, NICE};
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
        let keys = tempfile::tempdir().unwrap();
        let (database, url) = world::new_database(shared());
        let register = world::open(&url, &keys.path().join("keys"), Arc::new(SystemClock)).await;
        world::bring_in_the_cast(&register).await;
        drop(register);
        let servers: Vec<Served> = (0..SERVERS).map(|_| Served::on(&url, keys.path())).collect();
        let clients = servers.iter().map(Served::client).collect();
        Self { database, servers, clients, _keys: keys }
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
