//! A process of the register: it lives, dies in the middle of what it is at, and comes back.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use event_log::Options;
use event_log::memory::MemoryLog;
use register::memory::{Life, MemoryDatabase, MemoryPlace};
use register::{Clock, Error, Register};
use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;
use tokio::time::{sleep, timeout};

use crate::wire::{Shared, Weather, Wire};

/// How long an answer of a process that lives may take at most: many times all its patience.
const HANGS: Duration = Duration::from_secs(600);
/// How long a process sends a round again before it says that it does not know.
const PATIENCE: Duration = Duration::from_millis(900);

/// Where processes live.
#[derive(Clone)]
pub(crate) struct House {
    pub(crate) log: MemoryLog,
    pub(crate) database: MemoryDatabase,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) weather: Weather,
    pub(crate) dice: Shared,
}

/// A place for a process, and the one that lives there now.
pub(crate) struct Process {
    house: House,
    living: Mutex<Option<Living>>,
}

struct Living {
    register: Register,
    life: Life,
    alive: Arc<AtomicBool>,
    /// Told to all who wait for an answer, in the order in which they asked. (A `watch` wakes in an order of its own chance.)
    death: Arc<Notify>,
}

/// What came of asking a process.
pub(crate) enum Asked<T> {
    /// It answered.
    Answered(T),
    /// It is not there, or died while it was at it.
    Dead,
    /// It lives and does not answer.
    Hangs,
}

impl House {
    /// Opens a register with a life of its own.
    async fn open(&self, life: &Life, alive: &Arc<AtomicBool>) -> Result<Register, Error> {
        let wire = Wire { dice: self.dice.clone(), weather: self.weather.clone(), alive: Arc::clone(alive) };
        let log = self.log.open(wire, Options { connections: 2, patience: PATIENCE, ..Options::default() });
        let (database, clock) = (self.database.clone(), Arc::clone(&self.clock));
        Register::open_in_memory(MemoryPlace { log, database, clock, life: life.clone() }).await
    }

    /// A register that nobody lets die.
    pub(crate) async fn helper(&self) -> Result<Register, Error> {
        self.open(&Life::default(), &Arc::new(AtomicBool::new(true))).await
    }
}

impl Process {
    pub(crate) fn new(house: House) -> Self {
        Self { house, living: Mutex::new(None) }
    }

    /// Starts it; what fails at the start is tried again.
    pub(crate) async fn start(&self) {
        let (life, alive) = (Life::default(), Arc::new(AtomicBool::new(true)));
        let register = loop {
            match self.house.open(&life, &alive).await {
                Ok(register) => break register,
                Err(_) => sleep(Duration::from_millis(50)).await,
            }
        };
        let living = Living { register, life, alive, death: Arc::default() };
        *self.living.lock().unwrap_or_else(PoisonError::into_inner) = Some(living);
    }

    /// Kills it.
    pub(crate) fn kill(&self) {
        let living = self.living.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Living { life, alive, death, register }) = living {
            alive.store(false, Ordering::Relaxed);
            life.end();
            drop(register);
            death.notify_waiters();
        }
    }

    fn living(&self) -> Option<(Register, OwnedNotified)> {
        let living = self.living.lock().unwrap_or_else(PoisonError::into_inner);
        living.as_ref().map(|living| (living.register.clone(), Arc::clone(&living.death).notified_owned()))
    }

    /// Asks it something, as long as it lives.
    pub(crate) async fn ask<T>(&self, ask: impl AsyncFnOnce(Register) -> T) -> Asked<T> {
        let Some((register, death)) = self.living() else { return Asked::Dead };
        tokio::select! {
            biased;
            () = death => Asked::Dead,
            answer = timeout(HANGS, ask(register)) => answer.map_or(Asked::Hangs, Asked::Answered),
        }
    }
}
