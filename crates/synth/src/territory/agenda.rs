//! What is to come, by day.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use jiff::civil::Date;

use crate::file::Change;

/// What is to come of a demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Plan {
    /// It is filed.
    Filing,
    /// Of the opening stock: it is renewed.
    PastRenewal,
    Certificate,
    Piece(u8),
    Change(Turning),
    SecondDesk,
    /// The sister of a household files.
    Twin,
    /// Somebody of the same name and birth date files.
    Namesake,
    Renewal,
    /// Radiation for non-renewal: the register does it of itself.
    Expiry,
    Refusal {
        lessor: u8,
    },
    Lapse {
        lessor: u8,
    },
    LeaseReport {
        lessor: u8,
    },
    Lease {
        lessor: u8,
    },
    NoAnswer {
        lessor: u8,
    },
    InadmissibleWarning {
        lessor: u8,
    },
    Inadmissible {
        lessor: u8,
    },
    Return,
    LateComer,
}

/// A change, in an order of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Turning {
    Contact,
    Work,
    Birth,
    Partner,
    Wishes,
}

impl Turning {
    pub(crate) fn change(self) -> Change {
        match self {
            Self::Contact => Change::Contact,
            Self::Work => Change::Work,
            Self::Birth => Change::Birth,
            Self::Partner => Change::Partner,
            Self::Wishes => Change::Wishes,
        }
    }
}

/// The plans of all demands: the earliest first, and of a day the one made first.
#[derive(Default)]
pub(crate) struct Agenda {
    plans: BinaryHeap<Reverse<(Date, u64, u32, Plan)>>,
    made: u64,
}

impl Agenda {
    pub(crate) fn add(&mut self, day: Date, household: u32, plan: Plan) {
        self.made += 1;
        self.plans.push(Reverse((day, self.made, household, plan)));
    }

    /// The day of the next plan.
    pub(crate) fn next_day(&self) -> Option<Date> {
        self.plans.peek().map(|Reverse((day, ..))| *day)
    }

    /// The next plan of a day or before.
    pub(crate) fn next(&mut self, day: Date) -> Option<(u32, Plan)> {
        if self.next_day()? > day {
            return None;
        }
        self.plans.pop().map(|Reverse((_, _, household, plan))| (household, plan))
    }
}
