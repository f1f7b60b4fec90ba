//! What is kept beside the log, in memory: several processes over one log and one database.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use event_log::{EventLog, Role, connect};
use jiff::ToSpan as _;
use nomenclature::{Actor, UniqueNumber};
use register::memory::{Chance, Life, MemoryDatabase, MemoryPlace};
use register::{Error, Outcome, Register, Seen, SetClock, Viewer};
use tokio::sync::Notify;

use crate::world::*;

const NEVER: usize = usize::MAX;

/// Processes over one log.
struct House {
    database: String,
    beside: MemoryDatabase,
    clock: Arc<SetClock>,
    /// After how many calls to what is kept beside the log one hangs.
    until_hung: Arc<AtomicUsize>,
    hung: Arc<Notify>,
}

impl House {
    async fn new() -> (Self, Register) {
        let database = new_database();
        event_log::migrate(&options(&database)).await.unwrap();
        let (until_hung, hung) = (Arc::new(AtomicUsize::new(NEVER)), Arc::new(Notify::new()));
        let (left, hangs) = (Arc::clone(&until_hung), Arc::clone(&hung));
        let chance: Chance = Arc::new(move || {
            let before = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
            if before.is_ok() {
                return Some(Duration::ZERO);
            }
            hangs.notify_one();
            Some(Duration::from_secs(3_600))
        });
        let house = Self {
            database,
            beside: MemoryDatabase::new(7, chance),
            clock: Arc::new(SetClock::at(noon(TODAY))),
            until_hung,
            hung,
        };
        let register = house.open(Life::default()).await;
        for line in ORGANISATIONS {
            register.import_organisation(serde_json::from_str(line).unwrap()).await.unwrap();
        }
        (house, register)
    }

    /// Another process.
    async fn open(&self, life: Life) -> Register {
        let writer = connect(options(&self.database), Role::Writer, 2).await.unwrap();
        let log = EventLog::new(options(&self.database), writer, event_log::Options::default());
        let place = MemoryPlace { log, database: self.beside.clone(), clock: self.clock.clone(), life };
        Register::open_in_memory(place).await.unwrap()
    }
}

async fn names(register: &Register, number: UniqueNumber) -> bool {
    let agent = Actor::parse(NICE).unwrap();
    let Seen { demand, .. } = register.demand(number, Viewer::Agent(&agent)).await.unwrap();
    demand.content().unwrap().rubrics.clear().is_some()
}

fn zoe() -> demand::FormDraft {
    form(person("Lune", "Zoé", "1990-02-28"))
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_over_one_memory_share_keys_and_give_no_number_twice() {
    let (house, one) = House::new().await;
    let other = house.open(Life::default()).await;
    let mut numbers = BTreeSet::new();
    for (nth, process) in [&one, &other, &one, &other].into_iter().enumerate() {
        let person = person("Lune", "Zoé", &format!("199{nth}-02-28"));
        let number = process.execute(request(NICE, None, register(form(person)))).await.unwrap().number;
        assert!(numbers.insert(number));
        assert!(names(&one, number).await && names(&other, number).await);
    }
    let again = register(form(person("Lune", "Zoé", "1990-02-28")));
    let refused = other.execute(request(NICE, None, again)).await;
    assert!(matches!(refused, Err(Error::Duplicate { .. })), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_erased_in_memory_is_erased_for_every_process() {
    let (house, one) = House::new().await;
    let number = one.execute(request(NICE, None, register(zoe()))).await.unwrap().number;
    one.execute(request(NICE, Some(number), renounce())).await.unwrap();
    let other = house.open(Life::default()).await;
    assert!(names(&other, number).await);
    house.clock.set(noon(TODAY.checked_add(1.year().days(1)).unwrap()));
    one.erase(number).await.unwrap();
    assert!(!names(&other, number).await && !names(&house.open(Life::default()).await, number).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_anywhere_leaves_a_command_that_can_be_sent_again() {
    let (house, helper) = House::new().await;
    let agent = Actor::parse(NICE).unwrap();
    let mut deaths = 0;
    loop {
        let life = Life::default();
        let dying = house.open(life.clone()).await;
        let person = person("Soleil", "Ana", &format!("1980-02-{:02}", deaths + 1));
        let request = request(NICE, None, register(form(person)));
        house.until_hung.store(deaths, Ordering::SeqCst);
        let mut asked = tokio::spawn({
            let request = request.clone();
            async move { dying.execute(request).await }
        });
        let died = tokio::select! {
            () = house.hung.notified() => true,
            answer = &mut asked => answer.unwrap().is_err(),
        };
        life.end();
        asked.abort();
        house.until_hung.store(NEVER, Ordering::SeqCst);
        let outcome = helper.outcome(request.command_id, &agent).await.unwrap();
        let answer = house.open(Life::default()).await.execute(request.clone()).await.unwrap();
        if let Outcome::Committed(first) = outcome {
            assert_eq!(answer, first);
        }
        assert_eq!(helper.execute(request).await.unwrap(), answer);
        if !died {
            break;
        }
        deaths += 1;
    }
    assert!(deaths >= 8, "keys and numbers are asked for beside the log: {deaths}");
}
