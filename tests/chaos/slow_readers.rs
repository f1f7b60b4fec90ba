//! Auditors who read slowly, or never, while others write: memory stays flat, no transaction stays open for them, writers go
//! on, and the server sends them away by its own bounds.

mod reader;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use client::Client;
use nomenclature::Actor;
use private_postgres::test_util::shared;
use proto::v1::ReplayLogResponse;
use register::{Register, SystemClock};
use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection};
use tests::cast::{self, NICE};
use tests::ledger::{Entry, Ledger};
use tests::stage::checker;
use tests::stage::evidence::Evidence;
use tests::stage::served::Served;
use tests::stage::sne::Place;
use tests::stage::world;
use tests::wire::{Order, Reply};
use uuid::Uuid;

use self::reader::Reader;
use crate::crowd::Crowd;
use crate::lane::{self, Lane};

/// Demands in the log before anybody reads.
const DEMANDS: (usize, usize) = (600, 6_000);
/// Orders of those who write meanwhile.
const ORDERS: (usize, usize) = (300, 4_000);
/// How long a reader may take nothing.
const PATIENCE: (usize, usize) = (3, 20);
/// Places of the server, for two organisations half of them each; more readers come than there are.
const PLACES: usize = 16;
const READERS: usize = 40;
/// What the slow ones take: an auditor over a very bad line.
const BYTES_A_SECOND: usize = 1_024;
/// What memory may grow by, whatever the readers do.
const MOST_GROWTH_KIB: usize = 64 * 1_024;
/// No session is inside a transaction for longer, or the database could not tidy up behind it.
const LONGEST_TRANSACTION: f64 = 5.0;

const OPEN_FOR: &str = "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::float8 \
     FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
     AND backend_type = 'client backend' AND (backend_xmin IS NOT NULL OR state = 'idle in transaction')";

#[tokio::test(flavor = "multi_thread")]
async fn readers_who_take_nothing_cost_nobody_anything() {
    let mut lane = Lane::begin("slow_readers");
    let folder = tempfile::tempdir().unwrap();
    let (database, url) = world::new_database(shared());
    let written = {
        let register = world::open(&url, &folder.path().join("keys"), Arc::new(SystemClock)).await;
        world::bring_in_the_cast(&register).await;
        fill(&register, lane::either(DEMANDS)).await
    };
    let patience = lane::either(PATIENCE);
    let place = Place { data_dir: folder.path().to_owned(), database_url: Some(url) };
    let bounds = ["--replays", &PLACES.to_string(), "--reader-patience", &format!("{patience}s")];
    let served = Served::start(place, &bounds);
    let whole = served.client();
    let read_before = read_all(&whole).await;
    let path = folder.path().join("ledger.ndjson");
    let mut crowd = Crowd::at(&served.address, &served.tokens, &path, 7);
    crowd.remembers(&written);
    crowd.runs(lane::either(ORDERS) / 4).await;
    let before = served.resident_kib();

    let (mut slow, mut stuck, mut refused) = (Vec::new(), Vec::new(), 0);
    let pace = Arc::new(AtomicUsize::new(BYTES_A_SECOND));
    for n in 0..READERS {
        let method = ["ReplayLog", "FollowLog"][n / 2 % 2];
        match Reader::begin(&served, auditor(n % 2), method).await {
            Ok(reader) if n / 4 % 2 == 0 => stuck.push(reader),
            Ok(reader) => slow.push(tokio::spawn(reader.takes(Arc::clone(&pace)))),
            Err(reason) => {
                assert_eq!(reason, "TOO_MANY_REPLAYS");
                refused += 1;
            }
        }
    }
    assert_eq!((stuck.len() + slow.len(), refused), (PLACES, READERS - PLACES));

    let mut seen = Seen { of: &served, superuser: superuser(&database).await, memory: before, open_for: 0.0 };
    let began = Instant::now();
    tokio::select! {
        () = crowd.runs(lane::either(ORDERS)) => {}
        () = seen.looks() => {}
    }
    let wrote_for = began.elapsed();
    // Nobody took enough for so long: their places are free, though their connections are there.
    let until = Instant::now() + Duration::from_secs(5 * u64::try_from(patience).unwrap() + 10);
    loop {
        let mut others = Vec::new();
        for n in 0..PLACES {
            others.extend(Reader::begin(&served, auditor(n % 2), "ReplayLog").await);
        }
        if others.len() == PLACES {
            break;
        }
        assert!(Instant::now() < until, "who reads nothing keeps his place: {} are free", others.len());
        seen.look().await;
    }
    pace.store(1 << 30, Ordering::Relaxed);
    for reader in slow {
        assert_eq!(reader.await.unwrap().as_deref(), Some("READER_TOO_SLOW"));
    }
    seen.look().await;
    let (memory, open_for) = (seen.memory, seen.open_for);
    assert!(memory < before + MOST_GROWTH_KIB, "{before} KiB before, {memory} KiB at most");
    assert!(open_for < LONGEST_TRANSACTION, "a transaction was open for {open_for} s");
    lane.counted("readers with a place", PLACES);
    lane.counted("readers sent away", refused);
    lane.counted("bytes of the log", read_before);
    lane.counted("orders settled meanwhile", crowd.settled.len());
    lane.counted("seconds for them", wrote_for.as_secs());
    lane.counted("memory before, KiB", before);
    lane.counted("memory at most, KiB", memory);
    lane.counted("longest transaction, ms", (open_for * 1_000.0).round());
    drop(stuck);
    let evidence = Evidence::gather(shared(), &database, Ledger::read(&path).unwrap());
    assert_eq!(checker::faults(&evidence), Vec::<String>::new());
    assert!(read_all(&whole).await > read_before);
    served.stops();
    lane.held();
}

fn auditor(n: usize) -> Actor {
    Actor::parse(["000090001/-/agent-05", "000090019/-/agent-07"][n]).unwrap()
}

/// Enters the auditors, and so many demands: what a ledger says of them.
async fn fill(register: &Register, demands: usize) -> Vec<Entry> {
    for n in 0..2 {
        let siren = auditor(n).organisation_code().to_owned();
        let line = json!({
            "siren": siren, "name": "Auditeur fictif", "kind": "AUDIT", "territories": ["006"],
            "since": "2020-01-01", "desks": []
        });
        register.import_organisation(serde_json::from_value(line).unwrap()).await.unwrap();
    }
    let order = |n| Order {
        command_id: Uuid::new_v4(),
        version: None,
        again: false,
        actor: Actor::parse(NICE).unwrap(),
        number: None,
        act: serde_json::from_value(newcomer(n)).unwrap(),
    };
    let orders: Vec<Order> = (0..demands).map(order).collect();
    let answers = register.submit_many(orders.iter().map(Order::request).collect()).await.unwrap();
    let entries = orders.into_iter().zip(answers).flat_map(|(order, answer)| {
        let reply = Reply::of(order.command_id, &answer);
        [Entry::Intent(Box::new(order)), Entry::Answer(reply)]
    });
    entries.collect()
}

fn newcomer(n: usize) -> Value {
    cast::register(cast::form(&format!("Fonds {}", cast::letters(n)), "Zoé", "1990-02-28"))
}

/// Reads the whole log as quickly as it comes: its bytes.
async fn read_all(client: &Client) -> usize {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        match client.stream::<ReplayLogResponse>(auditor(0), "AuditService/ReplayLog", &json!({})).await {
            Ok(pages) => {
                let events = pages.iter().flat_map(|page| &page.events);
                break events.map(|event| event.payload.len() + event.sealed.len()).sum();
            }
            Err(refused) => assert!(Instant::now() < until, "{refused}"),
        }
    }
}

async fn superuser(database: &str) -> PgConnection {
    let options: PgConnectOptions = shared().url(shared().superuser(), database).parse().unwrap();
    options.connect().await.unwrap()
}

/// The worst that was seen.
struct Seen<'a> {
    of: &'a Served,
    superuser: PgConnection,
    memory: usize,
    /// How long a transaction was open, in seconds.
    open_for: f64,
}

impl Seen<'_> {
    async fn look(&mut self) {
        self.memory = self.memory.max(self.of.resident_kib());
        let open_for: f64 = sqlx::query_scalar(OPEN_FOR).fetch_one(&mut self.superuser).await.unwrap();
        self.open_for = self.open_for.max(open_for);
    }

    async fn looks(&mut self) {
        loop {
            self.look().await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
