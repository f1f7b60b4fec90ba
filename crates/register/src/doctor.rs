//! The register examines itself: settings, clock, gaps, leaf hashes, keys, claims, and the agreement of two readers.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use access::{Action, Profile, Purpose, Resource, may};
use cqrs_es::Aggregate as _;
use demand::Demand;
use event_log::{ClaimRow, Position, RecordedEvent, StreamId, check_settings};
use nomenclature::UniqueNumber;
use serde::Serialize;
use vault::{KeyId, KeyState};

use crate::Error;
use crate::claim::{DESK, PERSON, blinded};
use crate::history::check_leaf;
use crate::register::Register;
use crate::stock::StockReader;
use crate::stream::{DEMAND, Opening, decode, keys_of};

const PAGE: u32 = 2_000;
/// How many faults of one kind are named; the rest is counted.
const NAMED: usize = 20;
/// How often a register in use is looked at before its faults are believed.
const MOST_LOOKS: usize = 3;

/// What an examination found.
#[derive(Debug, Default, Serialize)]
pub struct Findings {
    /// Checks made, in order.
    pub checks: Vec<Check>,
}

/// One check.
#[derive(Debug, Serialize)]
pub struct Check {
    /// What was looked at, in French.
    pub name: &'static str,
    /// What was found, in French: figures, never a name.
    pub found: String,
    /// What is wrong: empty when all is well.
    pub faults: Vec<String>,
}

impl Findings {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.checks.iter().all(|check| check.faults.is_empty())
    }

    fn note(&mut self, name: &'static str, found: String, faults: Vec<String>) {
        self.checks.push(Check { name, found, faults });
    }
}

/// Which checks are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// Everything but the comparison of two readers.
    Usual,
    /// Also every demand through the stock reader.
    CrossRead,
}

/// Everything one pass over the log tells.
#[derive(Default)]
struct Pass {
    demands: BTreeMap<StreamId, (Demand, u32)>,
    events: u64,
    altered: Vec<String>,
    unreadable: Vec<String>,
    keys: BTreeMap<KeyId, bool>,
    without_key: Vec<String>,
    gap: Option<String>,
    last_recorded: Option<jiff::Timestamp>,
    position: Position,
}

impl Pass {
    /// The key of a demand: alive and the one its first event commits to, destroyed, or a fault.
    fn note_key(&mut self, first: &RecordedEvent, keys: &HashMap<KeyId, KeyState>) {
        let Some(id) = first.key_id.map(KeyId::new) else {
            return self.without_key.push(format!("la demande {} n'a pas de clé", first.stream));
        };
        match keys.get(&id) {
            Some(KeyState::Live(key)) if Some(key.commitment()) == first.commitment => {
                self.keys.insert(id, true);
            }
            Some(KeyState::Live(_)) => {
                self.without_key
                    .push(format!("la clé de la demande {} n'est pas celle de son premier événement", first.stream));
            }
            Some(KeyState::Erased) => {
                self.keys.insert(id, false);
            }
            Some(KeyState::Missing) | None => {
                self.without_key.push(format!("la clé de la demande {} manque", first.stream))
            }
        }
    }
}

impl Register {
    /// Examines the whole register; writes nothing. Faults found while others write are looked at again.
    ///
    /// `progress` is called with the position reached and the head. Holds one folded demand for each of the register.
    ///
    /// # Errors
    /// When log or vault cannot be read at all; what is merely wrong is a fault of the findings.
    pub async fn examine(
        &self,
        depth: Depth,
        stock: &StockReader,
        progress: impl Fn(Position, Position),
    ) -> Result<Findings, Error> {
        may(Profile::Operator, Action::Inspect, Resource::Register, Purpose::Administration)?;
        let mut looks = 0;
        loop {
            let head = self.parts.reader.head().await?;
            let findings = self.look(head, depth, stock, &progress).await?;
            looks += 1;
            // Claims and the second reader are asked after the pass: on a register in use they may be ahead of it.
            if findings.is_sound() || looks == MOST_LOOKS || self.parts.reader.head().await? == head {
                return Ok(findings);
            }
        }
    }

    async fn look(
        &self,
        head: Position,
        depth: Depth,
        stock: &StockReader,
        progress: &impl Fn(Position, Position),
    ) -> Result<Findings, Error> {
        let mut findings = Findings::default();
        let settings = check_settings(self.parts.reader.pool()).await?;
        findings.note(
            "réglages de la base",
            format!(
                "PostgreSQL {}, synchronous_commit {}",
                settings.server_version / 10_000,
                settings.synchronous_commit
            ),
            Vec::new(),
        );
        let pass = self.pass(head, progress).await?;
        findings.note("journal", format!("{} événements, tête {head}", pass.events), pass.gap.into_iter().collect());
        findings.note("empreintes", format!("{} événements vérifiés", pass.events), named(pass.altered));
        findings.note("lecture", format!("{} demandes repliées", pass.demands.len()), named(pass.unreadable));
        let live = pass.keys.values().filter(|live| **live).count();
        let erased = pass.keys.len() - live;
        findings.note("clés", format!("{live} clés vivantes, {erased} détruites"), named(pass.without_key));
        self.examine_clock(&mut findings, pass.last_recorded);
        let directory = self.parts.directory.catch_up().await?;
        let lag = (head.get() - directory.get()).max(0);
        findings.note("retard", format!("annuaire : {lag} événement(s)"), Vec::new());
        self.examine_claims(&mut findings, &pass.demands).await?;
        if depth == Depth::CrossRead {
            cross_read(&mut findings, &pass.demands, stock).await;
        }
        Ok(findings)
    }

    /// Reads the whole log once, checks every leaf, folds every demand with its personal part.
    async fn pass(&self, head: Position, progress: &impl Fn(Position, Position)) -> Result<Pass, Error> {
        let mut pass = Pass::default();
        while pass.position < head {
            let page = match self.parts.reader.read_after(pass.position, PAGE).await {
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
            let keys = self.keys_one_by_one(&events, &mut pass).await?;
            for event in &events {
                pass.events += 1;
                pass.last_recorded = pass.last_recorded.max(Some(event.recorded_at));
                if check_leaf(event).is_err() {
                    pass.altered.push(place(event));
                }
                if event.stream_type != DEMAND {
                    continue;
                }
                if event.version == 1 {
                    pass.note_key(event, &keys);
                }
                match decode(event, &keys, Opening::Opened) {
                    Ok(decoded) => {
                        let (demand, version) = pass.demands.entry(event.stream.clone()).or_default();
                        demand.apply(decoded);
                        *version = event.version;
                    }
                    Err(_) => pass.unreadable.push(place(event)),
                }
            }
            progress(pass.position, head);
        }
        Ok(pass)
    }

    /// The keys of a page. A key that cannot be unwrapped is a fault of its own and leaves the others alone.
    async fn keys_one_by_one(
        &self,
        events: &[RecordedEvent],
        pass: &mut Pass,
    ) -> Result<HashMap<KeyId, KeyState>, Error> {
        if let Ok(keys) = keys_of(&self.parts.vault, events).await {
            return Ok(keys);
        }
        let mut keys = HashMap::new();
        let mut ids: Vec<KeyId> = events.iter().filter_map(|event| event.key_id.map(KeyId::new)).collect();
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            match self.parts.vault.states(&[id]).await {
                Ok(state) => keys.extend(state),
                Err(_) => pass.without_key.push(format!("la clé {id} ne s'ouvre pas")),
            }
        }
        Ok(keys)
    }

    fn examine_clock(&self, findings: &mut Findings, last_recorded: Option<jiff::Timestamp>) {
        let now = self.parts.clock.now();
        let ahead = last_recorded.filter(|last| *last > now);
        findings.note(
            "horloge",
            format!("jour civil à Paris : {}", self.parts.clock.today()),
            ahead
                .map(|_| "le journal contient un événement enregistré après l'heure de cette machine".to_owned())
                .into_iter()
                .collect(),
        );
    }

    /// Claims recomputed from the demands and compared, both ways (INV-06).
    async fn examine_claims(
        &self,
        findings: &mut Findings,
        demands: &BTreeMap<StreamId, (Demand, u32)>,
    ) -> Result<(), Error> {
        let mut wanted: BTreeSet<(i16, Vec<u8>, String, StreamId)> = BTreeSet::new();
        let mut erased = BTreeSet::new();
        for (stream, (demand, _)) in demands {
            let Some(content) = demand.content() else { continue };
            match blinded(self.parts.vault.secrets(), demand) {
                Ok(tokens) => {
                    for (token, _) in tokens {
                        wanted.insert((PERSON, token.to_vec(), content.territory.to_string(), stream.clone()));
                    }
                }
                Err(_) => {
                    erased.insert(stream);
                }
            }
        }
        let directory = self.parts.directory.snapshot().await?;
        for (desk, holder) in directory.desks() {
            let holder = StreamId::parse(holder.to_string())?;
            wanted.insert((DESK, desk.as_str().as_bytes().to_vec(), String::new(), holder));
        }
        let total = wanted.len();
        let mut faults = Vec::new();
        let mut after: Option<ClaimRow> = None;
        loop {
            let rows = self.parts.reader.claims_after(after.as_ref(), PAGE).await?;
            for row in &rows {
                let key = (row.kind, row.key.clone(), row.holder.scope.clone(), row.holder.holder.clone());
                if !wanted.remove(&key) && !erased.contains(&row.holder.holder) {
                    faults.push(format!("marque d'unicité sans titre : {}", row.holder.holder));
                }
            }
            let complete = rows.len() < PAGE as usize;
            after = rows.into_iter().next_back();
            if complete {
                break;
            }
        }
        faults.extend(wanted.iter().map(|(_, _, _, stream)| format!("marque d'unicité manquante : {stream}")));
        findings.note("unicité", format!("{total} marques recalculées (personnes et guichets)"), named(faults));
        Ok(())
    }
}

/// Every demand through the stock store, compared: facts, state and version; personal parts are sealed there.
async fn cross_read(findings: &mut Findings, demands: &BTreeMap<StreamId, (Demand, u32)>, stock: &StockReader) {
    let mut faults = Vec::new();
    for (stream, (ours, version)) in demands {
        let Ok(number) = UniqueNumber::parse(stream.as_str()) else { continue };
        match stock.demand(number).await {
            Ok((theirs, their_version)) if agree(ours, &theirs) && their_version == *version => {}
            Ok(_) => faults.push(format!("les deux lecteurs diffèrent sur la demande {number}")),
            Err(_) => faults.push(format!("le second lecteur ne peut pas lire la demande {number}")),
        }
    }
    findings.note("double lecture", format!("{} demandes comparées", demands.len()), named(faults));
}

/// Whether two readers agree on everything that is open. Serialising drops what is personal, on both sides.
fn agree(ours: &Demand, theirs: &Demand) -> bool {
    match (serde_json::to_string(ours), serde_json::to_string(theirs)) {
        (Ok(ours), Ok(theirs)) => ours == theirs,
        _ => false,
    }
}

fn place(event: &RecordedEvent) -> String {
    format!("position {} (flux {}, version {})", event.position, event.stream, event.version)
}

fn named(mut faults: Vec<String>) -> Vec<String> {
    let more = faults.len().saturating_sub(NAMED);
    faults.truncate(NAMED);
    if more > 0 {
        faults.push(format!("... et {more} autres"));
    }
    faults
}
