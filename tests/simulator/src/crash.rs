//! What happens to everybody: processes die and come back, and days go by.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use register::Clock;
use tokio::time::{Instant, sleep};

use crate::dice::Dice;
use crate::ledger::Ledger;
use crate::process::Process;

/// The clock of all processes: simulated time since the beginning, and the days that were left out.
pub(crate) struct Calendar {
    began: Instant,
    first: Timestamp,
    days: AtomicI64,
}

impl Calendar {
    pub(crate) fn new(first: Timestamp) -> Self {
        Self { began: Instant::now(), first, days: AtomicI64::new(0) }
    }
}

impl Clock for Calendar {
    fn now(&self) -> Timestamp {
        let left_out = SignedDuration::from_hours(24 * self.days.load(Ordering::Relaxed));
        let lived = SignedDuration::try_from(self.began.elapsed()).unwrap_or(SignedDuration::MAX);
        self.first.saturating_add(left_out + lived).unwrap_or(self.first)
    }
}

/// Lets days go by, for ever.
pub(crate) async fn days_go_by(mut dice: Dice, calendar: Arc<Calendar>) {
    loop {
        sleep(Duration::from_millis(60 + dice.below(400))).await;
        // A day, a month, or most of a year: what a renewal waits for.
        let days = [1, 1, 31, 70, 300][usize::try_from(dice.below(5)).unwrap_or(0)];
        calendar.days.fetch_add(days, Ordering::Relaxed);
    }
}

/// Kills one process after the other, for ever.
pub(crate) async fn processes_die(mut dice: Dice, processes: Arc<Vec<Process>>, ledger: Arc<Mutex<Ledger>>) {
    loop {
        sleep(Duration::from_micros(20_000 + dice.below(600_000))).await;
        let Some(process) = dice.pick(&processes) else { return };
        process.kill();
        ledger.lock().unwrap_or_else(PoisonError::into_inner).told.deaths += 1;
        sleep(Duration::from_micros(dice.below(200_000))).await;
        process.start().await;
    }
}
