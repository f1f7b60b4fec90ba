//! Strangers who misuse the transport, each kind of them for a while, beside a desk that works: memory stays bounded, the desk
//! is answered, nothing is left behind, and no answer is a fault of the server. A whole lane holds the time of the desk's calls
//! to twice what they took just before, too.

use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use client::Client;
use nomenclature::Actor;
use private_postgres::test_util::shared;
use proto::v1::GetDemandResponse;
use register::SystemClock;
use serde_json::json;
use tests::cast::{self, NICE};
use tests::misuse::{Harm, Misuse};
use tests::stage::served::Served;
use tests::stage::world;
use tokio::process::Command;
use uuid::Uuid;

use crate::lane::{self, Lane};

/// Seconds of each kind.
const SECONDS: (usize, usize) = (1, 30);
/// Connections of the strangers at once.
const STRANGERS: usize = 8;
/// What the server may hold at most, whatever is done to it.
const MOST_KIB: usize = 512 * 1_024;
/// A whole lane's median of honest calls beside strangers, as a multiple of that just before.
const MOST_SLOWER: u32 = 2;
/// An honest call that takes longer is not answered.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn whoever_misuses_the_transport_harms_himself_alone() {
    let mut lane = Lane::begin("abuse");
    let folder = tempfile::tempdir().unwrap();
    let (_, url) = world::new_database(shared());
    world::bring_in_the_cast(&world::open(&url, &folder.path().join("keys"), Arc::new(SystemClock)).await).await;
    let served = Served::on(&url, folder.path());
    let desk = Desk::open(&served).await;
    let seconds = lane::either(SECONDS);
    let [calm, beside_them] =
        [seconds.min(10), seconds].map(|seconds| Duration::from_secs(seconds.try_into().unwrap()));
    let (files, mut memory) = (open_files(&served), served.resident_kib());
    for (nth, misuse) in Misuse::ALL.iter().enumerate() {
        let name = misuse.name();
        let usual = median(desk.works(calm).await);
        let strangers = strangers(&served.address, nth, seconds);
        let (took, harm) = tokio::select! {
            both = async { tokio::join!(desk.works(beside_them), strangers) } => both,
            () = grows(&served, &mut memory) => unreachable!(),
        };
        memory = memory.max(served.resident_kib());
        assert!(memory < MOST_KIB, "{name}: {memory} KiB");
        assert!(harm.sent > 0, "{name}: nothing was sent");
        let beside = median(took);
        if lane::is_full() {
            assert!(beside < MOST_SLOWER * usual, "{name}: a call takes {beside:?} beside it, {usual:?} before");
        }
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap();
        lane.counted(format!("{name}: a call before, median, us"), micros(usual));
        lane.counted(format!("{name}: a call beside it, median, us"), micros(beside));
        lane.counted(format!("{name}: sent"), harm.sent);
        lane.counted(format!("{name}: connections ended"), harm.ended);
    }
    // What the strangers had open is closed; a stranger who was cut off may come back like anybody.
    let until = Instant::now() + Duration::from_secs(60);
    while open_files(&served) > files + 4 {
        assert!(Instant::now() < until, "{} files are open, {files} before", open_files(&served));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let newcomer = Desk { client: Client::at(&served.address, &served.tokens).unwrap().within(PATIENCE), ..desk };
    newcomer.works(Duration::from_millis(100)).await;
    lane.counted("memory at most, KiB", memory);
    let log = served.stops();
    for word in ["panicked", "INTERNAL", "\"level\":\"ERROR\""] {
        assert!(!log.contains(word), "the server says {word}");
    }
    lane.held();
}

/// They misuse the transport for so many seconds, and come after everybody else on this machine, as if they were far away.
async fn strangers(address: &str, nth: usize, seconds: usize) -> Harm {
    let mut strangers = Command::new("nice");
    strangers.args(["-n", "19", env!("CARGO_BIN_EXE_strangers"), address]);
    strangers.args([nth, STRANGERS, seconds].map(|number| number.to_string()));
    let told = strangers.stdin(Stdio::null()).stderr(Stdio::inherit()).kill_on_drop(true).output().await.unwrap();
    assert!(told.status.success());
    serde_json::from_slice(&told.stdout).unwrap()
}

/// A desk that reads a demand over and over.
struct Desk {
    client: Client,
    actor: Actor,
    number: String,
}

impl Desk {
    async fn open(served: &Served) -> Self {
        let client = Client::at(&served.address, &served.tokens).unwrap().within(PATIENCE);
        let actor = Actor::parse(NICE).unwrap();
        let act = cast::register(cast::form("Lune", "Zoé", "1990-02-28"));
        let number = client.act(actor, Uuid::new_v4(), None, &act).await.unwrap().number.to_string();
        Self { client, actor, number }
    }

    /// How long each call took.
    async fn works(&self, time: Duration) -> Vec<Duration> {
        let (until, mut took) = (Instant::now() + time, Vec::new());
        while Instant::now() < until {
            let began = Instant::now();
            let asked = json!({"number": self.number});
            self.client
                .call::<GetDemandResponse>(self.actor, "RegistrationService/GetDemand", &asked)
                .await
                .unwrap_or_else(|refused| panic!("a desk is not answered: {refused}"));
            took.push(began.elapsed());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        took
    }
}

fn median(mut took: Vec<Duration>) -> Duration {
    took.sort();
    took.get(took.len() / 2).copied().unwrap_or_default()
}

async fn grows(served: &Served, memory: &mut usize) {
    loop {
        *memory = (*memory).max(served.resident_kib());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn open_files(served: &Served) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", served.id())).unwrap().count()
}
