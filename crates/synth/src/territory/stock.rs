//! The demands that live, each as shortly as it can be told.

use std::collections::HashMap;

use jiff::civil::Date;
use nomenclature::add_months;

use super::who::Who;

/// A demand in the register, or soon to be.
#[derive(Clone, Debug)]
pub(crate) struct Live {
    pub(crate) who: Who,
    pub(crate) filed_on: Date,
    pub(crate) valid_from: Date,
    /// Fingerprints of the persons it holds.
    pub(crate) persons: Vec<u64>,
    /// Renewals so far.
    pub(crate) renewals: u32,
    /// One of those who stay.
    pub(crate) stays: bool,
    /// Of the opening stock, until its past is told.
    pub(crate) past: Option<Past>,
    /// Acts so far: each draws its own chance.
    pub(crate) acts: u32,
    /// Somebody is about to house or to remove it.
    pub(crate) busy: bool,
    /// The day of a lease that the register may not know yet.
    pub(crate) signed_on: Option<Date>,
    /// Somebody reported that lease.
    pub(crate) reported: bool,
}

/// What is left of the past of a demand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Past {
    /// Renewals.
    pub(crate) left: u32,
    /// Whether the last validity is renewed.
    pub(crate) renews: bool,
}

impl Live {
    /// Filed that day, and valid from that one.
    pub(crate) fn of(who: Who, filed_on: Date, valid_from: Date, persons: Vec<u64>) -> Self {
        Self {
            who,
            filed_on,
            valid_from,
            persons,
            renewals: 0,
            stays: false,
            past: None,
            acts: 1,
            busy: false,
            signed_on: None,
            reported: false,
        }
    }

    pub(crate) fn expires_on(&self) -> Date {
        add_months(self.valid_from, 12)
    }
}

/// All of them, to be picked from.
#[derive(Default)]
pub(crate) struct Stock {
    lives: Vec<Live>,
    places: HashMap<u32, usize>,
}

impl Stock {
    pub(crate) fn len(&self) -> usize {
        self.lives.len()
    }

    pub(crate) fn at(&self, place: usize) -> &Live {
        &self.lives[place]
    }

    pub(crate) fn get(&self, household: u32) -> Option<&Live> {
        self.places.get(&household).map(|place| &self.lives[*place])
    }

    pub(crate) fn get_mut(&mut self, household: u32) -> Option<&mut Live> {
        self.places.get(&household).map(|place| &mut self.lives[*place])
    }

    pub(crate) fn put(&mut self, live: Live) {
        self.places.insert(live.who.household, self.lives.len());
        self.lives.push(live);
    }

    pub(crate) fn take(&mut self, household: u32) -> Option<Live> {
        let place = self.places.remove(&household)?;
        let live = self.lives.swap_remove(place);
        if let Some(moved) = self.lives.get(place) {
            self.places.insert(moved.who.household, place);
        }
        Some(live)
    }
}
