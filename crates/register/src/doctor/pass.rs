//! One pass over the log: gaps, leaf hashes, keys, and every demand folded.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cqrs_es::Aggregate as _;
use demand::{Demand, DemandEvent};
use event_log::{Position, RecordedEvent, StreamId};
use vault::{KeyId, KeyState, Vault};

use super::{Examiner, Findings, named};
use crate::Error;
use crate::directory::{self, AGENT, ORGANISATION};
use crate::history::check_leaf;
use crate::settings::{self, TERRITORY};
use crate::stream::{DEMAND, Opening, decode, keys_of};

const PAGE: u32 = 2_000;

/// The demands of the log, as a pass folded them.
#[derive(Default)]
pub struct Demands {
    pub folded: BTreeMap<StreamId, (Demand, u32)>,
    /// Those whose persons were changed after the registration.
    pub identity_changed: BTreeSet<StreamId>,
}

/// Everything one pass over the log tells.
#[derive(Default)]
pub struct Pass {
    demands: Demands,
    events: u64,
    altered: Vec<String>,
    unreadable: Vec<String>,
    keys: BTreeMap<KeyId, bool>,
    without_key: Vec<String>,
    gap: Option<String>,
    pub last_recorded: Option<jiff::Timestamp>,
    position: Position,
}

impl Pass {
    /// Tells what was found, and hands on the demands.
    pub fn told(self, findings: &mut Findings, head: Position, keyless: Option<&str>) -> Demands {
        findings.note("journal", format!("{} événements, tête {head}", self.events), self.gap.into_iter().collect());
        findings.note("empreintes", format!("{} événements vérifiés", self.events), named(self.altered));
        findings.note("lecture", format!("{} demandes repliées", self.demands.folded.len()), named(self.unreadable));
        match keyless {
            Some(why) => findings.note("clés", "données nominatives non ouvertes".into(), vec![why.to_owned()]),
            None => {
                let live = self.keys.values().filter(|live| **live).count();
                let erased = self.keys.len() - live;
                findings.note("clés", format!("{live} clés vivantes, {erased} détruites"), named(self.without_key));
            }
        }
        self.demands
    }

    /// The key of a demand: alive and the one its first event commits to, destroyed, or a fault.
    fn note_key(&mut self, first: &RecordedEvent, keys: &HashMap<KeyId, KeyState>) {
        let Some(id) = first.key_id.map(KeyId::new) else {
            return self.without_key.push(format!("{} n'a pas de clé", first.stream));
        };
        match keys.get(&id) {
            Some(KeyState::Live(key)) if Some(key.commitment()) == first.commitment => {
                self.keys.insert(id, true);
            }
            Some(KeyState::Live(_)) => {
                self.without_key.push(format!("la clé de {} n'est pas celle de son premier événement", first.stream));
            }
            Some(KeyState::Erased) => {
                self.keys.insert(id, false);
            }
            Some(KeyState::Missing) | None => self.without_key.push(format!("la clé de {} manque", first.stream)),
        }
    }

    fn fold(&mut self, recorded: &RecordedEvent, event: DemandEvent) {
        if changes_identity(&event) {
            self.demands.identity_changed.insert(recorded.stream.clone());
        }
        let (demand, version) = self.demands.folded.entry(recorded.stream.clone()).or_default();
        demand.apply(event);
        *version = recorded.version;
    }
}

/// Whether an act after the registration brought rubric a, the persons.
fn changes_identity(event: &DemandEvent) -> bool {
    match event {
        DemandEvent::Modified(event) => event.rubrics.letters().contains('a'),
        DemandEvent::Renewed(event) => event.rubrics.letters().contains('a'),
        DemandEvent::CoApplicantDropped(event) => event.rubrics.letters().contains('a'),
        _ => false,
    }
}

impl Examiner<'_> {
    /// Reads the whole log once, checks every leaf, folds every demand, with its personal part where there are keys.
    pub async fn pass(&self, head: Position, progress: &impl Fn(Position, Position)) -> Result<Pass, Error> {
        let mut pass = Pass::default();
        while pass.position < head {
            let page = match self.reader.read_after(pass.position, PAGE).await {
                Err(event_log::Error::Gap { position }) => {
                    pass.gap = Some(format!("position {position} manquante : la lecture s'arrête là"));
                    return Ok(pass);
                }
                page => page?,
            };
            let events: Vec<RecordedEvent> =
                page.events.into_iter().take_while(|event| event.position <= head).collect();
            let Some(last) = events.last() else { break };
            pass.position = last.position;
            let (keys, opening) = match self.keys {
                Ok(vault) => (keys_one_by_one(vault, &events, &mut pass).await, Opening::Opened),
                Err(_) => (HashMap::new(), Opening::Sealed),
            };
            for event in &events {
                pass.events += 1;
                pass.last_recorded = pass.last_recorded.max(Some(event.recorded_at));
                if check_leaf(event).is_err() {
                    pass.altered.push(place(event));
                }
                // What cannot be read of a territory keeps the register from opening.
                if event.stream_type == TERRITORY && settings::decode(event).is_err() {
                    pass.unreadable.push(place(event));
                }
                // Nor can anybody act while the rights cannot be read.
                let rights = (event.stream_type == ORGANISATION && directory::decode(event).is_err())
                    || (event.stream_type == AGENT && directory::decode_agent(event, &[]).is_err());
                if rights {
                    pass.unreadable.push(place(event));
                }
                if event.stream_type == AGENT && event.version == 1 && opening == Opening::Opened {
                    pass.note_key(event, &keys);
                }
                if event.stream_type != DEMAND {
                    continue;
                }
                if event.version == 1 && opening == Opening::Opened {
                    pass.note_key(event, &keys);
                }
                match decode(event, &keys, opening) {
                    Ok(decoded) => pass.fold(event, decoded),
                    Err(_) => pass.unreadable.push(place(event)),
                }
            }
            progress(pass.position, head);
        }
        Ok(pass)
    }
}

/// The keys of a page. A key that cannot be unwrapped is a fault of its own and leaves the others alone.
async fn keys_one_by_one(vault: &Vault, events: &[RecordedEvent], pass: &mut Pass) -> HashMap<KeyId, KeyState> {
    if let Ok(keys) = keys_of(vault, events).await {
        return keys;
    }
    let mut keys = HashMap::new();
    let mut ids: Vec<KeyId> = events.iter().filter_map(|event| event.key_id.map(KeyId::new)).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        match vault.states(&[id]).await {
            Ok(state) => keys.extend(state),
            Err(_) => pass.without_key.push(format!("la clé {id} ne s'ouvre pas")),
        }
    }
    keys
}

fn place(event: &RecordedEvent) -> String {
    format!("position {} (flux {}, version {})", event.position, event.stream, event.version)
}
