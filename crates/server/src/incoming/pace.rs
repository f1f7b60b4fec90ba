//! How fast a stranger is read.
//!
//! Whoever has not proved who he is may greet, shake hands and send one call; what else he sends is read slowly. Floods of
//! frames (resets, settings, pings, headers without end) cost a server next to nothing then, whatever they consist of, and
//! nobody who has proved himself waits for them. While many strangers come and leave without proof, even that first call is
//! read slowly.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// Bytes of a stranger that are read at once: the greeting, and the headers of a call with a token.
const BURST: u64 = 4 * 1024;
/// Bytes of a stranger that are read in a second.
const PACE: u64 = 8 * 1024;
/// How long a stranger may send more than is read: then his connection ends, whose place somebody else can use.
const PATIENCE: Duration = Duration::from_secs(2);
/// Strangers who may come in a second, and leave unproved, and the next ones still have their burst.
const STRANGERS: u64 = 32;
/// How soon it is noticed that a stranger is none any more.
const TICK: Duration = Duration::from_millis(10);

/// Whether a call of a connection proved who calls. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Proof(Arc<AtomicBool>);

impl Proof {
    /// One did.
    pub fn give(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_given(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// So much a second, and no more than a second's worth saved up.
struct Allowance {
    left: u64,
    most: u64,
    a_second: u64,
    counted: Instant,
}

impl Allowance {
    fn full(most: u64, a_second: u64) -> Self {
        Self { left: most, most, a_second, counted: Instant::now() }
    }

    /// What is left now.
    fn left(&mut self) -> u64 {
        let now = Instant::now();
        let passed = u64::try_from(now.duration_since(self.counted).as_micros()).unwrap_or(u64::MAX);
        let earned = passed.saturating_mul(self.a_second) / 1_000_000;
        if earned > 0 {
            self.left = self.left.saturating_add(earned).min(self.most);
            self.counted = now;
        }
        self.left
    }

    fn spend(&mut self, spent: u64) {
        self.left = self.left.saturating_sub(spent);
    }
}

/// Counts the strangers who leave unproved. Clones are the same.
#[derive(Clone)]
pub struct Strangers(Arc<Mutex<Allowance>>);

impl Strangers {
    /// None has left yet.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Allowance::full(STRANGERS, STRANGERS))))
    }

    fn with<T>(&self, ask: impl FnOnce(&mut Allowance) -> T) -> T {
        ask(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What may be read of a connection.
pub struct Pace {
    proof: Proof,
    strangers: Strangers,
    allowance: Allowance,
    /// Since when more came than was read, until nothing did for a while.
    pressed: Option<Instant>,
    wait: Option<Pin<Box<Sleep>>>,
}

impl Pace {
    /// Of a connection that has just begun.
    pub fn of(proof: Proof, strangers: Strangers) -> Self {
        let mut allowance = Allowance::full(BURST, PACE);
        if strangers.with(Allowance::left) == 0 {
            allowance.spend(BURST);
        }
        Self { proof, strangers, allowance, pressed: None, wait: None }
    }

    /// How many bytes may be read now, at least one.
    ///
    /// # Errors
    /// [`io::ErrorKind::TimedOut`] for a stranger who has sent too much for too long.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        loop {
            if self.proof.is_given() {
                return Poll::Ready(Ok(usize::MAX));
            }
            if let Some(wait) = &mut self.wait {
                ready!(wait.as_mut().poll(cx));
                self.wait = None;
            }
            match self.allowance.left() {
                0 => {
                    if self.pressed.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
                        return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                    }
                    self.wait = Some(Box::pin(sleep(TICK)));
                }
                left => {
                    if left == BURST {
                        self.pressed = None;
                    }
                    return Poll::Ready(Ok(usize::try_from(left).unwrap_or(usize::MAX)));
                }
            }
        }
    }

    /// So many bytes were read.
    pub fn spend(&mut self, read: usize) {
        self.allowance.spend(u64::try_from(read).unwrap_or(u64::MAX));
    }
}

impl Drop for Pace {
    fn drop(&mut self) {
        if !self.proof.is_given() {
            self.strangers.with(|allowance| allowance.spend(1));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    /// Reads whatever may be read for a time; tells how much that was, and whether the connection lives.
    async fn read_for(pace: &mut Pace, time: Duration) -> (u64, bool) {
        let (until, mut read) = (Instant::now() + time, 0);
        while Instant::now() < until {
            let Ok(most) = poll_fn(|cx| pace.poll(cx)).await else { return (read, false) };
            pace.spend(most);
            read += u64::try_from(most).unwrap();
        }
        (read, true)
    }

    #[tokio::test(start_paused = true)]
    async fn a_stranger_is_read_slowly_and_sent_away_when_he_goes_on() {
        let mut pace = Pace::of(Proof::default(), Strangers::new());
        let (read, lives) = read_for(&mut pace, Duration::from_secs(1)).await;
        assert!(lives && (PACE..=BURST + PACE + PACE / 50).contains(&read), "{read}");
        let (read, lives) = read_for(&mut pace, Duration::from_secs(60)).await;
        assert!(!lives && read <= 2 * PACE, "{read}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_now_and_then_how_a_server_is_may_stay_a_stranger() {
        let mut pace = Pace::of(Proof::default(), Strangers::new());
        for _ in 0..100 {
            assert_eq!(poll_fn(|cx| pace.poll(cx)).await.unwrap(), usize::try_from(BURST).unwrap());
            pace.spend(usize::try_from(BURST).unwrap());
            let (_, lives) = read_for(&mut pace, Duration::from_millis(100)).await;
            assert!(lives);
            sleep(Duration::from_secs(3_600)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_proved_himself_is_read_as_he_sends_a_moment_later() {
        let proof = Proof::default();
        let mut pace = Pace::of(proof.clone(), Strangers::new());
        pace.spend(usize::try_from(BURST).unwrap());
        let began = Instant::now();
        assert!(poll_fn(|cx| Poll::Ready(pace.poll(cx).is_pending())).await);
        proof.give();
        assert_eq!(poll_fn(|cx| pace.poll(cx)).await.unwrap(), usize::MAX);
        assert!(began.elapsed() <= TICK);
    }

    #[tokio::test(start_paused = true)]
    async fn while_many_strangers_come_and_go_none_is_read_at_once() {
        let strangers = Strangers::new();
        let at_once = |strangers: &Strangers, proof: &Proof| {
            let mut pace = Pace::of(proof.clone(), strangers.clone());
            poll_fn(move |cx| Poll::Ready(pace.poll(cx).is_ready()))
        };
        for _ in 0..STRANGERS {
            assert!(at_once(&strangers, &Proof::default()).await);
        }
        assert!(!at_once(&strangers, &Proof::default()).await);
        sleep(Duration::from_secs(1)).await;
        assert!(at_once(&strangers, &Proof::default()).await);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_proves_himself_and_goes_is_no_stranger() {
        let strangers = Strangers::new();
        for _ in 0..2 * STRANGERS {
            let proof = Proof::default();
            let mut pace = Pace::of(proof.clone(), strangers.clone());
            assert!(poll_fn(|cx| Poll::Ready(pace.poll(cx).is_ready())).await);
            proof.give();
        }
    }
}
