//! What must hold when all is over, found from the log, from what a fresh process says, and from the clients' books.

mod claims;
mod commands;

use std::collections::{BTreeMap, BTreeSet};

use demand::Demand;
use event_log::{Position, Reader, RecordedEvent, StreamType};
use nomenclature::{Actor, UniqueNumber};
use register::{DEMAND, Register, Seen, Viewer};

use crate::ledger::Ledger;
use crate::workload::DESKS;

/// A demand as a fresh process folds it, its personal part opened.
pub(crate) struct Found {
    pub(crate) number: UniqueNumber,
    pub(crate) demand: Demand,
    /// It was told later that the person is another: one who may be known under a reference of his own.
    pub(crate) rectified: bool,
}

/// The whole log: positions from 1 without a gap, versions of each stream from 1 without a gap, each leaf its event's.
///
/// # Errors
/// What is wrong with it.
pub async fn events(reader: &Reader) -> Result<Vec<RecordedEvent>, Vec<String>> {
    let failed = |error: event_log::Error| vec![error.to_string()];
    let (mut events, mut after) = (Vec::new(), Position::ZERO);
    loop {
        let page = reader.read_after(after, 500).await.map_err(failed)?;
        after = page.complete_to;
        if page.events.is_empty() {
            break;
        }
        events.extend(page.events);
    }
    let mut versions: BTreeMap<&str, u32> = BTreeMap::new();
    let mut faults = Vec::new();
    for (position, event) in (1..).zip(&events) {
        let version = versions.entry(event.stream.as_str()).or_default();
        *version += 1;
        if (event.position.get(), event.version) != (position, *version) {
            faults.push(format!("position {} has version {} of {}", event.position, event.version, event.stream));
        }
        if !event.leaf_matches() {
            faults.push(format!("position {} has another leaf", event.position));
        }
    }
    if faults.is_empty() { Ok(events) } else { Err(faults) }
}

/// Looks at everything, with a fresh process. What stands up to `entered` was entered before the clients came.
///
/// # Errors
/// What keeps from looking. What is found to be wrong is written into the ledger.
pub async fn all(fresh: &Register, entered: Position, ledger: &mut Ledger) -> Result<(), Vec<String>> {
    let events = events(fresh.reader()).await?;
    commands::written(&events, entered, ledger);
    commands::answered_again(fresh, ledger).await;
    let found = folded(fresh, &events, ledger).await;
    numbers(&found, ledger);
    keys(&events, ledger);
    claims::held(fresh.reader(), &found, ledger).await.map_err(|error| vec![error.to_string()])
}

/// Every demand, folded anew: each event of it can be read, and was lawful.
async fn folded(fresh: &Register, events: &[RecordedEvent], ledger: &mut Ledger) -> Vec<Found> {
    let of_type = |wanted: &StreamType| {
        let streams = events.iter().filter(move |event| event.stream_type == *wanted);
        streams.map(|event| event.stream.as_str().to_owned()).collect::<BTreeSet<String>>()
    };
    let mut found = Vec::new();
    for stream in of_type(&DEMAND) {
        let Ok(number) = UniqueNumber::parse(&stream) else {
            ledger.fault(format!("{stream} is no unique number"));
            continue;
        };
        let desk = DESKS.iter().find(|desk| desk.territory == number.territory().as_str());
        let Some(Ok(actor)) = desk.map(|desk| Actor::parse(desk.actor)) else {
            ledger.fault(format!("{stream} is of no territory that anybody acts in"));
            continue;
        };
        match fresh.demand(number, Viewer::Agent(&actor)).await {
            Ok(Seen { demand, version, .. }) => {
                let written: Vec<_> = events.iter().filter(|event| event.stream.as_str() == stream).collect();
                if version as usize != written.len() {
                    ledger.fault(format!("{stream} has {} events and is at version {version}", written.len()));
                }
                let rectified = written.iter().any(|event| event.event_type == "Modified");
                if demand.content().is_none_or(|content| content.rubrics.clear().is_none()) {
                    ledger.fault(format!("{stream}: its personal part cannot be read"));
                }
                found.push(Found { number, demand, rectified });
            }
            Err(error) => ledger.fault(format!("{stream} cannot be read: {error}")),
        }
    }
    found
}

/// No key is two streams'.
fn keys(events: &[RecordedEvent], ledger: &mut Ledger) {
    let mut streams: BTreeMap<i64, &str> = BTreeMap::new();
    for event in events {
        let Some(key) = event.key_id else { continue };
        if *streams.entry(key).or_insert(event.stream.as_str()) != event.stream.as_str() {
            ledger.fault(format!("key {key} is that of {} and of another stream", event.stream));
        }
    }
}

/// No number, which is its territory, month and sequence, is two demands'.
fn numbers(found: &[Found], ledger: &mut Ledger) {
    let mut given = BTreeSet::new();
    for Found { number, .. } in found {
        if !given.insert((number.territory(), number.year_of_century(), number.month(), number.sequence().value())) {
            ledger.fault(format!("{number} shares its sequence with another demand"));
        }
    }
}
