//! Failover: a primary that dies while sessions that wait for the standby are cancelled and terminated, the standby in its
//! place, and the dead one back again. What was acknowledged stands in the log of whoever is the primary.

mod pair;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use event_log::{Command, Error, EventLog, NewEvent, Options, Role, Standby, StreamAppend, StreamId, StreamType};
use private_postgres::test_util::TestCluster;
use register::{Clock as _, SystemClock};
use sqlx::postgres::PgConnectOptions;
use tests::ledger::{Entry, Ledger};
use tests::stage::evidence::{self, Evidence};
use tests::stage::processes::{Load, Worker};
use tests::stage::served::Served;
use tests::stage::{checker, world};
use tests::wire::Reply;
use uuid::Uuid;

use crate::lane::{self, Lane};
use pair::{Pair, Storm};

const CYCLES: (usize, usize) = (1, 20);
/// Acknowledgements before each failover, half of them under a storm of cancelled waits.
const ACKS_BETWEEN: usize = 60;
/// Waits that are ended while the standby is away.
const UNTOLD: i64 = 4;

/// A command that only the old primary had.
#[derive(Debug)]
struct Lost {
    id: Uuid,
    organisation: String,
    /// The number that it gave, when it was a registration.
    number: Option<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_by_a_failover_while_waits_for_the_standby_are_ended() {
    let mut lane = Lane::begin("failover");
    let cycles = lane::either(CYCLES);
    let mut pair = Pair::start();
    let (database, _) = world::new_database(&pair.primary);
    let folder = tempfile::tempdir().unwrap();
    let url = pair.address(&database);
    std::fs::write(folder.path().join("sne.toml"), "[database]\nsynchronous_standby = \"on\"\n").unwrap();
    let (keys, ledger) = (folder.path().join("keys"), folder.path().join("ledger.ndjson"));
    world::bring_in_the_cast(&world::open(&url, &keys, Arc::new(SystemClock)).await).await;

    let mut load = Load::start(Worker::Door, &url, &keys, &ledger, 1);
    let mut ended = 0;
    let mut lost = Vec::new();
    for _ in 0..cycles {
        load.runs_until(load.acks() + ACKS_BETWEEN / 2);
        let storm = Storm::over(&pair.primary);
        load.runs_until(load.acks() + ACKS_BETWEEN / 2);
        // Without the standby nothing is acknowledged; what waits is ended, and committed all the same.
        pair.standby.kill_postmaster();
        let (before, head) = (storm.ended(), head(&pair.primary, &database));
        while storm.ended() < before + UNTOLD || self::head(&pair.primary, &database) == head {
            std::thread::yield_now();
        }
        ended += storm.ended();
        pair.primary.kill_postmaster();
        load.kill_the_worker();
        let (old, kept) = pair.fail_over(|promoted| commands(promoted, &database));
        old.restart().unwrap();
        let tail = only_there(&commands(&old, &database), &kept);
        it_acknowledges_nothing(&old, &database, &tail).await;
        lost.extend(tail);
    }
    load.runs_until(load.acks() + ACKS_BETWEEN);
    load.stops();

    let evidence = Evidence::gather(&pair.primary, &database, Ledger::read(&ledger).unwrap());
    assert_eq!(checker::faults(&evidence), Vec::<String>::new());
    let given: HashMap<&str, Uuid> = evidence
        .events
        .iter()
        .filter(|row| row.stream_type == "demand" && row.version == 1)
        .map(|row| (row.stream.as_str(), row.command_id))
        .collect();
    let numbers: Vec<&String> = lost.iter().filter_map(|lost| lost.number.as_ref()).collect();
    for number in &numbers {
        assert!(!given.contains_key(number.as_str()), "number {number} was given again");
    }
    let unknown = |entry: &&Entry| matches!(entry, Entry::Answer(Reply::Unknown { .. } | Reply::Failed { .. }));
    lane.counted("failovers", cycles);
    lane.counted("waits for the standby ended from outside", ended);
    lane.counted("commands that only the old primary had, none of them acknowledged", lost.len());
    lane.counted("numbers among them, none of them given again", numbers.len());
    lane.counted("orders whose outcome was unknown on the way", evidence.ledger.iter().filter(unknown).count());
    lane.counted("events", evidence.head);

    let served = Served::on(&url, folder.path());
    pair.view_has_come_to(&database, "shared_management", evidence.head);
    let running = evidence::view(&pair.primary, &database);
    served.sne(&["rebuild", "shared_management"]);
    assert!(evidence::view(&pair.primary, &database) == running, "the rebuild has other rows");
    served.stops();
    lane.counted("rows of the view, equal to a rebuild", running.lines().count());
    lane.held();
}

fn head(server: &TestCluster, database: &str) -> String {
    server.psql(database, "SELECT position FROM log.head").unwrap()
}

/// Every command that a server has, a line each.
fn commands(server: &TestCluster, database: &str) -> String {
    const COMMANDS: &str = "SELECT position, command_id, organisation, CASE WHEN version = 1 THEN stream END \
         FROM log.events WHERE body_digest IS NOT NULL ORDER BY 1";
    server.psql(database, COMMANDS).unwrap()
}

/// The commands that the old primary has, and the new one had not before anybody wrote there.
fn only_there(old: &str, new: &str) -> Vec<Lost> {
    let kept: HashSet<&str> = new.lines().collect();
    let lost = old.lines().filter(|line| !kept.contains(line)).map(|line| {
        let fields: Vec<&str> = line.split('|').collect();
        let number = Some(fields[3].to_owned()).filter(|number| !number.is_empty());
        Lost { id: fields[1].parse().unwrap(), organisation: fields[2].to_owned(), number }
    });
    let lost: Vec<Lost> = lost.collect();
    assert!(!lost.is_empty(), "the failover lost nothing: the storm was none");
    lost
}

/// The old primary is back, with what it committed and nobody else has, and no standby follows it.
async fn it_acknowledges_nothing(old: &TestCluster, database: &str, tail: &[Lost]) {
    let options: PgConnectOptions = old.url(world::LOGIN, database).parse().unwrap();
    let readers = event_log::connect(options.clone(), Role::Writer, 4).await.unwrap();
    let patience = Duration::from_secs(1);
    let asked = Options { standby: Standby::Synchronous, patience, ..Options::default() };
    let log = EventLog::new(options, readers, asked);
    let _storm = Storm::over(old);
    for lost in tail.iter().take(1) {
        assert!(log.reader().receipt(&lost.organisation, lost.id).await.unwrap().is_some(), "{lost:?}");
        let told = log.receipt(&lost.organisation, lost.id).await;
        assert!(matches!(told, Err(Error::OutcomeUnknown { .. })), "{lost:?} is called committed: {told:?}");
    }
    let told = log.append(vec![note()]).await;
    assert!(matches!(told, Err(Error::OutcomeUnknown { .. })), "{told:?}");
}

/// Something to be written that no other room of the register looks at.
fn note() -> Command {
    Command {
        id: Uuid::new_v4(),
        organisation: "operator".into(),
        actor: "operator".into(),
        body_digest: [0; 32],
        recorded_at: SystemClock.now(),
        streams: vec![StreamAppend {
            stream_type: StreamType::from_static("note"),
            stream: StreamId::parse("note-of-the-old-primary").unwrap(),
            territory: None,
            expected_version: 0,
            key: None,
            events: vec![NewEvent {
                event_type: "Written".into(),
                schema_version: 1,
                effective_on: SystemClock.today(),
                payload: "{}".into(),
                sealed: Vec::new(),
            }],
        }],
        claims: Vec::new(),
    }
}
