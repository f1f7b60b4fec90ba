//! The clock of the demonstration: it follows the dates of the sample, then goes on with the machine's.

use std::sync::atomic::{AtomicBool, Ordering};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use register::{Clock, SetClock, SystemClock};

/// Set by hand until it is let go; never goes back.
pub struct DemoClock {
    set: SetClock,
    free: AtomicBool,
}

impl DemoClock {
    /// A clock that stands in the morning of a day.
    pub fn at(day: Date) -> Self {
        Self { set: SetClock::at(morning(day, 0)), free: AtomicBool::new(false) }
    }

    /// The n-th moment of a working day.
    pub fn set(&self, day: Date, nth: u32) {
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
