//! The fold: what each event changes in the counts. Pure.

use std::collections::BTreeMap;

use demand::DemandEvent;
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
use crate::timeline::{Presence, Timeline, difference};

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

impl Ledger {
    /// Folds one event. Events of a stream that is no unique number, or was never registered, mean nothing here.
    pub fn fold(&mut self, opened: &Opened<'_, DemandEvent>) -> Vec<Delta> {
        let Opened { recorded, event } = opened;
        let Ok(number) = UniqueNumber::parse(recorded.stream.as_str()) else { return Vec::new() };
        if let DemandEvent::Registered(registered) = event {
            self.demands.entry(number).or_insert_with(|| DemandState {
                filed_on: registered.filed_on,
                presence: presence(&registered.facts, registered.person_ref),
                present: false,
                timeline: Timeline::default(),
            });
        }
        let Some(before) = self.demands.get(&number) else { return Vec::new() };
        let mut after = before.clone();
        let flow = after.take(event);
        if changes(event) {
            after.timeline.put(recorded.effective_on, after.present.then_some(after.presence));
        }
        let mut deltas = Vec::new();
        if let Some((counted, value)) = flow {
            deltas.push(Delta { counted, value, ..after.delta(number, recorded) });
        }
        let moved = difference(&before.timeline.edges(), after.timeline.edges());
        deltas.extend(moved.into_iter().map(|((month, (kind, commune)), amount)| Delta {
            commune,
            kind,
            counted: Counted::Stock,
            month,
            value: unix_days(after.filed_on),
            amount,
            ..after.delta(number, recorded)
        }));
        let before = before.timeline.clone();
        deltas.extend(self.households(number, recorded, &before, &after));
        self.demands.insert(number, after);
        deltas
    }

    /// What becomes of the households of a demand, nationwide.
    fn households(
        &mut self,
        number: UniqueNumber,
        recorded: &RecordedEvent,
        before: &Timeline,
        after: &DemandState,
    ) -> Vec<Delta> {
        if *before == after.timeline {
            return Vec::new();
        }
        let alone = |timeline: &Timeline| household::edges(timeline.days_of(None));
        let mut changes = vec![difference(&alone(before), alone(&after.timeline))];
        let mut persons: Vec<Uuid> = before.persons().chain(after.timeline.persons()).collect();
        persons.sort_unstable();
        persons.dedup();
        for person in persons {
            let household = self.households.entry(person).or_default();
            let edges = household.edges();
            household.put(number, after.timeline.days_of(Some(person)));
            changes.push(difference(&edges, household.edges()));
        }
        let changes = changes.into_iter().flatten();
        changes
            .map(|((month, ()), amount)| Delta {
                territory: None,
                commune: None,
                counted: Counted::Household,
                month,
                amount,
                ..after.delta(number, recorded)
            })
            .collect()
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
