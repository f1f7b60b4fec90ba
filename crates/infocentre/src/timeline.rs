//! Where a demand counts on each day, as the events known so far say.
//!
//! The rule: **on a day, a demand is what the last recorded of its events that are effective on that day or before says.** So a
//! lease signed in May and told in July takes the demand out from May on, whatever was recorded of June meanwhile. Kept as
//! steps of increasing days: what is effective from a day on covers every earlier word on that day and those after it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use nomenclature::CommuneCode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::kind::Kind;
use crate::month::Month;

/// How a demand that is in the register counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Presence {
    /// Its kind.
    pub kind: Kind,
    /// The commune of first choice, when one is wished.
    pub commune: Option<CommuneCode>,
    /// The applicant, nationwide.
    pub person: Option<Uuid>,
}

/// From a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Step {
    from: Date,
    presence: Option<Presence>,
}

/// The steps of a demand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timeline(Vec<Step>);

/// Days from a first one to the day before a second one; without end when there is none.
pub type Days = (Date, Option<Date>);

/// A change of how many there are, at a month.
pub type Edges<K> = BTreeMap<(Month, K), i64>;

impl Timeline {
    /// From a day on, the demand is this: it was recorded after everything known so far.
    pub fn put(&mut self, from: Date, presence: Option<Presence>) {
        while self.0.pop_if(|step| step.from >= from).is_some() {}
        if self.0.last().and_then(|step| step.presence) != presence {
            self.0.push(Step { from, presence });
        }
    }

    /// Each change of kind or commune in its month: a count of those whose month is not after another one gives who is there
    /// at the end of that month.
    pub fn edges(&self) -> Edges<(Kind, Option<CommuneCode>)> {
        let mut edges = Edges::new();
        let mut before: Option<Presence> = None;
        for step in &self.0 {
            let month = Month::of(step.from);
            for (presence, amount) in [(before, -1), (step.presence, 1)] {
                if let Some(Presence { kind, commune, .. }) = presence {
                    *edges.entry((month, (kind, commune))).or_default() += amount;
                }
            }
            before = step.presence;
        }
        edges.retain(|_, amount| *amount != 0);
        edges
    }

    /// The days on which a person asks for himself by this demand, in order and apart from one another. `None` is the household
    /// that nobody gave a reference.
    pub fn days_of(&self, person: Option<Uuid>) -> Vec<Days> {
        let mut days: Vec<Days> = Vec::new();
        for step in &self.0 {
            let there = step.presence.is_some_and(|it| it.kind != Kind::Association && it.person == person);
            match (days.last_mut(), there) {
                (Some((_, None)), true) => {}
                (Some((_, until @ None)), false) => *until = Some(step.from),
                (_, true) => days.push((step.from, None)),
                (_, false) => {}
            }
        }
        days
    }

    /// Everybody who asks by it, on any day.
    pub fn persons(&self) -> impl Iterator<Item = Uuid> {
        self.0.iter().filter_map(|step| step.presence?.person)
    }
}

/// What is in one of both and not in the other.
pub fn difference<K: Ord + Copy>(before: &Edges<K>, after: Edges<K>) -> Edges<K> {
    let mut edges = after;
    for (key, amount) in before {
        *edges.entry(*key).or_default() -= amount;
    }
    edges.retain(|_, amount| *amount != 0);
    edges
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn presence(kind: Kind) -> Option<Presence> {
        Some(Presence { kind, commune: None, person: None })
    }

    fn stock(timeline: &Timeline, month: &str) -> Vec<(Kind, i64)> {
        let until = Month::parse(month).unwrap();
        let mut stock: BTreeMap<Kind, i64> = BTreeMap::new();
        for ((month, (kind, _)), amount) in timeline.edges() {
            *stock.entry(kind).or_default() += if month <= until { amount } else { 0 };
        }
        stock.into_iter().filter(|(_, count)| *count != 0).collect()
    }

    #[test]
    fn a_lease_told_late_takes_the_demand_out_from_its_day_on() {
        let mut timeline = Timeline::default();
        timeline.put(date(2026, 1, 10), presence(Kind::FirstDemand));
        timeline.put(date(2026, 6, 10), presence(Kind::Transfer));
        assert_eq!(stock(&timeline, "2026-05"), [(Kind::FirstDemand, 1)]);
        assert_eq!(stock(&timeline, "2026-06"), [(Kind::Transfer, 1)]);
        timeline.put(date(2026, 5, 1), None);
        assert_eq!(stock(&timeline, "2026-04"), [(Kind::FirstDemand, 1)]);
        for month in ["2026-05", "2026-06", "2026-07"] {
            assert_eq!(stock(&timeline, month), [], "{month}");
        }
    }

    #[test]
    fn a_demand_that_comes_back_was_away_in_between() {
        let mut timeline = Timeline::default();
        timeline.put(date(2026, 1, 10), presence(Kind::FirstDemand));
        timeline.put(date(2026, 3, 31), None);
        timeline.put(date(2026, 5, 1), presence(Kind::FirstDemand));
        let counts = ["2026-02", "2026-03", "2026-04", "2026-05"].map(|month| stock(&timeline, month).len());
        assert_eq!(counts, [1, 0, 0, 1]);
        let days = [(date(2026, 1, 10), Some(date(2026, 3, 31))), (date(2026, 5, 1), None)];
        assert_eq!(timeline.days_of(None), days);
    }

    proptest! {
        /// The rule as it is said, day by day, against the steps.
        #[test]
        fn on_a_day_the_last_recorded_of_what_is_effective_counts(
            words in proptest::collection::vec((0_i32..400, 0_usize..4), 1..12), day in 0_i32..420,
        ) {
            let states = [None, presence(Kind::FirstDemand), presence(Kind::Transfer), presence(Kind::Association)];
            let of = |days: i32| date(2025, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
            let mut timeline = Timeline::default();
            for (from, state) in &words {
                timeline.put(of(*from), states[*state]);
            }
            let said = words.iter().rev().find(|(from, _)| *from <= day).and_then(|(_, state)| states[*state]);
            let kept = timeline.0.iter().rev().find(|step| step.from <= of(day)).and_then(|step| step.presence);
            prop_assert_eq!(kept, said);
            prop_assert!(timeline.0.is_sorted_by(|a, b| a.from < b.from && a.presence != b.presence));
            let month = Month::of(of(day));
            let at_its_end = words.iter().rev().find(|(from, _)| of(*from) <= month.last_day());
            let expected: Vec<_> =
                at_its_end.and_then(|(_, state)| states[*state]).map(|it| (it.kind, 1)).into_iter().collect();
            prop_assert_eq!(stock(&timeline, &month.to_string()), expected);
        }
    }
}
