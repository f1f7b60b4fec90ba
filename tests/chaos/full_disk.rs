//! A disk that fills up under load, with the database, its log, the keys and the log of the server on it: nothing that was
//! acknowledged is lost, nothing that failed is done twice, and everything goes on when there is room again.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use private_postgres::test_util::TestCluster;
use register::SystemClock;
use tests::ledger::{Entry, Ledger};
use tests::stage::disk::{NO_MOUNT, SmallDisk};
use tests::stage::evidence::Evidence;
use tests::stage::processes::{Load, Worker};
use tests::stage::{checker, world};
use tests::wire::Reply;

use crate::lane::{self, Lane};

/// How often the disk fills up in a short run and in a whole one.
const TIMES: (usize, usize) = (1, 6);
/// Acknowledgements before it does, and after it had room again.
const ACKS: usize = 200;
/// Orders that are answered with a failure before there is room again: fewer than are under way at once.
const FAILURES: usize = 12;
/// What is left when the disk is full, by turns: nothing, so that tables cannot grow; and not quite one more segment of the
/// write-ahead log.
const LEFT: [u64; 2] = [0, 4 << 20];
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_disk_fills_up_and_all_goes_on_when_there_is_room() {
    let Some(disk) = SmallDisk::mount() else { return eprintln!("{NO_MOUNT}") };
    let mut lane = Lane::begin("full_disk");
    let bounds = [("max_wal_size", "48MB"), ("min_wal_size", "32MB")];
    let cluster = TestCluster::start_in(disk.path().to_owned(), &bounds).unwrap();
    let (database, url) = world::new_database(&cluster);
    let keys = disk.path().join("data/keys");
    std::fs::create_dir(disk.path().join("data")).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let ledger = elsewhere.path().join("ledger.ndjson");
    world::bring_in_the_cast(&world::open(&url, &keys, Arc::new(SystemClock)).await).await;

    let mut load = Load::start(Worker::Door, &url, &keys, &ledger, 6);
    load.runs_until(ACKS);
    let (times, mut crashes) = (lane::either(TIMES), 0);
    for time in 0..times {
        let failed = failures(&ledger);
        disk.fill(LEFT[time % LEFT.len()]);
        let until = Instant::now() + PATIENCE;
        while failures(&ledger) < failed + FAILURES {
            assert!(Instant::now() < until, "nothing fails on a full disk");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        disk.has_room();
        // Whoever keeps the database starts it again, when it could not even recover.
        if kill(Pid::from_raw(cluster.postmaster_pid()), None) == Err(Errno::ESRCH) {
            crashes += 1;
        }
        cluster.restart().unwrap();
        load.runs_until(load.acks() + ACKS);
    }
    let told = load.stops();
    assert!(told.died_with.is_empty(), "the server died of a full disk");

    let evidence = Evidence::gather(&cluster, &database, Ledger::read(&ledger).unwrap());
    assert_eq!(checker::faults(&evidence), Vec::<String>::new());
    lane.counted("times that the disk was full", times);
    lane.counted("orders that failed then", failures(&ledger));
    lane.counted("times that the database had to be started again", crashes);
    lane.counted("events", evidence.head);
    lane.held();
}

/// Orders that were answered with a failure, so far.
fn failures(ledger: &Path) -> usize {
    let text = std::fs::read_to_string(ledger).unwrap();
    // The last line may be under way.
    let entries = text.lines().filter_map(|line| serde_json::from_str(line).ok());
    let failed = |entry: &Entry| matches!(entry, Entry::Answer(Reply::Unknown { .. }));
    entries.filter(failed).count()
}
