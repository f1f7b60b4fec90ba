//! The one clock of the application. Everything below takes the day as a value.

use jiff::Timestamp;
use jiff::civil::Date;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The instant of now.
    fn now(&self) -> Timestamp;

    /// The civil day in Paris.
    fn today(&self) -> Date {
        nomenclature::paris_day(self.now())
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the only place that asks the machine")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that stands where it was set: for demonstrations that live through a year, and for tests.
#[derive(Debug)]
pub struct SetClock(std::sync::Mutex<Timestamp>);

impl SetClock {
    /// A clock standing at an instant.
    pub fn at(instant: Timestamp) -> Self {
        Self(std::sync::Mutex::new(instant))
    }

    /// Moves it to another instant.
    pub fn set(&self, instant: Timestamp) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = instant;
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
