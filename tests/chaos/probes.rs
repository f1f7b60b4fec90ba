//! Random questions of everybody about everything, across three territories, over the network and inside: nothing of a foreign
//! one comes back, not even that it is there. Whatever is asked about a thing that is foreign is asked about one that nobody ever
//! had, too, and has the same answer. Within a territory the same holds of a local authority and of demands for a commune that it
//! has nothing to do with.
//!
//! What is foreign to whom is what this world wrote down when it entered them. `PROBE_SEED=n` asks others, `PROBE=n` one of them.

mod accounts;
mod door;
mod inside;
mod place;
mod questions;
mod subject;
mod verdict;
mod world;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use bytes::Bytes;
use client::Interface;
use prost::Message as _;
use proto::v1;
use register::{Clock as _, SystemClock};
use serde_json::{Value, json};
use tests::dice::Dice;
use tests::stage::served::Served;
use tokio::task::JoinSet;
use tonic::Code;

use self::door::{Doors, Told};
use self::questions::{Carried, Question, Questions};
use self::world::World;
use crate::lane::{self, Lane};

/// Questions over the network, and to the register inside, of a short run and of a whole one.
const OVER_THE_NETWORK: (usize, usize) = (1_500, 120_000);
const INSIDE: (usize, usize) = (3_000, 900_000);
const SEED: u64 = 20_261_126;
const CONNECTIONS: usize = 8;
/// Of so many callers one keeps page tokens.
const KEEPERS: usize = 4;
/// Questions at once.
const AT_ONCE: usize = 32;
/// An answer may differ from another for what came between them: then both are asked for again.
const TRIES: usize = 10;
/// What is told to whom something is none of his business.
const OF_RIGHTS: [Code; 3] = [Code::PermissionDenied, Code::NotFound, Code::ResourceExhausted];

/// What became of the questions.
struct Tally {
    began: Instant,
    foreign: AtomicU64,
    outside: AtomicU64,
    answered: AtomicU64,
    refused: AtomicU64,
    braked: AtomicU64,
    /// Methods by which somebody was answered, or refused for something else than his rights.
    heard: Mutex<BTreeSet<String>>,
}

impl Tally {
    fn new() -> Arc<Self> {
        let [foreign, outside, answered, refused, braked] = Default::default();
        Arc::new(Self { began: Instant::now(), foreign, outside, answered, refused, braked, heard: Mutex::default() })
    }

    fn count(&self, counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn told(&self, lane: &mut Lane, how: &str, asked: usize) {
        lane.counted(format!("{how}: probes"), asked);
        lane.counted(format!("{how}: seconds"), self.began.elapsed().as_secs());
        for (what, counter) in [
            ("about what is foreign", &self.foreign),
            ("about what is for another commune", &self.outside),
            ("answered", &self.answered),
            ("refused", &self.refused),
        ] {
            lane.counted(format!("{how}: {what}"), counter.load(Ordering::Relaxed));
        }
        let count = |counter: &AtomicU64| usize::try_from(counter.load(Ordering::Relaxed)).unwrap();
        assert!(count(&self.foreign) > asked / 4 && count(&self.answered) > asked / 20, "{how}: who was asked?");
        assert!(count(&self.outside) > asked / 500, "{how}: who was asked about other communes?");
        assert_eq!(count(&self.braked), 0, "{how}: nobody looked at too much");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_43_random_questions_across_territories_bring_nothing_foreign_and_never_tell_that_it_is_there() {
    let mut lane = Lane::begin("probes");
    let number = |name: &str| std::env::var(name).ok().and_then(|number| number.parse().ok());
    let seed = number("PROBE_SEED").unwrap_or(SEED);
    let alone = number("PROBE").and_then(|nth| usize::try_from(nth).ok());
    let world = Arc::new(World::enter().await);
    let served = Served::on(&world.url, world.folder.path());
    let network = Arc::new(Network::open(&world, &served).await);

    let methods: BTreeSet<String> = network.interface.methods().into_iter().map(|(method, _)| method).collect();
    let tally = Tally::new();
    let asked = lane::either(OVER_THE_NETWORK);
    let over_the_network = {
        let (network, tally) = (Arc::clone(&network), Arc::clone(&tally));
        move |nth| {
            let (network, tally) = (Arc::clone(&network), Arc::clone(&tally));
            async move { network.probe(seed, nth, &tally).await }
        }
    };
    if let Some(nth) = alone {
        over_the_network(nth).await;
        let told = inside::probe(&world, dice(seed, nth), &tally).await;
        return told.unwrap_or_else(|why| panic!("seed {seed}, probe {nth} inside: {why}"));
    }
    many(asked, over_the_network).await;
    tally.told(&mut lane, "over the network", asked);
    let heard = tally.heard.lock().unwrap().clone();
    lane.counted("over the network: methods by which somebody was heard", heard.len());
    if lane::is_full() {
        let methods = methods.into_iter().filter(|method| method != questions::ENDLESS).collect();
        assert_eq!(heard, methods, "by every method somebody is heard whose business it is");
    }
    let log = served.stops();
    for word in ["panicked", "INTERNAL", "\"level\":\"ERROR\""] {
        assert!(!log.contains(word), "the server says {word}");
    }

    let (tally, asked) = (Tally::new(), lane::either(INSIDE));
    let counted = Arc::clone(&tally);
    many(asked, move |nth| {
        let (world, tally) = (Arc::clone(&world), Arc::clone(&counted));
        async move {
            let told = inside::probe(&world, dice(seed, nth), &tally).await;
            told.unwrap_or_else(|why| panic!("seed {seed}, probe {nth} inside: {why}"));
        }
    })
    .await;
    tally.told(&mut lane, "inside", asked);
    lane.held();
}

/// The dice of a question: the same whoever else asks meanwhile.
fn dice(seed: u64, nth: usize) -> Dice {
    let nth = u64::try_from(nth).unwrap();
    Dice::new(seed ^ nth.wrapping_mul(0xD1B5_4A32_D192_ED03)).others()
}

/// Asks so many questions, some at once.
async fn many<F: Future<Output = ()> + Send + 'static>(
    asked: usize,
    probe: impl Fn(usize) -> F + Clone + Send + Sync + 'static,
) {
    let (next, mut crowd) = (Arc::new(AtomicUsize::new(0)), JoinSet::new());
    for _ in 0..AT_ONCE {
        let (next, probe) = (Arc::clone(&next), probe.clone());
        crowd.spawn(async move {
            loop {
                let nth = next.fetch_add(1, Ordering::Relaxed);
                if nth >= asked {
                    return;
                }
                probe(nth).await;
            }
        });
    }
    crowd.join_all().await;
}

/// A server, and those who ask it.
struct Network {
    world: Arc<World>,
    doors: Doors,
    interface: Interface,
    questions: Questions,
}

impl Network {
    /// Everything can be asked from now on: the views hold what was entered, and everybody has page tokens of his own.
    async fn open(world: &Arc<World>, served: &Served) -> Self {
        let doors = Doors::of(&served.address, &served.tokens, CONNECTIONS);
        let interface = Interface::new().unwrap();
        let questions = Questions::written(SystemClock.today());
        questions.cover(&interface);
        let mut network = Self { world: Arc::clone(world), doors, interface, questions };
        let desk = world.callers.iter().position(|caller| caller.actor == world.places[0].services[0].user()).unwrap();
        let head = world.register.reader().head().await.unwrap().get();
        for list in ["ListSharedDemands", "ListDeadlines"] {
            let method = format!("SharedManagementService/{list}");
            network.ask(0, desk, &method, &json!({"at_least_position": head})).await.unwrap();
        }
        for by in (0..world.callers.len()).step_by(KEEPERS) {
            for Question { method, mut message, .. } in network.questions.first_pages(world, by) {
                let told = network.ask(by, by, &method, &message).await;
                if let Some(token) = told.ok().and_then(|messages| next_page(&method, messages[0].clone())) {
                    message["page_token"] = json!(token);
                    network.questions.carried.push(Carried { by, method, message });
                }
            }
        }
        network
    }

    async fn ask(&self, nth: usize, by: usize, method: &str, message: &Value) -> Told {
        let call = self.interface.call(method, message).unwrap_or_else(|error| panic!("{method} {message}: {error}"));
        self.doors.call(nth, &self.world.callers[by].actor, &call).await
    }

    async fn probe(&self, seed: u64, nth: usize, tally: &Tally) {
        let (by, question) = self.questions.draw(&self.world, dice(seed, nth));
        let caller = &self.world.callers[by];
        let Question { method, message, .. } = &question;
        let fails = |why: &str, told: &Told| {
            panic!("seed {seed}, probe {nth}: {} asks {method} {message}: {why}: {told:?}", caller.actor)
        };
        let mut told = self.ask(nth, by, method, message).await;
        let counter = match &told {
            Ok(_) => &tally.answered,
            Err(status) if status.code() == Code::ResourceExhausted => &tally.braked,
            Err(_) => &tally.refused,
        };
        tally.count(counter);
        if !told.as_ref().is_err_and(|status| OF_RIGHTS.contains(&status.code())) {
            tally.heard.lock().unwrap().insert(method.clone());
        }
        for _ in 0..TRIES {
            if let Some(why) = verdict::foreign(&self.world, caller, &question, &told) {
                fails(&why, &told);
            }
            let Some(twin) = &question.twin else { return };
            let of_twin = self.ask(nth, by, method, &twin.message).await;
            if verdict::are_alike(method, &told, &of_twin, twin) {
                return tally.count(if question.outside { &tally.outside } else { &tally.foreign });
            }
            told = self.ask(nth, by, method, message).await;
        }
        fails("what is there is told apart from what is not", &told);
    }
}

/// Where a list goes on.
fn next_page(method: &str, message: Bytes) -> Option<String> {
    macro_rules! of {
        ($($method:literal: $answer:ident),+) => {
            match method {
                $($method => v1::$answer::decode(message).unwrap().next_page_token,)+
                other => panic!("{other} is no list"),
            }
        };
    }
    let token = of! {
        "AdministrationService/ListRights": ListRightsResponse,
        "AdministrationService/ListAlerts": ListAlertsResponse,
        "AdministrationService/ListSuspensions": ListSuspensionsResponse,
        "ConsultationService/ListConsultations": ListConsultationsResponse,
        "ConsultationService/ListOwnConsultations": ListOwnConsultationsResponse,
        "SharedManagementService/ListSharedDemands": ListSharedDemandsResponse,
        "SharedManagementService/ListDeadlines": ListDeadlinesResponse,
        "SharedManagementService/ListLateRadiations": ListLateRadiationsResponse
    };
    Some(token).filter(|token| !token.is_empty())
}
