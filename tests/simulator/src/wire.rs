//! What lies between a process and the log, or what is kept beside it.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use event_log::Position;
use event_log::memory::{Call, Fate, Lost};
use register::memory::Chance;
use tokio::time::sleep;

use crate::dice::Dice;

/// One use of the dice, shared by all who throw them.
#[derive(Clone, Debug)]
pub(crate) struct Shared(Arc<Mutex<Dice>>);

impl Shared {
    pub(crate) fn of(seed: u64, r#use: u64) -> Self {
        Self(Arc::new(Mutex::new(Dice::of(seed, r#use))))
    }

    pub(crate) fn throw<T>(&self, throw: impl FnOnce(&mut Dice) -> T) -> T {
        throw(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The weather for everybody: whether anything goes wrong at all.
#[derive(Clone, Debug)]
pub(crate) struct Weather {
    lost: u64,
    rough: Arc<AtomicBool>,
}

impl Weather {
    pub(crate) fn new(lost: u64) -> Self {
        Self { lost, rough: Arc::new(AtomicBool::new(false)) }
    }

    pub(crate) fn set_rough(&self, rough: bool) {
        self.rough.store(rough, Ordering::Relaxed);
    }

    /// What befalls a message: how long it takes, or none when it is lost.
    fn message(&self, dice: &mut Dice) -> Option<Duration> {
        if !self.rough.load(Ordering::Relaxed) {
            return Some(Duration::ZERO);
        }
        if dice.percent(self.lost) {
            return None;
        }
        // Mostly at once; sometimes so late that others overtake it by far.
        Some(Duration::from_micros(match dice.below(20) {
            0 => dice.below(400_000),
            1..6 => dice.below(10_000),
            _ => dice.below(300),
        }))
    }
}

/// The connection of one process to the log.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) dice: Shared,
    pub(crate) weather: Weather,
    pub(crate) alive: Arc<AtomicBool>,
}

impl Wire {
    async fn message(&self) -> Result<(), Lost> {
        let befalls = self.dice.throw(|dice| self.weather.message(dice));
        match befalls {
            None => return Err(Lost),
            Some(Duration::ZERO) => {}
            Some(late) => sleep(late).await,
        }
        Ok(())
    }

    /// Whoever is dead says nothing more and hears nothing more.
    async fn dies(&self) {
        if !self.alive.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    }
}

#[async_trait]
impl Fate for Wire {
    async fn going(&self, _: Call) -> Result<(), Lost> {
        self.dies().await;
        // What was sent before the process died arrives all the same.
        self.message().await
    }

    async fn coming(&self, _: Call) -> Result<(), Lost> {
        self.message().await?;
        self.dies().await;
        Ok(())
    }
}

/// What lies between all processes and what is kept beside the log.
pub(crate) fn beside(dice: Shared, weather: Weather) -> Chance {
    Arc::new(move || dice.throw(|dice| weather.message(dice)))
}

/// A standby that lags: it sees the log as it was, and never less than before.
pub(crate) struct Lagging {
    pub(crate) dice: Shared,
    pub(crate) weather: Weather,
    pub(crate) seen: Mutex<Position>,
}

impl fmt::Debug for Lagging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lagging(..)")
    }
}

#[async_trait]
impl Fate for Lagging {
    async fn coming(&self, _: Call) -> Result<(), Lost> {
        match self.dice.throw(|dice| self.weather.message(dice)) {
            None => Err(Lost),
            Some(late) => {
                sleep(late).await;
                Ok(())
            }
        }
    }

    fn sees(&self, head: Position) -> Position {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let behind = u64::try_from(head.get() - seen.get()).unwrap_or(0);
        let further = if self.weather.rough.load(Ordering::Relaxed) {
            self.dice.throw(|dice| dice.below(behind + 1))
        } else {
            behind
        };
        *seen = (0..further).fold(*seen, |position, _| position.next());
        *seen
    }
}
