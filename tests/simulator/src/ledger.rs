//! What clients know, kept apart from the register: what they asked for, and every answer they were given.

use std::collections::{BTreeMap, BTreeSet};

use event_log::Position;
use nomenclature::UniqueNumber;
use register::{Answer, Error, Request};
use uuid::Uuid;

/// An organisation and the id of its command.
pub type Id = (String, Uuid);

/// Everything that clients know.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Every command that was ever sent.
    pub intents: BTreeMap<Id, Intent>,
    /// Demands that clients were told of, in the order of hearing.
    pub numbers: Vec<UniqueNumber>,
    /// What must never be and was.
    pub faults: Vec<String>,
    /// How much of what happened.
    pub told: Told,
}

/// One command, and what is known of it.
#[derive(Debug)]
pub struct Intent {
    /// As it was sent.
    pub request: Request,
    /// The first answer.
    pub answer: Option<Answer>,
    /// It was given up as of this position.
    pub fenced: Option<Position>,
    /// Somebody was told that it was given up.
    pub never: bool,
    /// It was refused because these demands hold a person of it.
    pub held_by: Vec<UniqueNumber>,
    /// It was refused because its demand had moved on from the version it names.
    pub moved: bool,
    /// Up to here it was said not to be there.
    pub absent: Position,
    /// Some attempt at it has no known end: it may be in the log, or come there still.
    pub open: bool,
}

/// How much of what happened: shows that a simulation was worth it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Commands acknowledged.
    pub committed: u64,
    /// First answers given again.
    pub repeated: u64,
    /// Commands refused.
    pub refused: u64,
    /// Attempts whose end nobody knows.
    pub unknown: u64,
    /// Commands given up.
    pub fenced: u64,
    /// Registrations refused because the person holds a demand.
    pub duplicates: u64,
    /// Processes that died.
    pub deaths: u64,
}

impl Told {
    /// With what happened elsewhere.
    pub fn add(&mut self, other: Self) {
        self.committed += other.committed;
        self.repeated += other.repeated;
        self.refused += other.refused;
        self.unknown += other.unknown;
        self.fenced += other.fenced;
        self.duplicates += other.duplicates;
        self.deaths += other.deaths;
    }
}

/// The id of a request.
pub fn id_of(request: &Request) -> Id {
    (request.actor.organisation_code().to_owned(), request.command_id)
}

impl Ledger {
    /// Something that must never be.
    pub fn fault(&mut self, fault: String) {
        self.faults.push(fault);
    }

    /// A command is about to be sent.
    pub fn intend(&mut self, request: &Request) {
        let intent = Intent {
            request: request.clone(),
            answer: None,
            fenced: None,
            never: false,
            held_by: Vec::new(),
            moved: false,
            absent: Position::ZERO,
            open: false,
        };
        self.intents.entry(id_of(request)).or_insert(intent);
    }

    /// An answer was given: the first one, or the first one again.
    pub fn acknowledge(&mut self, id: &Id, answer: Answer) {
        let Some(intent) = self.intents.get_mut(id) else {
            return self.fault(format!("{}: answered, and never asked", id.1));
        };
        match intent.answer {
            Some(first) if first != answer => {
                let fault = format!("{}: answered {answer:?} after {first:?}", id.1);
                return self.fault(fault);
            }
            Some(_) => self.told.repeated += 1,
            None => self.told.committed += 1,
        }
        intent.answer = Some(answer);
        let (fenced, absent) = (intent.fenced, intent.absent);
        if let Some(fenced) = fenced {
            self.fault(format!("{}: committed at {}, and given up as of {fenced}", id.1, answer.position));
        }
        if answer.position <= absent {
            self.fault(format!("{}: committed at {}, and said not to be up to {absent}", id.1, answer.position));
        }
        let known: BTreeSet<UniqueNumber> = self.numbers.iter().copied().collect();
        let told = [Some(answer.number), answer.opened.map(|opened| opened.number)];
        self.numbers.extend(told.into_iter().flatten().filter(|number| !known.contains(number)));
    }

    /// A command was given up.
    pub fn give_up(&mut self, id: &Id, as_of: Position) {
        let Some(intent) = self.intents.get_mut(id) else { return };
        let (answer, first) = (intent.answer, intent.fenced.replace(as_of));
        match first {
            Some(first) if first != as_of => self.fault(format!("{}: given up as of {as_of} after {first}", id.1)),
            Some(_) => {}
            None => self.told.fenced += 1,
        }
        if let Some(answer) = answer {
            self.fault(format!("{}: given up as of {as_of}, and committed at {}", id.1, answer.position));
        }
    }

    /// A command was refused, and nothing was written by this attempt. Whether it was acknowledged already when the attempt
    /// began says `before`: then the first answer was due.
    pub fn refuse(&mut self, id: &Id, reason: &Error, before: Option<Answer>) {
        self.told.refused += 1;
        self.told.duplicates += u64::from(matches!(reason, Error::Duplicate { .. }));
        if let Some(answer) = before {
            self.fault(format!("{}: refused ({reason}) after it was committed at {}", id.1, answer.position));
        }
        let Some(intent) = self.intents.get_mut(id) else { return };
        match reason {
            Error::CommandFenced => intent.never = true,
            Error::Duplicate { held_by } => intent.held_by.push(*held_by),
            Error::VersionConflict { .. } => intent.moved = true,
            _ => {}
        }
    }

    /// Nobody knows how an attempt ended.
    pub fn lose(&mut self, id: &Id) {
        self.told.unknown += 1;
        if let Some(intent) = self.intents.get_mut(id) {
            intent.open = true;
        }
    }

    /// A command was said not to be there up to a position.
    pub fn miss(&mut self, id: &Id, as_of: Position) {
        let Some(intent) = self.intents.get_mut(id) else { return };
        intent.absent = intent.absent.max(as_of);
        if let Some(answer) = intent.answer.filter(|answer| answer.position <= as_of) {
            self.fault(format!("{}: committed at {}, and said not to be up to {as_of}", id.1, answer.position));
        }
    }
}
