//! Commands: each has one effect at most, somebody asked for it, and its answers tell of it.

use std::collections::BTreeMap;

use event_log::{Position, RecordedEvent};
use register::{Answer, Outcome, Register};

use crate::client::hear;
use crate::ledger::{Id, Ledger};

/// What the log has of a command.
struct Written<'a> {
    events: Vec<&'a RecordedEvent>,
    /// How often it begins.
    beginnings: usize,
}

/// Nothing in the log was not asked for, or came twice; every answer is there; what was given up is not.
pub(super) fn written(events: &[RecordedEvent], entered: Position, ledger: &mut Ledger) {
    let mut commands: BTreeMap<Id, Written<'_>> = BTreeMap::new();
    for event in events.iter().filter(|event| event.position > entered) {
        let id = (event.organisation.clone(), event.command_id);
        let written = commands.entry(id).or_insert_with(|| Written { events: Vec::new(), beginnings: 0 });
        written.beginnings += usize::from(event.command_size.is_some());
        written.events.push(event);
    }
    let mut faults = Vec::new();
    for (id, written) in &commands {
        let size = written.events.first().and_then(|first| first.command_size).map_or(0, usize::from);
        let together = written.events.windows(2).all(|pair| pair[0].position.next() == pair[1].position);
        if written.beginnings != 1 || size != written.events.len() || !together {
            faults.push(format!("{}: {} effects, {} events of {size}", id.1, written.beginnings, written.events.len()));
        }
        match ledger.intents.get(id) {
            None => faults.push(format!("{}: nobody asked for it", id.1)),
            Some(intent) => {
                if intent.fenced.is_some() || intent.never {
                    faults.push(format!("{}: given up, and in the log", id.1));
                }
                let last = written.events.last().map_or(Position::ZERO, |last| last.position);
                if last <= intent.absent {
                    faults.push(format!("{}: at {last}, and said not to be up to {}", id.1, intent.absent));
                }
                if intent.answer.is_none() && !intent.open {
                    faults.push(format!("{}: refused each time, and in the log", id.1));
                }
            }
        }
    }
    for (id, intent) in &ledger.intents {
        let Some(answer) = &intent.answer else { continue };
        let told = commands.get(id).is_some_and(|written| tells(answer, &written.events));
        // A version that a command names was there until its own effect; and nobody is a duplicate of himself.
        let by_itself = intent.moved
            || intent.held_by.iter().any(|holder| {
                *holder == answer.number && intent.request.number.is_none()
                    || answer.opened.is_some_and(|opened| opened.number == *holder)
            });
        if by_itself {
            faults.push(format!("{}: refused because of its own effect at {}", id.1, answer.position));
        }
        if !told {
            faults.push(format!("{}: answered {answer:?}, which the log does not tell", id.1));
        }
    }
    ledger.faults.extend(faults);
}

/// Whether an answer is the one of these events.
fn tells(answer: &Answer, events: &[&RecordedEvent]) -> bool {
    let Some(last) = events.last() else { return false };
    let of_the_demand = || events.iter().filter(|event| event.stream == last.stream);
    let opened = events.iter().rev().find(|event| event.stream != last.stream);
    let opened = opened.map(|event| (event.stream.to_string(), event.version));
    last.position == answer.position
        && last.version == answer.version
        && last.stream.as_str() == answer.number.as_str()
        && last.recorded_at == answer.recorded_at
        && of_the_demand().map(|event| event.effective_on).min() == Some(answer.effective_on)
        && opened == answer.opened.map(|opened| (opened.number.to_string(), opened.version))
}

/// Whoever asks a fresh process what became of his command, or sends it again, is told the same for ever.
pub(super) async fn answered_again(fresh: &Register, ledger: &mut Ledger) {
    let asked: Vec<_> = ledger.intents.iter().map(|(id, intent)| (id.clone(), intent.request.clone())).collect();
    for (id, request) in asked {
        match fresh.outcome(request.command_id, &request.actor).await {
            Ok(outcome) => {
                hear(ledger, &id, outcome);
                let known = ledger.intents.get(&id).and_then(|intent| intent.answer);
                if let (Outcome::NotCommittedAsOf(_) | Outcome::Fenced(_), Some(answer)) = (outcome, known) {
                    ledger.fault(format!("{}: answered {answer:?}, and there is no trace of it", id.1));
                }
                if let Outcome::Committed(_) = outcome {
                    match fresh.execute(request).await {
                        Ok(answer) => ledger.acknowledge(&id, answer),
                        Err(error) => ledger.fault(format!("{}: refused ({error}), and committed", id.1)),
                    }
                }
            }
            Err(error) => ledger.fault(format!("{}: no outcome is told: {error}", id.1)),
        }
    }
}
