//! Kill -9 under load: nothing acknowledged is lost, nothing is done twice, nothing appears that nobody asked for.
//!
//! Three kinds of process: this one with its database; the load with the ledger; workers, which hold the register and are
//! killed. A kill of processes keeps what the kernel holds: that a power cut loses nothing either rests on the settings
//! that the register insists on at its start, not on this test.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use client::Outcome;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use nomenclature::Actor;
use private_postgres::test_util::TestCluster;
use proto::v1::ListSharedDemandsResponse;
use register::{Depth, Register, StockReader, SystemClock};
use serde_json::json;
use tempfile::TempDir;
use tests::cast::NICE;
use tests::ledger::{Entry, Ledger};
use tests::stage::evidence::{self, Evidence};
use tests::stage::processes::{Load, Worker};
use tests::stage::served::Served;
use tests::stage::{checker, world};
use tests::wire::{Ack, Order, Reply};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::lane::{self, Lane};

/// Cycles of a short run and of a whole one, of the bus and of the server with its door: each kills the process, one of its
/// sessions, which makes the database end all of them and recover, and the postmaster.
const BUS_CYCLES: (usize, usize) = (2, 50);
const DOOR_CYCLES: (usize, usize) = (1, 50);
/// Acknowledgements between two kills.
const ACKS_BETWEEN: usize = 200;
/// Until a database that recovers says who is connected.
const RECOVERY: Duration = Duration::from_secs(30);

/// A database, a data folder, and what a load under kills came to there.
struct Scene {
    cluster: TestCluster,
    database: String,
    url: String,
    folder: TempDir,
    evidence: Evidence,
}

impl Scene {
    /// Kills a worker, then a session, then the postmaster, again and again under load; then lets everything settle.
    async fn of(worker: Worker, cycles: usize, lane: &mut Lane) -> Self {
        let cluster = TestCluster::start().unwrap();
        let (database, url) = world::new_database(&cluster);
        let folder = tempfile::tempdir().unwrap();
        let (keys, ledger) = (folder.path().join("keys"), folder.path().join("ledger.ndjson"));
        world::bring_in_the_cast(&world::open(&url, &keys, Arc::new(SystemClock)).await).await;

        let mut load = Load::start(worker, &url, &keys, &ledger, 1);
        for _ in 0..cycles {
            load.runs_until(load.acks() + ACKS_BETWEEN);
            load.kill_the_worker();
            load.runs_until(load.acks() + ACKS_BETWEEN);
            kill_a_session(&cluster, &database);
            load.runs_until(load.acks() + ACKS_BETWEEN);
            cluster.kill_postmaster();
            cluster.restart().unwrap();
        }
        load.runs_until(load.acks() + ACKS_BETWEEN);
        let told = load.stops();
        assert!(told.died_with.iter().any(|unanswered| *unanswered > 0), "no worker was killed under load");

        let evidence = Evidence::gather(&cluster, &database, Ledger::read(&ledger).unwrap());
        assert_eq!(checker::faults(&evidence), Vec::<String>::new());
        let hurt = evidence
            .ledger
            .iter()
            .filter(|entry| matches!(entry, Entry::Answer(Reply::Unknown { .. } | Reply::Failed { .. })))
            .count();
        assert!(hurt > 0, "no order was hurt by a postmaster that died under load");
        lane.counted("kills", cycles * 3);
        lane.counted("orders open when a worker died", told.died_with.iter().sum::<usize>());
        lane.counted("orders that failed on the way", hurt);
        lane.counted("events", evidence.head);
        Self { cluster, database, url, folder, evidence }
    }

    fn keys(&self) -> PathBuf {
        self.folder.path().join("keys")
    }
}

/// Kills a session of the register that the database draws.
fn kill_a_session(cluster: &TestCluster, database: &str) {
    let draw = format!(
        "SELECT pid FROM pg_stat_activity WHERE datname = '{database}' AND backend_type = 'client backend' \
         ORDER BY random() LIMIT 1"
    );
    let until = Instant::now() + RECOVERY;
    loop {
        // Just started, it may not let anybody in yet, and nobody may be there.
        let drawn = cluster.psql("postgres", &draw).ok().and_then(|pid| pid.parse().ok());
        if let Some(pid) = drawn
            && kill(Pid::from_raw(pid), Signal::SIGKILL).is_ok()
        {
            return;
        }
        assert!(Instant::now() < until, "nobody is connected");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_or_doubled_by_kills_under_load() {
    let mut lane = Lane::begin("kills_of_the_bus");
    let cycles = lane::either(BUS_CYCLES);
    let scene = Scene::of(Worker::Bus, cycles, &mut lane).await;
    let register = world::open(&scene.url, &scene.keys(), Arc::new(SystemClock)).await;
    let stock = StockReader::open(scene.url.parse().unwrap()).await.unwrap();
    let findings = register.examine(Depth::CrossRead, &stock, |_, _| ()).await.unwrap();
    assert!(findings.is_sound(), "{findings:?}");
    let repeated = every_ack_is_given_again(&register, &scene.evidence.ledger).await;
    assert!(repeated > cycles * ACKS_BETWEEN);
    lane.counted("acknowledgements given again", repeated);
    assert_eq!(register.reader().head().await.unwrap().get(), scene.evidence.head, "a repeat wrote something");
    lane.held();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_over_the_network_is_lost_or_doubled_by_kills_of_the_server_and_the_view_is_whole() {
    let mut lane = Lane::begin("kills_of_the_server");
    let scene = Scene::of(Worker::Door, lane::either(DOOR_CYCLES), &mut lane).await;
    let served = Served::on(&scene.url, scene.folder.path());
    let client = served.client();
    let acked = scene.evidence.ledger.iter().filter_map(|entry| match entry {
        Entry::Answer(Reply::Ack(ack)) => Some(ack),
        _ => None,
    });
    let orders = orders(&scene.evidence.ledger);
    for ack in acked {
        let outcome = client.outcome(orders[&ack.command_id].actor, ack.command_id).await.unwrap();
        let Outcome::Committed(again) = outcome else { panic!("{outcome:?} instead of {ack:?}") };
        assert_eq!(Ack::told(ack.command_id, &again), *ack);
    }
    // The view was cut short wherever the kills fell; its rows are read back through SQL, then built anew.
    let asked = json!({"at_least_position": scene.evidence.head, "page_size": 1});
    let listed: ListSharedDemandsResponse =
        client.call(Actor::parse(NICE).unwrap(), "SharedManagementService/ListSharedDemands", &asked).await.unwrap();
    assert_eq!(listed.position, scene.evidence.head);
    let running = evidence::view(&scene.cluster, &scene.database);
    assert!(running.lines().count() > 300, "{running}");
    served.sne(&["rebuild", "shared_management"]);
    assert!(evidence::view(&scene.cluster, &scene.database) == running, "the rebuild has other rows");
    served.stops();
    let log = std::fs::read_to_string(scene.folder.path().join("server.log")).unwrap();
    assert!(log.lines().count() > ACKS_BETWEEN, "{log}");
    for typed in ["Charge", "CHARGE", "Zo\u{e9}", "1990-02-28", "Lilas", "agent-0", "G0601"] {
        assert!(!log.contains(typed), "{typed} is logged");
    }
    lane.counted("rows of the view, equal to a rebuild", running.lines().count());
    lane.held();
}

/// The orders of a ledger, by command.
fn orders(ledger: &[Entry]) -> HashMap<Uuid, Order> {
    let intents = ledger.iter().filter_map(|entry| match entry {
        Entry::Intent(order) => Some((order.command_id, (**order).clone())),
        Entry::Answer(_) | Entry::Heard(_) => None,
    });
    intents.collect()
}

/// Sends every acknowledged command once more; each must get its first answer. Returns how many there were.
async fn every_ack_is_given_again(register: &Register, ledger: &[Entry]) -> usize {
    let orders = orders(ledger);
    let mut calls = JoinSet::new();
    let mut repeated = 0;
    for entry in ledger {
        match entry {
            Entry::Answer(Reply::Ack(first)) => {
                let (register, order, first) = (register.clone(), orders[&first.command_id].clone(), first.clone());
                calls.spawn(async move {
                    let answer = register.execute(order.request()).await;
                    assert_eq!(Reply::of(order.command_id, &answer), Reply::Ack(first));
                });
                repeated += 1;
            }
            Entry::Intent(_) | Entry::Answer(_) | Entry::Heard(_) => {}
        }
        if calls.len() >= 16 {
            calls.join_next().await.unwrap().unwrap();
        }
    }
    calls.join_all().await;
    repeated
}
