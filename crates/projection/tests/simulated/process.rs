//! A process: the runners of both views over one reading of the log, until it dies.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use event_log::Position;
use event_log::memory::{Call, Fate, Lost, MemoryLog};
use projection::memory::{Chance, MemoryPlace};
use projection::{Feed, Handle, Options, Pages, Runner, State};
use tokio::task::{AbortHandle, JoinHandle};

use crate::chance::Dice;
use crate::view::{Diary, Notes, Seen};

/// Longer than anything lives.
const FOR_EVER: Duration = Duration::from_secs(1_000_000);

/// What all processes have in common.
#[derive(Clone)]
pub struct Ground {
    pub log: MemoryLog,
    pub place: MemoryPlace<Seen>,
    pub dice: Dice,
    /// From now on nothing goes wrong any more.
    pub quiet: Arc<AtomicBool>,
    pub tally: Arc<Tally>,
}

/// What went wrong so far.
#[derive(Debug, Default)]
pub struct Tally {
    pub deaths: AtomicU64,
    pub lost: AtomicU64,
}

/// The fate of one process: what it asks may take long, get lost, or be the last thing it does.
#[derive(Clone)]
struct Luck {
    dice: Dice,
    quiet: Arc<AtomicBool>,
    tally: Arc<Tally>,
    /// Ends this process.
    end: Arc<OnceLock<AbortHandle>>,
    /// The log never goes back for one process, although it may see it late.
    seen: Arc<AtomicI64>,
}

impl fmt::Debug for Luck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Luck(..)")
    }
}

impl Luck {
    /// How long it takes; none when it is lost.
    fn strikes(&self) -> Option<Duration> {
        if self.quiet.load(Ordering::SeqCst) {
            return Some(Duration::ZERO);
        }
        match self.dice.roll(100) {
            0 => {
                self.tally.deaths.fetch_add(1, Ordering::SeqCst);
                self.end.wait().abort();
                Some(FOR_EVER)
            }
            1..4 => {
                self.tally.lost.fetch_add(1, Ordering::SeqCst);
                None
            }
            _ => Some(self.dice.way()),
        }
    }

    async fn moment(&self) -> Result<(), Lost> {
        match self.strikes() {
            None => Err(Lost),
            Some(Duration::ZERO) => Ok(()),
            Some(pause) => {
                tokio::time::sleep(pause).await;
                Ok(())
            }
        }
    }
}

#[async_trait]
impl Fate for Luck {
    async fn going(&self, _call: Call) -> Result<(), Lost> {
        self.moment().await
    }

    async fn coming(&self, _call: Call) -> Result<(), Lost> {
        self.moment().await
    }

    fn sees(&self, head: Position) -> Position {
        let late = if self.quiet.load(Ordering::SeqCst) { 0 } else { self.dice.roll(4).cast_signed() };
        let seen = (head.get() - late).max(0);
        Position::try_new(self.seen.fetch_max(seen, Ordering::SeqCst).max(seen)).unwrap()
    }
}

/// Two runners in a task.
pub struct Process {
    pub task: JoinHandle<()>,
    pub handles: [Handle; 2],
}

impl Process {
    pub fn start(ground: &Ground) -> Self {
        let Ground { log, place, dice, quiet, tally } = ground;
        let end = Arc::new(OnceLock::new());
        let luck = Luck {
            dice: dice.clone(),
            quiet: Arc::clone(quiet),
            tally: Arc::clone(tally),
            end: Arc::clone(&end),
            seen: Arc::default(),
        };
        let chance: Chance = {
            let luck = luck.clone();
            Arc::new(move || luck.strikes())
        };
        let options = Options { page: u32::try_from(dice.between(1, 7)).unwrap(), pause: dice.millis(20, 600) };
        let notes = Notes { dice: dice.clone(), quiet: Arc::clone(quiet) };
        let feed = Feed::new(Pages::new(log.reader(luck), options.page), notes);
        let (first, one) = Runner::fed(Diary::<0>, feed.clone(), place.through(Arc::clone(&chance)), options);
        let (second, other) = Runner::fed(Diary::<1>, feed, place.through(chance), options);
        let task = tokio::spawn(async move {
            tokio::join!(first.run(std::future::pending()), second.run(std::future::pending()));
        });
        end.set(task.abort_handle()).unwrap();
        Self { task, handles: [one, other] }
    }

    /// Whether both runners have come to an end by themselves; where they stopped.
    pub fn stops(&self) -> Option<[i64; 2]> {
        let stops = self.handles.each_ref().map(|handle| match handle.state() {
            State::Stopped { position, .. } => position.get(),
            _ => 0,
        });
        self.task.is_finished().then_some(stops)
    }
}
