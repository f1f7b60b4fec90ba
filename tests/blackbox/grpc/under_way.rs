//! Calls that are under way when their caller leaves, or when the server is told to stop.

use std::sync::Arc;
use std::time::{Duration, Instant};

use client::{Client, Outcome};
use nomenclature::Actor;
use private_postgres::test_util::shared;
use register::SystemClock;
use serde_json::Value;
use server::Options;
use tests::cast::{self, NICE};
use tests::stage::held::Held;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::in_process::{InProcess, Prepared};

const PATIENCE: Duration = Duration::from_secs(60);

async fn serve(options: Options) -> (InProcess, Client) {
    let server = Prepared::new(Arc::new(SystemClock)).await.serve(options).await;
    let client = server.client();
    (server, client)
}

fn nice() -> Actor {
    Actor::parse(NICE).unwrap()
}

fn newcomer(n: usize) -> Value {
    cast::register(cast::form(&format!("Venu {}", cast::letters(n)), "Zoé", "1990-02-28"))
}

fn sent(client: &Client, id: Uuid, n: usize) -> JoinHandle<Result<client::Answer, client::Refused>> {
    let client = client.clone();
    tokio::spawn(async move { client.act(nice(), id, None, &newcomer(n)).await })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_act_goes_on_when_its_caller_leaves_and_its_outcome_can_be_asked() {
    let (server, client) = serve(Options::default()).await;
    let mut held = Held::of(&server.superuser()).await;
    let id = Uuid::new_v4();
    let call = sent(&client, id, 0);
    held.until_waited_for_by(1).await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    let before = client.outcome(nice(), id).await.unwrap();
    assert!(matches!(before, Outcome::NotCommittedAsOf(_)), "{before:?}");
    held.let_go().await;
    // Nobody sends it again.
    let until = Instant::now() + PATIENCE;
    loop {
        match client.outcome(nice(), id).await.unwrap() {
            Outcome::Committed(answer) => break assert_eq!(answer.etag, "v2"),
            _ => assert!(Instant::now() < until, "the act was lost with its caller"),
        }
    }
    server.stops().await;
}

/// Callers that leave at any moment leave nothing half done, and no session that the next one stumbles over.
#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_callers_who_leave_harms_nobody() {
    let (server, client) = serve(Options::default()).await;
    let mut left = 0;
    let ids: Vec<Uuid> = (0..200).map(|_| Uuid::new_v4()).collect();
    for (n, id) in ids.iter().enumerate() {
        let patience = Duration::from_micros(u64::try_from(n * 53 % 9_000).unwrap());
        let act = newcomer(n);
        // Dropped when its time is over, wherever it is.
        let call = client.act(nice(), *id, None, &act);
        left += usize::from(tokio::time::timeout(patience, call).await.is_err());
    }
    assert!(left > 50, "only {left} callers left");
    // The same acts again: each is done exactly once, whatever became of its first caller.
    for (n, id) in ids.iter().enumerate() {
        client.act(nice(), *id, None, &newcomer(n)).await.unwrap();
    }
    let counted = "SELECT count(*), count(DISTINCT command_id) FROM log.events WHERE event_type = 'Registered' \
         AND stream_type = 'demand'";
    assert_eq!(shared().psql(&server.database, counted).unwrap(), "200|200");
    server.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_stop_a_server_lets_calls_under_way_end_with_their_answer() {
    let (server, client) = serve(Options::default()).await;
    let mut held = Held::of(&server.superuser()).await;
    let call = sent(&client, Uuid::new_v4(), 0);
    held.until_waited_for_by(1).await;
    let address = server.address.clone();
    let stopping = server.told_to_stop();
    let refused = async {
        while std::net::TcpStream::connect(&address).is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, refused).await.expect("no new connection is taken");
    assert!(!stopping.is_finished(), "it waits for the call");
    held.let_go().await;
    assert_eq!(call.await.unwrap().unwrap().etag, "v2");
    stopping.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_never_ends_does_not_keep_a_server_from_stopping() {
    let short = Duration::from_millis(100);
    let (server, client) = serve(Options { drain: short, lame_duck: short, ..Options::default() }).await;
    let mut held = Held::of(&server.superuser()).await;
    let call = sent(&client, Uuid::new_v4(), 0);
    held.until_waited_for_by(1).await;
    tokio::time::timeout(PATIENCE, server.told_to_stop()).await.expect("the drain has a bound").unwrap().unwrap();
    call.abort();
    held.let_go().await;
}
