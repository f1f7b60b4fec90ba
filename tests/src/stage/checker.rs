//! Compares what the ledger says with what the log holds. Knows nothing of how the register works.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::ledger::Entry;
use crate::wire::{Ack, Order, Reply};
use demand::Act;
use uuid::Uuid;

use crate::stage::evidence::{Evidence, Row};

/// The refusals that the load may meet: everything else it asks for is lawful.
const EXPECTED_REFUSALS: &[&str] = &[
    "DUPLICATE_DEMAND",
    "ALREADY_RENEWED_TODAY",
    "DEMAND_RADIATED",
    "ATTRIBUTION_IN_PROGRESS",
    // Over the network an act names the version it is for, and others may be faster.
    "VERSION_CONFLICT",
    // In process an act names none: it is decided anew, time and again.
    "CONTENDED",
    // Whoever could not wait for the outcome has given it up for good.
    "COMMAND_FENCED",
];

/// Everything that is wrong; empty when all is well.
pub fn faults(evidence: &Evidence) -> Vec<String> {
    let mut faults = Vec::new();
    positions_have_no_gap(evidence, &mut faults);
    versions_have_no_gap(evidence, &mut faults);
    let asked = Asked::read(&evidence.ledger, &mut faults);
    let done = commands(&evidence.events);
    for (id, command) in &asked.commands {
        judge(*id, command, done.get(id).map_or(&[][..], Vec::as_slice), &mut faults);
    }
    for (id, rows) in &done {
        if !asked.commands.contains_key(id) {
            faults.push(format!("position {} comes from command {id}, which nobody asked for", rows[0].position));
        }
    }
    each_number_is_given_once(&asked, &mut faults);
    each_person_has_one_active_demand(&asked, &done, &mut faults);
    claims_are_those_of_active_demands(evidence, &mut faults);
    faults
}

fn positions_have_no_gap(evidence: &Evidence, faults: &mut Vec<String>) {
    for (expected, row) in (1..).zip(&evidence.events) {
        if row.position != expected {
            faults.push(format!("position {expected} is missing, {} is there", row.position));
            break;
        }
    }
    let last = evidence.events.last().map_or(0, |row| row.position);
    if last != evidence.head {
        faults.push(format!("the head says {}, the last event stands at {last}", evidence.head));
    }
}

fn versions_have_no_gap(evidence: &Evidence, faults: &mut Vec<String>) {
    let mut last: HashMap<&str, u32> = HashMap::new();
    for row in &evidence.events {
        let version = last.entry(&row.stream).or_default();
        if row.version != *version + 1 {
            faults.push(format!("stream {} goes from version {version} to {}", row.stream, row.version));
        }
        *version = row.version;
    }
}

/// A command as the ledger knows it.
struct Command<'a> {
    order: &'a Order,
    ack: Option<&'a Ack>,
    refused: Option<&'a str>,
}

struct Asked<'a> {
    commands: BTreeMap<Uuid, Command<'a>>,
}

impl<'a> Asked<'a> {
    fn read(ledger: &'a [Entry], faults: &mut Vec<String>) -> Self {
        let mut commands = BTreeMap::new();
        for entry in ledger {
            match entry {
                Entry::Intent(order) => {
                    if commands.insert(order.command_id, Command { order, ack: None, refused: None }).is_some() {
                        faults.push(format!("command {} was meant twice: the load is wrong", order.command_id));
                    }
                }
                Entry::Answer(reply) => {
                    let Some(command) = commands.get_mut(&reply.command_id()) else {
                        faults.push(format!("command {} was answered and never meant", reply.command_id()));
                        continue;
                    };
                    match reply {
                        Reply::Ack(ack) => match command.ack.replace(ack) {
                            Some(first) if first != ack => {
                                faults.push(format!("command {} was answered in two ways", ack.command_id));
                            }
                            _ => {}
                        },
                        Reply::Refused { reason, .. } => command.refused = Some(reason),
                        Reply::Unknown { .. } | Reply::Failed { .. } => {}
                    }
                }
                Entry::Heard(_) => {}
            }
        }
        Self { commands }
    }
}

/// The events of demands, by command.
fn commands(events: &[Row]) -> BTreeMap<Uuid, Vec<&Row>> {
    let mut commands: BTreeMap<Uuid, Vec<&Row>> = BTreeMap::new();
    for row in events.iter().filter(|row| row.stream_type == "demand") {
        commands.entry(row.command_id).or_default().push(row);
    }
    commands
}

/// One command: answered, and done exactly when the answer says so.
fn judge(id: Uuid, command: &Command<'_>, rows: &[&Row], faults: &mut Vec<String>) {
    match (command.ack, command.refused) {
        (None, None) => faults.push(format!("command {id} was never settled")),
        (Some(_), Some(reason)) => faults.push(format!("command {id} was done and also refused ({reason})")),
        (None, Some(reason)) => {
            if !EXPECTED_REFUSALS.contains(&reason) {
                faults.push(format!("command {id} was refused: {reason}"));
            }
            if let Some(row) = rows.first() {
                faults.push(format!("command {id} was refused ({reason}) and stands at position {}", row.position));
            }
        }
        (Some(ack), None) => acknowledged(ack, command.order, rows, faults),
    }
    let effects = rows.iter().filter(|row| row.command_size.is_some()).count();
    if effects > 1 {
        faults.push(format!("command {id} was done {effects} times"));
    }
}

/// An acknowledged command stands in the log: whole, at its position, with the number and version that were answered.
fn acknowledged(ack: &Ack, order: &Order, rows: &[&Row], faults: &mut Vec<String>) {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        faults.push(format!("command {} was acknowledged at position {} and is lost", ack.command_id, ack.position));
        return;
    };
    let events: Vec<&str> = rows.iter().map(|row| row.event_type.as_str()).collect();
    let whole = first.command_size == i64::try_from(rows.len()).ok()
        && last.position - first.position + 1 == i64::try_from(rows.len()).unwrap_or(0)
        && events == expected_events(&order.act);
    if !whole {
        faults.push(format!("command {} did {events:?} at position {}", ack.command_id, first.position));
    }
    let number = ack.number.to_string();
    let here = rows.iter().all(|row| row.stream == number && row.organisation == order.actor.organisation_code())
        && order.number.is_none_or(|number| number == ack.number);
    if !here || last.position != ack.position || last.version != ack.version {
        faults.push(format!(
            "command {} was answered {number} version {} position {}, the log has {} version {} position {}",
            ack.command_id, ack.version, ack.position, last.stream, last.version, last.position
        ));
    }
}

/// The events that each act of the load causes.
fn expected_events(act: &Act) -> &'static [&'static str] {
    match act {
        Act::Register(_) => &["Registered", "PieceAdded"],
        Act::Modify { .. } => &["Modified"],
        Act::Renew { .. } => &["Renewed"],
        Act::AddPiece(_) => &["PieceAdded"],
        Act::Attribute(_) => &["Attributed"],
        Act::SignLease(lease) if lease.form.is_some() => &["Modified", "LeaseSigned", "Radiated"],
        Act::SignLease(_) => &["LeaseSigned", "Radiated"],
        Act::Renounce(_) => &["Radiated"],
        _ => &[],
    }
}

fn each_number_is_given_once(asked: &Asked<'_>, faults: &mut Vec<String>) {
    let mut given = HashSet::new();
    for command in asked.commands.values().filter(|command| matches!(command.order.act, Act::Register(_))) {
        if let Some(ack) = command.ack
            && !given.insert(ack.number)
        {
            faults.push(format!("number {} was given twice", ack.number));
        }
    }
}

/// Who a registration of the load is about: its surname, whatever its case.
fn person(act: &Act) -> Option<String> {
    let Act::Register(registration) = act else { return None };
    let applicant = registration.form.identity.as_ref()?.applicant.as_ref()?;
    Some(applicant.surname.as_ref()?.to_uppercase())
}

/// A person's next demand begins only after the last one has ended (INV-06).
fn each_person_has_one_active_demand(asked: &Asked<'_>, done: &BTreeMap<Uuid, Vec<&Row>>, faults: &mut Vec<String>) {
    let rows = done.values().flatten();
    let ends: HashMap<&str, i64> =
        rows.filter(|row| row.event_type == "Radiated").map(|row| (row.stream.as_str(), row.position)).collect();
    let mut demands: HashMap<String, Vec<(i64, i64)>> = HashMap::new();
    for (id, rows) in done {
        let Some(person) = asked.commands.get(id).and_then(|command| person(&command.order.act)) else { continue };
        for row in rows.iter().filter(|row| row.event_type == "Registered") {
            let end = ends.get(row.stream.as_str()).copied().unwrap_or(i64::MAX);
            demands.entry(person.clone()).or_default().push((row.position, end));
        }
    }
    for spans in demands.values_mut() {
        spans.sort_unstable();
        for pair in spans.windows(2) {
            if pair[1].0 < pair[0].1 {
                faults.push(format!("the person registered at {} was registered again at {}", pair[0].0, pair[1].0));
            }
        }
    }
}

/// A person of the load has one name, so each active demand holds one claim, and nobody else holds any.
fn claims_are_those_of_active_demands(evidence: &Evidence, faults: &mut Vec<String>) {
    let mut active: BTreeMap<&str, i64> = BTreeMap::new();
    for row in evidence.events.iter().filter(|row| row.stream_type == "demand") {
        match row.event_type.as_str() {
            "Registered" => *active.entry(&row.stream).or_default() += 1,
            "Radiated" => drop(active.remove(row.stream.as_str())),
            _ => {}
        }
    }
    for holder in &evidence.claims {
        *active.entry(holder).or_default() -= 1;
    }
    for (stream, missing) in active {
        match missing {
            0 => {}
            1.. => faults.push(format!("demand {stream} has lost its claim")),
            _ => faults.push(format!("demand {stream} holds a claim that is not its own")),
        }
    }
}
