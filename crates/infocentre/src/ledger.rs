//! The fold: what each event changes in the counts. Pure.

use std::collections::BTreeMap;

use demand::DemandEvent;
use demand::event::Registered;
use demand::facts::Facts;
use event_log::{Position, RecordedEvent};
use jiff::Unit;
use jiff::civil::Date;
use nomenclature::{CommuneCode, Territory, UniqueNumber};
use projection::Opened;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::counted::Counted;
use crate::household::{self, Household};
use crate::kind::Kind;
use crate::month::Month;
use crate::timeline::{Days, Edges, Presence, Timeline, difference};

const UNIX_EPOCH: Date = Date::constant(1970, 1, 1);

/// One change of one count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delta {
    /// The event that makes it.
    pub position: Position,
    /// Where; the country as a whole when none.
    pub territory: Option<Territory>,
    /// The commune of first choice.
    pub commune: Option<CommuneCode>,
    /// The kind of demand.
    pub kind: Kind,
    /// What is counted.
    pub counted: Counted,
    /// The month in which it takes effect.
    pub month: Month,
    /// The day of reception of what is in stock, in days since 1970; the days that a housed household had waited; else 0.
    pub value: i32,
    /// How many more, or fewer.
    pub amount: i64,
}

/// A demand, as far as statistics go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemandState {
    filed_on: Date,
    /// How it counts while it is there, by what was last recorded.
    presence: Presence,
    present: bool,
    timeline: Timeline,
}

/// Demands and persons: those that a page touches, or all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// By number.
    pub demands: BTreeMap<UniqueNumber, DemandState>,
    /// By reference.
    pub households: BTreeMap<Uuid, Household>,
}

/// What an event changes by its demand alone, and what it says of persons.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    pub deltas: Vec<Delta>,
    pub households: Vec<Word>,
}

/// The days on which somebody asks by a demand, as an event leaves them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    pub person: Uuid,
    pub number: UniqueNumber,
    pub days: Vec<Days>,
    /// How a change of the person's household counts: its month and amount are still to be said.
    pub counts: Delta,
}

impl Word {
    /// What becomes of the person's household, nationwide.
    pub fn take_in(self, household: &mut Household) -> impl Iterator<Item = Delta> + use<> {
        let Self { number, days, counts, .. } = self;
        let edges = household.edges();
        household.put(number, days);
        of_households(difference(&edges, household.edges()), counts)
    }
}

impl Ledger {
    /// Folds one event. Events of a stream that is no unique number, or was never registered, mean nothing here.
    pub fn fold(&mut self, opened: &Opened<'_, DemandEvent>) -> Vec<Delta> {
        let Opened { recorded, event } = opened;
        let Ok(number) = UniqueNumber::parse(recorded.stream.as_str()) else { return Vec::new() };
        if let DemandEvent::Registered(registered) = event {
            self.demands.entry(number).or_insert_with(|| DemandState::begun(registered));
        }
        let Some(state) = self.demands.get_mut(&number) else { return Vec::new() };
        let Folded { mut deltas, households } = state.fold(number, recorded, event);
        for word in households {
            let household = self.households.entry(word.person).or_default();
            deltas.extend(word.take_in(household));
        }
        deltas
    }

    /// Whether an event changes anything here.
    pub fn concerns(event: &DemandEvent) -> bool {
        changes(event) || matches!(event, DemandEvent::Attributed(_) | DemandEvent::LeaseSigned(_))
    }

    /// The persons that an event may concern, beside those of its demand.
    pub fn person_of(event: &DemandEvent) -> Option<Uuid> {
        match event {
            DemandEvent::Registered(registered) => registered.person_ref,
            DemandEvent::Reinstated(reinstated) => reinstated.person_ref,
            _ => None,
        }
    }
}

impl DemandState {
    /// That of a demand that is being registered.
    pub(crate) fn begun(registered: &Registered) -> Self {
        Self {
            filed_on: registered.filed_on,
            presence: presence(&registered.facts, registered.person_ref),
            present: false,
            timeline: Timeline::default(),
        }
    }

    /// Folds an event of the demand.
    pub(crate) fn fold(&mut self, number: UniqueNumber, recorded: &RecordedEvent, event: &DemandEvent) -> Folded {
        let mut folded = Folded::default();
        if let Some((counted, value)) = self.take(event) {
            folded.deltas.push(Delta { counted, value, ..self.delta(number, recorded) });
        }
        if !changes(event) {
            return folded;
        }
        let before = self.timeline.clone();
        self.timeline.put(recorded.effective_on, self.present.then_some(self.presence));
        if before == self.timeline {
            return folded;
        }
        let counts = self.delta(number, recorded);
        let moved = difference(&before.edges(), self.timeline.edges());
        folded.deltas.extend(moved.into_iter().map(|((month, (kind, commune)), amount)| Delta {
            commune,
            kind,
            counted: Counted::Stock,
            month,
            value: unix_days(self.filed_on),
            amount,
            ..counts.clone()
        }));
        let alone = |timeline: &Timeline| household::edges(timeline.days_of(None));
        let nobodys = difference(&alone(&before), alone(&self.timeline));
        folded.deltas.extend(of_households(nobodys, counts.clone()));
        let mut persons: Vec<Uuid> = before.persons().chain(self.timeline.persons()).collect();
        persons.sort_unstable();
        persons.dedup();
        let words = persons.into_iter().map(|person| {
            let days = self.timeline.days_of(Some(person));
            Word { person, number, days, counts: counts.clone() }
        });
        folded.households.extend(words);
        folded
    }

    /// Everybody who asks, or asked, by it.
    pub fn persons(&self) -> impl Iterator<Item = Uuid> {
        self.timeline.persons().chain(self.presence.person)
    }

    /// Takes an event in; what it counts as by itself, with its value.
    fn take(&mut self, event: &DemandEvent) -> Option<(Counted, i32)> {
        match event {
            DemandEvent::Registered(_) => {
                self.present = true;
                Some((Counted::Registered, 0))
            }
            DemandEvent::Modified(event) => {
                self.learn(&event.facts);
                None
            }
            DemandEvent::CoApplicantDropped(event) => {
                self.learn(&event.facts);
                None
            }
            DemandEvent::Renewed(event) => {
                self.learn(&event.facts);
                Some((Counted::Renewed, 0))
            }
            DemandEvent::Attributed(_) => Some((Counted::Attributed, 0)),
            DemandEvent::LeaseSigned(event) => {
                Some((Counted::Housed, unix_days(event.signed_on).saturating_sub(unix_days(self.filed_on))))
            }
            DemandEvent::Radiated(event) => {
                self.present = false;
                Some((Counted::radiated(event.motive.official()), 0))
            }
            DemandEvent::Reinstated(event) => {
                self.present = true;
                self.presence.person = event.person_ref;
                Some((Counted::Reinstated, 0))
            }
            _ => None,
        }
    }

    fn learn(&mut self, facts: &Facts) {
        self.presence = presence(facts, self.presence.person);
    }

    /// A change by an event, in the month in which it takes effect, of the demand as it is now.
    fn delta(&self, number: UniqueNumber, recorded: &RecordedEvent) -> Delta {
        Delta {
            position: recorded.position,
            territory: Some(number.territory()),
            commune: self.presence.commune,
            kind: self.presence.kind,
            counted: Counted::Registered,
            month: Month::of(recorded.effective_on),
            value: 0,
            amount: 1,
        }
    }
}

/// Changes of how many households there are.
fn of_households(edges: Edges<()>, counts: Delta) -> impl Iterator<Item = Delta> {
    edges.into_iter().map(move |((month, ()), amount)| Delta {
        territory: None,
        commune: None,
        counted: Counted::Household,
        month,
        amount,
        ..counts.clone()
    })
}

/// Whether where a demand counts may change with an event.
fn changes(event: &DemandEvent) -> bool {
    matches!(
        event,
        DemandEvent::Registered(_)
            | DemandEvent::Modified(_)
            | DemandEvent::CoApplicantDropped(_)
            | DemandEvent::Renewed(_)
            | DemandEvent::Radiated(_)
            | DemandEvent::Reinstated(_)
    )
}

fn presence(facts: &Facts, person: Option<Uuid>) -> Presence {
    Presence { kind: Kind::of(facts), commune: facts.communes.first().copied(), person }
}

/// Days since 1970-01-01.
pub(crate) fn unix_days(day: Date) -> i32 {
    day.since((Unit::Day, UNIX_EPOCH)).map_or(i32::MIN, |span| span.get_days())
}
