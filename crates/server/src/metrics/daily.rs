//! The last run of a day: which day, when it ended, and whether this process has failed at one since.

use jiff::tz::TimeZone;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use register::DailyDone;

/// The figures of the run of a day. A time of 0 says that there was none yet.
#[derive(Default)]
pub struct Daily {
    day: Gauge,
    done_at: Gauge,
    failed: Gauge,
    undecided: Gauge,
}

impl Daily {
    /// Puts them into a registry.
    pub fn register(registry: &mut Registry) -> Self {
        let daily = Self::default();
        let help = "The last day whose run came to its end, in whatever process: its midnight in UTC, since 1970";
        registry.register_with_unit("daily_run_day_timestamp", help, Unit::Seconds, daily.day.clone());
        let help = "When that run ended, since 1970";
        registry.register_with_unit("daily_run_end_timestamp", help, Unit::Seconds, daily.done_at.clone());
        let help = "1 when the last attempt of this process at the run of a day failed: it is tried again";
        registry.register("daily_run_failed", help, daily.failed.clone());
        let help = "Demands that the last run of this process could not decide";
        registry.register("daily_run_undecided", help, daily.undecided.clone());
        daily
    }

    /// What the database says of it.
    pub fn done(&self, last: &DailyDone) {
        let midnight = TimeZone::UTC.to_timestamp(last.day.at(0, 0, 0, 0)).map_or(0, |midnight| midnight.as_second());
        self.day.set(midnight);
        self.done_at.set(last.done_at.as_second());
    }

    /// This process failed at it.
    pub fn failed(&self) {
        self.failed.set(1);
    }

    /// The run of today is done; how many demands it could not decide, when this process did it.
    pub fn succeeded(&self, undecided: Option<u64>) {
        self.failed.set(0);
        if let Some(undecided) = undecided {
            self.undecided.set(i64::try_from(undecided).unwrap_or(i64::MAX));
        }
    }
}
