//! The bounded queue before the record, and its one writer.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::{Instant, sleep, timeout};

use super::entry::{Entry, Promptness};
use super::store::Consultations;
use crate::Error;
use crate::tasks::Tasks;

/// Entries that may wait; more answers are held back.
const MOST_WAITING: usize = 1_024;
/// Entries of one transaction.
const TOGETHER: usize = 256;
/// An entry that is not durable after this long holds all further answers back.
const SOON: Duration = Duration::from_secs(1);
/// An attempt to write that takes longer has failed.
const LONGEST: Duration = Duration::from_secs(5);
/// Between two attempts.
const AGAIN: Duration = Duration::from_millis(200);

/// Enters looks. One for a process; everybody who asks shares it.
pub(crate) struct Recorder {
    sender: mpsc::Sender<Waiting>,
    shared: Arc<Shared>,
}

/// What the writer and those who wait for it know of each other. Whoever waits is woken in the order in which he came.
#[derive(Default)]
struct Shared {
    progress: Mutex<Progress>,
    changed: Notify,
    entered: AtomicU64,
    refused: AtomicU64,
}

/// How the record is doing in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recording {
    /// Entries that wait for the writer.
    pub waiting: usize,
    /// Entries that became durable.
    pub entered: u64,
    /// Looks that were refused, because the record could not be written.
    pub refused: u64,
    /// Looks that were refused, because a budget of files was used up.
    pub braked: u64,
    /// The last attempt to write failed.
    pub failing: bool,
}

/// What the writer is at.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// Since when the oldest entry in its hands waits.
    since: Option<Instant>,
    failing: bool,
}

impl Shared {
    fn progress(&self) -> Progress {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, progress: Progress) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = progress;
        self.changed.notify_waiters();
    }
}

/// Something for the writer: an entry, or the wish to know when all before it are durable.
struct Waiting {
    entry: Option<Entry>,
    since: Instant,
    /// Told whether it is durable.
    told: Option<oneshot::Sender<Durable>>,
}

enum Durable {
    Yes,
    NotYet,
}

impl Recorder {
    /// Starts the writer. It ends when the recorder is dropped and everything is written.
    pub(crate) fn start(store: Arc<dyn Consultations>, tasks: &Tasks) -> Self {
        let (sender, receiver) = mpsc::channel(MOST_WAITING);
        let shared = Arc::new(Shared::default());
        tasks.start(Writer { store, receiver, shared: Arc::clone(&shared) }.run());
        Self { sender, shared }
    }

    /// Enters a look, as soon as there is room and nothing waits for too long.
    pub(crate) async fn record(&self, entry: Entry, promptness: Promptness) -> Result<(), Error> {
        let entered = self.enter(entry, promptness).await;
        if entered.is_err() {
            self.shared.refused.fetch_add(1, Ordering::Relaxed);
        }
        entered
    }

    async fn enter(&self, entry: Entry, promptness: Promptness) -> Result<(), Error> {
        self.nothing_waits_for_long().await;
        let room = self.sender.reserve().await.map_err(|_| Error::NotRecorded)?;
        // Also while room was waited for.
        if self.shared.progress().failing {
            return Err(Error::NotRecorded);
        }
        let durable = send(room, Some(entry));
        match promptness {
            Promptness::Queued => Ok(()),
            Promptness::Durable => match durable.await {
                Ok(Durable::Yes) => Ok(()),
                Ok(Durable::NotYet) | Err(_) => Err(Error::NotRecorded),
            },
        }
    }

    /// Waits until the oldest entry is durable, if it has waited for too long; not while the record cannot be written.
    async fn nothing_waits_for_long(&self) {
        loop {
            let mut changed = pin!(self.shared.changed.notified());
            // From here on a word is not missed.
            changed.as_mut().enable();
            let Progress { since, failing } = self.shared.progress();
            if failing || since.is_none_or(|since| since.elapsed() < SOON) {
                return;
            }
            changed.await;
        }
    }

    /// Waits until everything before is durable; how many entries are not, when the time is over.
    pub(crate) async fn drain(&self, within: Duration) -> Result<(), usize> {
        let drained = async {
            loop {
                let room = self.sender.reserve().await.ok()?;
                match send(room, None).await.ok()? {
                    Durable::Yes => return Some(()),
                    Durable::NotYet => sleep(AGAIN).await,
                }
            }
        };
        match timeout(within, drained).await {
            Ok(Some(())) => Ok(()),
            Ok(None) | Err(_) => Err(self.recording().waiting.max(1)),
        }
    }

    pub(crate) fn recording(&self) -> Recording {
        let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Recording {
            waiting: MOST_WAITING.saturating_sub(self.sender.capacity()),
            entered: count(&self.shared.entered),
            refused: count(&self.shared.refused),
            braked: 0,
            failing: self.shared.progress().failing,
        }
    }
}

fn send(room: mpsc::Permit<'_, Waiting>, entry: Option<Entry>) -> oneshot::Receiver<Durable> {
    let (told, durable) = oneshot::channel();
    room.send(Waiting { entry, since: Instant::now(), told: Some(told) });
    durable
}

/// Writes what waits, together, again and again until it is durable: an entry whose answer has left is never given up.
struct Writer {
    store: Arc<dyn Consultations>,
    receiver: mpsc::Receiver<Waiting>,
    shared: Arc<Shared>,
}

impl Writer {
    async fn run(mut self) {
        let mut batch = Vec::with_capacity(TOGETHER);
        while self.receiver.recv_many(&mut batch, TOGETHER).await > 0 {
            let since = batch.first().map(|first| first.since);
            self.shared.tell(Progress { since, failing: false });
            let mut entries: Vec<Entry> = batch.iter_mut().filter_map(|waiting| waiting.entry.take()).collect();
            while !self.is_written(&entries).await {
                self.shared.tell(Progress { since, failing: true });
                // Whoever waits for the disk hears so at once. His answer will not leave; the entry says that he was about to look.
                while let Ok(mut waiting) = self.receiver.try_recv() {
                    entries.extend(waiting.entry.take());
                    batch.push(waiting);
                }
                for told in batch.iter_mut().filter_map(|waiting| waiting.told.take()) {
                    let _ = told.send(Durable::NotYet);
                }
                sleep(AGAIN).await;
            }
            self.shared.entered.fetch_add(entries.len() as u64, Ordering::Relaxed);
            self.shared.tell(Progress::default());
            for told in batch.drain(..).filter_map(|waiting| waiting.told) {
                // Whoever went away does not want to know.
                let _ = told.send(Durable::Yes);
            }
        }
    }

    async fn is_written(&self, entries: &[Entry]) -> bool {
        entries.is_empty() || matches!(timeout(LONGEST, self.store.enter(entries)).await, Ok(Ok(())))
    }
}

impl Drop for Writer {
    /// Whoever waits for it need not wait any more.
    fn drop(&mut self) {
        self.shared.tell(Progress { since: None, failing: true });
    }
}

#[cfg(test)]
mod tests {
    use access::Purpose;
    use async_trait::async_trait;
    use jiff::Timestamp;
    use nomenclature::Actor;
    use tokio::sync::{Semaphore, watch};

    use super::super::budget::Learned;
    use super::super::entry::{Look, LookKind};
    use super::super::reading::{Consulted, ConsultedQuery};
    use super::*;

    /// Writes as often as it is let, fails while it is told to, and remembers.
    struct Paper {
        turns: Semaphore,
        failing: watch::Sender<bool>,
        written: Mutex<Vec<Vec<uuid::Uuid>>>,
    }

    impl Paper {
        fn letting(turns: usize) -> Arc<Self> {
            let (failing, written) = (watch::Sender::new(false), Mutex::default());
            Arc::new(Self { turns: Semaphore::new(turns), failing, written })
        }

        fn written(&self) -> Vec<Vec<uuid::Uuid>> {
            self.written.lock().unwrap().clone()
        }
    }

    #[async_trait]
    impl Consultations for Paper {
        async fn enter(&self, entries: &[Entry]) -> Result<(), Error> {
            self.turns.acquire().await.unwrap().forget();
            if *self.failing.borrow() {
                self.turns.add_permits(1);
                return Err(Error::NotRecorded);
            }
            self.written.lock().unwrap().push(entries.iter().map(|entry| entry.id).collect());
            Ok(())
        }

        async fn forget(&self, _: i32) -> Result<u64, Error> {
            Ok(0)
        }

        async fn read(&self, _: &ConsultedQuery) -> Result<Vec<Consulted>, Error> {
            Ok(Vec::new())
        }

        async fn learn(&self, since: Option<Timestamp>) -> Result<Learned, Error> {
            let until = since.unwrap_or(Timestamp::UNIX_EPOCH);
            Ok(Learned { settled: Vec::new(), fresh: Vec::new(), until })
        }

        async fn kept(&self) -> Result<(u64, u64), Error> {
            Ok((0, 0))
        }
    }

    fn entry() -> Entry {
        Entry::new(Timestamp::UNIX_EPOCH, &Actor::Operator, Look::of(LookKind::Demand, Purpose::Attribution))
    }

    fn recorder(paper: &Arc<Paper>) -> Arc<Recorder> {
        Arc::new(Recorder::start(paper.clone(), &Tasks::default()))
    }

    /// Whether something does not end, though everybody had his turn.
    async fn is_held<F: Future>(work: F) -> bool {
        let mut work = std::pin::pin!(work);
        for _ in 0..100 {
            tokio::select! {
                biased;
                _ = &mut work => return false,
                () = tokio::task::yield_now() => {}
            }
        }
        true
    }

    #[tokio::test]
    async fn a_full_queue_holds_answers_back_and_loses_none() {
        let paper = Paper::letting(0);
        let recorder = recorder(&paper);
        let mut entered = Vec::new();
        // Those in the hands of the writer, and those that wait.
        loop {
            let next = entry();
            entered.push(next.id);
            if is_held(recorder.record(next, Promptness::Queued)).await {
                entered.pop();
                break;
            }
        }
        assert!(entered.len() >= MOST_WAITING, "{}", entered.len());
        assert_eq!(recorder.recording().waiting, MOST_WAITING);
        let held = entry();
        entered.push(held.id);
        let waiting = Arc::clone(&recorder);
        let waiting = tokio::spawn(async move { waiting.record(held, Promptness::Queued).await });
        paper.turns.add_permits(1_000);
        waiting.await.unwrap().unwrap();
        recorder.drain(Duration::from_secs(60)).await.unwrap();
        assert_eq!(paper.written().concat(), entered);
        assert!(paper.written().iter().any(|together| together.len() == TOGETHER), "they are written together");
    }

    #[tokio::test(start_paused = true)]
    async fn an_entry_that_is_not_durable_after_a_second_holds_further_answers_back() {
        let paper = Paper::letting(0);
        let recorder = recorder(&paper);
        recorder.record(entry(), Promptness::Queued).await.unwrap();
        assert!(!is_held(recorder.record(entry(), Promptness::Queued)).await);
        tokio::time::advance(SOON).await;
        assert!(is_held(recorder.record(entry(), Promptness::Queued)).await);
        paper.turns.add_permits(1_000);
        recorder.record(entry(), Promptness::Durable).await.unwrap();
        assert_eq!(paper.written().concat().len(), 3, "one left while it was held back");
    }

    #[tokio::test(start_paused = true)]
    async fn while_the_record_cannot_be_written_everything_is_refused_and_nothing_entered_is_lost() {
        let paper = Paper::letting(1_000);
        let recorder = recorder(&paper);
        recorder.record(entry(), Promptness::Durable).await.unwrap();
        paper.failing.send_replace(true);
        // Its answer has left before anybody knows.
        recorder.record(entry(), Promptness::Queued).await.unwrap();
        assert!(matches!(recorder.record(entry(), Promptness::Durable).await, Err(Error::NotRecorded)));
        assert!(matches!(recorder.record(entry(), Promptness::Queued).await, Err(Error::NotRecorded)));
        assert!(recorder.recording().failing);
        assert!(recorder.drain(Duration::from_secs(3)).await.is_err());
        paper.failing.send_replace(false);
        recorder.drain(Duration::from_secs(3)).await.unwrap();
        recorder.record(entry(), Promptness::Queued).await.unwrap();
        recorder.drain(Duration::from_secs(3)).await.unwrap();
        // One was refused before it came into the queue.
        assert_eq!(paper.written().concat().len(), 4);
        let Recording { entered, refused, failing, .. } = recorder.recording();
        assert_eq!((entered, refused, failing), (4, 2, false));
    }

    #[tokio::test(start_paused = true)]
    async fn a_record_that_does_not_answer_is_one_that_cannot_be_written() {
        let paper = Paper::letting(0);
        let recorder = recorder(&paper);
        let refused = recorder.record(entry(), Promptness::Durable).await;
        assert!(matches!(refused, Err(Error::NotRecorded)));
        assert!(matches!(recorder.record(entry(), Promptness::Queued).await, Err(Error::NotRecorded)));
        paper.turns.add_permits(1_000);
        recorder.drain(Duration::from_secs(3)).await.unwrap();
        recorder.record(entry(), Promptness::Queued).await.unwrap();
    }
}
