//! Two processes on the same streams and claims, connections lost all the time: one gapless log, and claims that follow from it.

mod in_memory;
mod in_postgres;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use event_log::{Claim, ClaimOp, Command, Position, Receipt, Refusal, Verdict};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::world::{PERSON, World, append, claim, command, with_claims};

const TASKS: u64 = 24;
const STREAMS: u64 = 60;
const KEYS: u64 = 12;
const SCOPES: [&str; 2] = ["075", "069"];

/// A small generator: the storm needs variety, not quality.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn key_name(n: u64) -> String {
    format!("key-{n}")
}

/// Every claim of one key has the same tag, so that tags do not get in the way.
fn tag(key: &str) -> Uuid {
    let mut bytes = [0; 16];
    bytes[..key.len()].copy_from_slice(key.as_bytes());
    Uuid::from_bytes(bytes)
}

/// What a command does to claims stands in its first payload, so that claims can be recomputed from the log.
fn telling(mut command: Command) -> Command {
    let told: Vec<Value> = command
        .claims
        .iter()
        .map(|claim| {
            let op = match claim.op {
                ClaimOp::Release => "release",
                ClaimOp::Take { .. } => "take",
                ClaimOp::Force { .. } => "force",
            };
            json!([op, String::from_utf8_lossy(&claim.key), claim.scope, claim.holder.as_str()])
        })
        .collect();
    command.streams[0].events[0].payload = Value::from(told).to_string();
    command
}

fn random_claims(dice: &mut Dice, holder: &str) -> Vec<Claim> {
    let (key, scope) = (key_name(dice.below(KEYS)), SCOPES[dice.below(2) as usize]);
    let tag = tag(&key);
    match dice.below(10) {
        0..3 => vec![claim(holder, key.as_bytes(), scope, ClaimOp::Take { tag })],
        3..5 => vec![claim(holder, key.as_bytes(), scope, ClaimOp::Force { tag })],
        5..8 => vec![claim(holder, key.as_bytes(), scope, ClaimOp::Release)],
        _ => Vec::new(),
    }
}

/// The versions this process has heard of.
type Versions = Arc<Mutex<HashMap<String, u32>>>;

fn version_of(versions: &Versions, stream: &str) -> u32 {
    versions.lock().expect("no panic before").get(stream).copied().unwrap_or(0)
}

fn learn(versions: &Versions, stream: &str, version: u32) {
    let mut versions = versions.lock().expect("no panic before");
    let known = versions.entry(stream.to_owned()).or_default();
    *known = version.max(*known);
}

async fn call(
    log: &event_log::EventLog,
    dice: &mut Dice,
    versions: &Versions,
    acknowledged: &mut Vec<(Command, Receipt)>,
    told: impl Fn(Uuid, Receipt),
) {
    if !acknowledged.is_empty() && dice.below(100) < 15 {
        return repeat(log, dice, acknowledged).await;
    }
    let commands: Vec<Command> = (0..=dice.below(3))
        .map(|_| {
            let first = dice.below(STREAMS);
            let second = (first + 1 + dice.below(STREAMS - 1)) % STREAMS;
            let named = |n: u64| format!("stream-{n}");
            let mut streams = vec![(named(first), 1 + dice.below(3) as usize)];
            if dice.below(4) == 0 {
                streams.push((named(second), 1));
            }
            let claims = random_claims(dice, &streams[0].0);
            let streams = streams.iter().map(|(name, n)| append(name, version_of(versions, name), *n)).collect();
            telling(with_claims(command(streams), claims))
        })
        .collect();
    let dropped = dice.below(20) == 0;
    let asked = log.append(commands.clone());
    if dropped {
        // Asked and gone; nothing is known of it and nothing is claimed.
        let _ = tokio::time::timeout(Duration::ZERO, asked).await;
        return;
    }
    let verdicts = asked.await.expect("no killed session surfaces");
    assert_eq!(verdicts.len(), commands.len());
    for (command, verdict) in commands.into_iter().zip(verdicts) {
        match verdict {
            // Repeated: committed by an attempt whose answer was lost.
            Verdict::Committed(receipt) | Verdict::Repeated(receipt) => {
                assert_eq!(receipt.last.get() - receipt.first.get() + 1, command.event_count() as i64);
                for append in &command.streams {
                    let version = append.expected_version + append.events.len() as u32;
                    learn(versions, append.stream.as_str(), version);
                }
                told(command.id, receipt);
                acknowledged.push((command, receipt));
            }
            Verdict::Refused(Refusal::VersionConflict { stream, actual, expected }) => {
                assert_ne!(actual, expected);
                learn(versions, stream.as_str(), actual);
            }
            Verdict::Refused(Refusal::ClaimHeld { index, .. } | Refusal::ClaimNotHeld { index }) => {
                assert!(index < command.claims.len());
            }
            Verdict::Refused(other) => panic!("unexpected: {other:?}"),
        }
    }
}

async fn repeat(log: &event_log::EventLog, dice: &mut Dice, acknowledged: &[(Command, Receipt)]) {
    let (command, receipt) = &acknowledged[dice.below(acknowledged.len() as u64) as usize];
    let mut again = command.clone();
    let expected = if dice.below(3) == 0 {
        again.body_digest = [2; 32];
        Verdict::Refused(Refusal::CommandIdReused)
    } else {
        Verdict::Repeated(*receipt)
    };
    assert_eq!(log.append(vec![again]).await.expect("no killed session surfaces"), [expected]);
}

/// After the storm: nothing acknowledged is lost or doubled, no version is missing, claims follow from events.
async fn settle(world: &World, acknowledged: &[(Uuid, Receipt)]) {
    let reader = world.log.reader();
    let mut after = Position::ZERO;
    let mut events = Vec::new();
    loop {
        let page = reader.read_after(after, 1_000).await.expect("read");
        if page.events.is_empty() {
            break;
        }
        after = page.complete_to;
        events.extend(page.events);
    }
    let mut versions: BTreeMap<&str, u32> = BTreeMap::new();
    for event in &events {
        let version = versions.entry(event.stream.as_str()).or_default();
        *version += 1;
        assert_eq!(event.version, *version, "a version of {} is missing", event.stream);
        assert!(event.leaf_matches());
    }
    for (id, receipt) in acknowledged {
        let range = receipt.first.get() as usize - 1..receipt.last.get() as usize;
        assert!(
            events[range].iter().all(|event| event.command_id == *id),
            "an acknowledged command is not where it was"
        );
        assert_eq!(reader.receipt("org-1", *id).await.expect("asked").map(|found| found.0), Some(*receipt));
    }
    assert_eq!(recomputed_claims(&events), stored_claims(world).await);
}

type Held = BTreeMap<(String, String, i16), String>;

fn recomputed_claims(events: &[event_log::RecordedEvent]) -> Held {
    let mut held = Held::new();
    for event in events.iter().filter(|event| event.command_size.is_some()) {
        let told: Vec<[String; 4]> = serde_json::from_str(&event.payload).expect("what was told");
        for [op, key, scope, holder] in told {
            let place = |ordinal| (key.clone(), scope.clone(), ordinal);
            if op == "release" {
                let at = (0..).find(|ordinal| held.get(&place(*ordinal)) == Some(&holder)).expect("held");
                held.remove(&place(at));
            } else {
                let free = (0..).find(|ordinal| !held.contains_key(&place(*ordinal))).expect("endless");
                assert!(op == "force" || free == 0, "taken beside a holder");
                held.insert(place(free), holder);
            }
        }
    }
    held
}

async fn stored_claims(world: &World) -> Held {
    let rows = world.log.reader().claims_after(None, 100_000).await.expect("read");
    rows.into_iter()
        .inspect(|row| assert_eq!(row.kind, PERSON))
        .map(|row| {
            let key = String::from_utf8(row.key).expect("a name");
            ((key, row.holder.scope, row.holder.ordinal), row.holder.holder.to_string())
        })
        .collect()
}
