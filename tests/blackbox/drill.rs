//! A register is lost under load and brought back to a random second, with the commands of `docs/operations.md`.
//!
//! The witnesses are the caller's ledger, which is on disk before an answer counts, and the lost log, read before the machine
//! was lost. `make drill` restores to several seconds of a longer load; `make test` to one.

mod disaster;
mod restored;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use demand::Act;
use jiff::Timestamp;
use nomenclature::{Actor, UniqueNumber};
use proto::v1::ListSharedDemandsResponse;
use register::{Clock as _, SystemClock};
use serde_json::{Value, json};
use tests::cast::NICE;
use tests::ledger::{Entry, Ledger};
use tests::wire::{Ack, Reply};
use uuid::Uuid;

use disaster::{Disaster, ROWS};
use restored::Restored;
use tests::stage::procedure::By;
use tests::stage::processes::{Load, Worker};
use tests::stage::served::Served;

/// How many acts a restored register takes before its views are compared.
const ACTS_AFTER: usize = 150;

const KEYS_OF: &str = "SELECT count(*) FROM vault.keys AS key JOIN log.events AS first ON first.key_id = key.id \
     WHERE first.version = 1 AND key.wrapped IS NOT NULL AND first.stream IN ";

fn set(variable: &str, usual: i64) -> i64 {
    std::env::var(variable).map_or(usual, |value| value.parse().unwrap_or_else(|_| panic!("{variable} is a number")))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_restored_to_a_random_second_keeps_what_was_acknowledged_and_forgets_what_was_erased() {
    let seed = set("DRILL_SEED", SystemClock.now().subsec_nanosecond().into());
    let disaster = Disaster::after(set("DRILL_SECONDS", 3)).await;
    let acks = disaster.acks();
    in_the_lost_log(&disaster, &acks);
    let mut seconds = disaster.seconds();
    let mut state = seed.unsigned_abs();
    for round in 1..=set("DRILL_RESTORES", 1) {
        // SplitMix64 would be too much for choosing a second.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        if seconds.is_empty() {
            break;
        }
        let chosen = seconds.swap_remove(usize::try_from(state >> 33).unwrap() % seconds.len());
        let second = Timestamp::from_second(chosen).unwrap();
        eprintln!("drill: seed {seed}, restore {round} to {second}");
        brought_back(&disaster, &acks, second).await;
    }
}

/// Everything that was acknowledged stood in the log that was lost.
fn in_the_lost_log(disaster: &Disaster, acks: &[(Ack, Timestamp)]) {
    assert!(acks.len() > 200, "{}", acks.len());
    for (ack, _) in acks {
        let row = &disaster.evidence.events[usize::try_from(ack.position - 1).unwrap()];
        let found = (row.position, row.command_id, &row.stream, row.version);
        assert_eq!(found, (ack.position, ack.command_id, &ack.number.to_string(), ack.version));
    }
}

async fn brought_back(disaster: &Disaster, acks: &[(Ack, Timestamp)], second: Timestamp) {
    let restored = Restored::to(disaster, second);
    let rows: Vec<String> = restored.psql(ROWS).lines().map(str::to_owned).collect();
    assert!(rows.len() < disaster.rows.len(), "nothing was lost");
    assert!(rows == disaster.rows[..rows.len()], "the restored log is no prefix of the lost one");
    let position = i64::try_from(rows.len()).unwrap();
    for (ack, heard) in acks {
        assert!(*heard >= second || ack.position <= position, "{ack:?} was heard at {heard} and is lost");
    }
    let live_again = erased_keys_that_live(disaster, &restored);
    let before = disaster.erased.iter().filter(|erased| erased.done < second).count();
    let after = disaster.erased.iter().filter(|erased| erased.begun > second).count();
    assert!(before > 0 && after > 0 && (after..=disaster.erased.len() - before).contains(&live_again), "{live_again}");

    // Until somebody who may write has opened it, nobody reads what was erased.
    let last = &disaster.erased.last().unwrap().number;
    let show = ["demand", "show", last, "--actor", NICE, "--format", "json"];
    restored.place.sne(&show).ends(1);
    let check = || restored.place.sne(&["restore", "check", "--format", "json"]).ends(0).json();
    let forgotten = check();
    assert_eq!((&forgotten["position"], &forgotten["erased"]), (&json!(position), &json!(live_again)));
    restored.place.sne(&["doctor"]).ends(6);

    let said = restored.run("finish", By::Sne);
    assert!(said.contains(&format!("position {position}")), "{said}");
    assert_eq!(erased_keys_that_live(disaster, &restored), 0);
    let told = check();
    assert_eq!((&told["erased"], &told["numbers"]), (&json!(0), &json!([])));
    assert!(restored.place.sne(&show).ends(0).json()["household"].is_null());
    let kept = acks.iter().find(|(ack, _)| ack.position <= position).unwrap().0.number.to_string();
    let show = ["demand", "show", &kept, "--actor", NICE, "--format", "json"];
    assert!(restored.place.sne(&show).ends(0).json()["household"].is_array());

    tell_the_operator(disaster, acks, &forgotten);
    goes_on(disaster, &restored, acks).await;
}

/// How many demands whose erasure was acknowledged have a key that can be read.
fn erased_keys_that_live(disaster: &Disaster, restored: &Restored<'_>) -> usize {
    let numbers: Vec<_> = disaster.erased.iter().map(|erased| format!("'{}'", erased.number)).collect();
    restored.psql(&format!("{KEYS_OF} ({})", numbers.join(","))).parse().unwrap()
}

/// What callers know and the restored register does not. Numbers that the restored counters would give again are those that
/// `sne restore check` told.
fn tell_the_operator(disaster: &Disaster, acks: &[(Ack, Timestamp)], told: &Value) {
    let position = told["position"].as_i64().unwrap();
    let registered = registrations(&disaster.evidence.ledger);
    let counters = told["numbers"].as_array().unwrap();
    let mut lines = String::from("position;number;act\n");
    let (mut lost, mut given_again) = (0, 0);
    for (ack, _) in acks.iter().filter(|(ack, _)| ack.position > position) {
        let number = ack.number.to_string();
        let registration = registered.contains_key(&ack.command_id);
        let act = if registration { "registration" } else { "other" };
        lines.push_str(&format!("{};{number};{act}\n", ack.position));
        lost += 1;
        let of = |counter: &&Value| counter["territory"] == number[..3] && counter["month"] == number[3..7];
        if let (true, Some(counter)) = (registration, counters.iter().find(of)) {
            let sequence = i64::from(ack.number.sequence().value());
            assert!(sequence < counter["free_from"].as_i64().unwrap(), "{number} is not marked");
            given_again += i64::from(sequence >= counter["next"].as_i64().unwrap());
        }
    }
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("drill-lost-after-{position}.csv"));
    std::fs::write(&file, lines).unwrap();
    eprintln!(
        "drill: restored to position {position} of {}; {lost} acknowledged acts are lost, listed in {}; {given_again} of \
         their numbers stand above the restored counters",
        disaster.evidence.head,
        file.display()
    );
}

/// Callers come back, some with what was lost: every number is a new one, and the views follow.
async fn goes_on(disaster: &Disaster, restored: &Restored<'_>, acks: &[(Ack, Timestamp)]) {
    let url = restored.place.database_url.as_ref().unwrap();
    let ledger = restored.place.data_dir.join("ledger.ndjson");
    let mut load = Load::start(Worker::Door, url, &restored.place.data_dir.join("keys"), &ledger, 2);
    load.runs_until(ACTS_AFTER);
    load.stops();
    let ever: BTreeSet<UniqueNumber> = acks.iter().map(|(ack, _)| ack.number).collect();
    let old: BTreeSet<&str> = disaster.evidence.events.iter().map(|row| row.stream.as_str()).collect();
    let given = registrations(&Ledger::read(&ledger).unwrap());
    assert!(given.len() > ACTS_AFTER / 4, "{}", given.len());
    for number in given.values() {
        assert!(!ever.contains(number) && !old.contains(number.to_string().as_str()), "{number} is given again");
    }

    let served = Served::on(url, &restored.place.data_dir);
    let head: i64 = restored.psql("SELECT position FROM log.head").parse().unwrap();
    let asked = json!({"at_least_position": head, "page_size": 1});
    let client = served.client();
    let listed: ListSharedDemandsResponse =
        client.call(Actor::parse(NICE).unwrap(), "SharedManagementService/ListSharedDemands", &asked).await.unwrap();
    assert_eq!(listed.position, head);
    while restored.psql("SELECT min(position) FROM projection.checkpoints").parse() != Ok(head) {
        std::thread::yield_now();
    }
    let running = restored.views();
    assert!(running.lines().count() > 300, "{}", running.lines().count());
    served.sne(&["rebuild", "--all"]);
    assert!(restored.views() == running, "a rebuild has other rows");
    served.stops();
    restored.place.sne(&["doctor", "--cross-read"]).ends(0);
}

/// The numbers that registrations of a ledger were answered, by command.
fn registrations(ledger: &[Entry]) -> BTreeMap<Uuid, UniqueNumber> {
    let mut registering = BTreeSet::new();
    let mut numbers = BTreeMap::new();
    for entry in ledger {
        match entry {
            Entry::Intent(order) if matches!(order.act, Act::Register(_)) => drop(registering.insert(order.command_id)),
            Entry::Answer(Reply::Ack(ack)) if registering.contains(&ack.command_id) => {
                numbers.insert(ack.command_id, ack.number);
            }
            Entry::Intent(_) | Entry::Answer(_) | Entry::Heard(_) => {}
        }
    }
    numbers
}
