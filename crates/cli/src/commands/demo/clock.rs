//! The clock of the demonstration: it follows the dates of the sample and of the tour, then goes on with the machine's.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use register::{Clock, SetClock, SystemClock};

/// Set by hand, back as well, until it is let go.
pub struct DemoClock {
    set: SetClock,
    /// The day it was set to last, and how many moments of it went by.
    last: Mutex<(Date, u32)>,
    free: AtomicBool,
}

impl DemoClock {
    /// A clock that stands in the morning of a day.
    pub fn at(day: Date) -> Self {
        Self { set: SetClock::at(morning(day, 0)), last: Mutex::new((day, 0)), free: AtomicBool::new(false) }
    }

    /// Goes to the next moment of a working day, or to the first one of another day.
    pub fn next_on(&self, day: Date) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let nth = if last.0 == day { last.1 + 1 } else { 0 };
        *last = (day, nth);
        self.set.set(morning(day, nth));
    }

    /// From now on it goes by itself.
    pub fn let_go(&self) {
        self.free.store(true, Ordering::SeqCst);
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Timestamp {
        let set = self.set.now();
        if self.free.load(Ordering::SeqCst) { set.max(SystemClock.now()) } else { set }
    }
}

fn morning(day: Date, nth: u32) -> Timestamp {
    let paris = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    let instant = paris.to_timestamp(day.at(9, 0, 0, 0)).unwrap_or_default();
    instant.saturating_add((i64::from(nth) * 10).seconds()).unwrap_or(instant)
}
