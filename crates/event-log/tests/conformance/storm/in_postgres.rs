//! In PostgreSQL: real processes, sessions killed by an operator, a reader that counts.

use std::io::Write;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use event_log::{Command, Position, Receipt};
use sqlx::PgConnection;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::time::{Instant, MissedTickBehavior, interval};
use uuid::Uuid;

use super::{Dice, TASKS, Versions, call, settle};
use crate::world::{PgWorld, open, postgres};

const DATABASE: &str = "EVENT_LOG_STORM_DATABASE";
const STORM: Duration = Duration::from_secs(6);

/// One of the two processes: does nothing unless the storm has started it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn storm_process() {
    let Ok(url) = std::env::var(DATABASE) else { return };
    let log = open(&url.parse().expect("a database")).await;
    let end = Instant::now() + STORM;
    let versions: Versions = Arc::default();
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let (log, versions) = (log.clone(), Arc::clone(&versions));
            tokio::spawn(async move {
                let mut dice = Dice(task ^ u64::from(std::process::id()) << 20);
                let mut acknowledged: Vec<(Command, Receipt)> = Vec::new();
                while Instant::now() < end {
                    let told = |id, receipt: Receipt| say(&format!("ack {id} {} {}", receipt.first, receipt.last));
                    call(&log, &mut dice, &versions, &mut acknowledged, told).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no task saw a wrong answer");
    }
    say("done");
}

fn say(line: &str) {
    // One write a line: many threads speak at once. The test harness may leave the cursor behind its own words.
    let line = format!("\n{line}\n");
    std::io::stdout().lock().write_all(line.as_bytes()).expect("the parent listens");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_under_killed_sessions_give_one_gapless_log() {
    let world = postgres().await;
    let database = world.options.get_database().expect("a database").to_owned();
    let cluster = private_postgres::test_util::shared();
    let url = cluster.url(cluster.superuser(), &database);
    let acknowledged = Mutex::new(Vec::new());
    let over = AtomicBool::new(false);
    let processes = async {
        tokio::join!(storm_child(&url, &acknowledged), storm_child(&url, &acknowledged));
        over.store(true, Ordering::Relaxed);
    };
    let ((), kills, looks) = tokio::join!(processes, kill_until(&world, &over), look_until(&world, &over));
    let acknowledged = acknowledged.into_inner().expect("no panic before");
    eprintln!("{} commands acknowledged, {kills} sessions killed, {looks} looks", acknowledged.len());
    assert!(kills > 10 && looks > 10 && acknowledged.len() > 100);
    look(&mut world.superuser().await).await;
    settle(&world, &acknowledged).await;
}

async fn storm_child(url: &str, acknowledged: &Mutex<Vec<(Uuid, Receipt)>>) {
    let mut child = tokio::process::Command::new(std::env::current_exe().expect("this test"))
        .args(["storm::in_postgres::storm_process", "--exact", "--nocapture"])
        .env(DATABASE, url)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the process starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut done = false;
    while let Some(line) = lines.next_line().await.expect("read") {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["ack", id, first, last] => {
                let position = |text: &str| Position::try_new(text.parse().expect("a number")).expect("a position");
                let receipt = Receipt { first: position(first), last: position(last) };
                acknowledged.lock().expect("no panic before").push((id.parse().expect("an id"), receipt));
            }
            ["done"] => done = true,
            _ => {}
        }
    }
    assert!(done && child.wait().await.expect("ended").success(), "a process saw a wrong answer");
}

async fn kill_until(world: &PgWorld, over: &AtomicBool) -> i64 {
    let mut killer = world.superuser().await;
    let mut beat = interval(Duration::from_millis(60));
    let mut kills = 0;
    while !over.load(Ordering::Relaxed) {
        beat.tick().await;
        kills += sqlx::query_scalar::<_, i64>(
            "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity \
              WHERE application_name = 'sne_append' AND datname = current_database() ORDER BY random() LIMIT 1) AS one",
        )
        .fetch_one(&mut killer)
        .await
        .expect("the killer lives");
    }
    kills
}

async fn look_until(world: &PgWorld, over: &AtomicBool) -> u64 {
    let mut looker = world.superuser().await;
    // Often, but not as often as it can: the machine is there for the storm.
    let mut beat = interval(Duration::from_millis(3));
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut looks = 0;
    while !over.load(Ordering::Relaxed) {
        beat.tick().await;
        look(&mut looker).await;
        looks += 1;
    }
    looks
}

/// At every look, as many events as the highest position says, and the head says the same.
async fn look(looker: &mut PgConnection) {
    let (count, highest, head): (i64, i64, i64) = sqlx::query_as(
        "SELECT count(*), coalesce(max(position), 0), (SELECT position FROM log.head WHERE id = 1) FROM log.events",
    )
    .fetch_one(looker)
    .await
    .expect("the looker lives");
    assert_eq!((count, head), (highest, highest), "a hole was seen");
}
