//! How fast a stranger is read.
//!
//! Whoever has not proved who he is may greet, shake hands and send one call; what else he sends is read slowly. Floods of
//! frames (resets, settings, pings, headers without end) cost a server next to nothing then, whatever they consist of, and
//! nobody who has proved himself waits for them. Strangers of one source have an allowance together, too, so that a flood of
//! connections costs no more than a flood on one.

use std::future::Future as _;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::time::{Instant, Sleep, sleep};

use super::strangers::{Allowance, CONNECTION, PATIENCE, Source, TICK};

/// Bytes of a stranger that are read at once: the greeting, and the headers of a call with a token.
const BURST: u64 = 4 * 1024;
/// Bytes of a stranger that are read in a second.
const PACE: u64 = 8 * 1024;

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

/// What may be read of a connection.
pub struct Pace {
    proof: Proof,
    source: Source,
    /// What the source paid for this connection, until it is proved.
    paid: u64,
    allowance: Allowance,
    /// Since when more came than was read, until nothing did for a while.
    pressed: Option<Instant>,
    wait: Option<Pin<Box<Sleep>>>,
}

impl Pace {
    /// Of a connection that was just admitted.
    pub fn of(proof: Proof, source: Source) -> Self {
        let allowance = Allowance::full(BURST, PACE);
        Self { proof, source, paid: CONNECTION, allowance, pressed: None, wait: None }
    }

    /// How many bytes may be read now, at least one.
    ///
    /// # Errors
    /// [`io::ErrorKind::TimedOut`] for a stranger who has sent too much for too long: his place is somebody else's.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        loop {
            if self.is_settled() {
                return Poll::Ready(Ok(usize::MAX));
            }
            if let Some(wait) = &mut self.wait {
                ready!(wait.as_mut().poll(cx));
                self.wait = None;
            }
            match self.allowance.left().min(self.source.left()) {
                0 => {
                    if self.pressed.get_or_insert_with(Instant::now).elapsed() > PATIENCE {
                        return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                    }
                    self.wait = Some(Box::pin(sleep(TICK)));
                }
                left => {
                    if self.allowance.is_full() {
                        self.pressed = None;
                    }
                    return Poll::Ready(Ok(usize::try_from(left).unwrap_or(usize::MAX)));
                }
            }
        }
    }

    /// So many bytes were read.
    pub fn spend(&mut self, read: usize) {
        if self.is_settled() {
            return;
        }
        let read = u64::try_from(read).unwrap_or(u64::MAX);
        self.allowance.spend(read);
        self.source.spend(read);
        self.paid = self.paid.saturating_add(read);
    }

    /// Whether it was proved who calls; then his source has back what it paid.
    fn is_settled(&mut self) -> bool {
        let proved = self.proof.is_given();
        if proved && self.paid > 0 {
            self.source.give_back(std::mem::take(&mut self.paid));
        }
        proved
    }
}

impl Drop for Pace {
    fn drop(&mut self) {
        self.is_settled();
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::net::Ipv4Addr;
    use std::time::Duration;

    use super::super::strangers::Strangers;
    use super::*;

    fn somewhere() -> Source {
        Strangers::default().at(Ipv4Addr::LOCALHOST.into())
    }

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
        let mut pace = Pace::of(Proof::default(), somewhere());
        let (read, lives) = read_for(&mut pace, Duration::from_secs(1)).await;
        assert!(lives && (PACE..=BURST + PACE + PACE / 50).contains(&read), "{read}");
        let (read, lives) = read_for(&mut pace, Duration::from_secs(60)).await;
        assert!(!lives && read <= 2 * PACE, "{read}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_now_and_then_how_a_server_is_may_stay_a_stranger() {
        let mut pace = Pace::of(Proof::default(), somewhere());
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
        let mut pace = Pace::of(proof.clone(), somewhere());
        pace.spend(usize::try_from(BURST).unwrap());
        let began = Instant::now();
        assert!(poll_fn(|cx| Poll::Ready(pace.poll(cx).is_pending())).await);
        proof.give();
        assert_eq!(poll_fn(|cx| pace.poll(cx)).await.unwrap(), usize::MAX);
        assert!(began.elapsed() <= TICK);
    }

    #[tokio::test(start_paused = true)]
    async fn strangers_of_one_source_are_read_as_slowly_together() {
        let source = somewhere();
        let all = source.left();
        let mut paces: Vec<Pace> = (0..1_000).map(|_| Pace::of(Proof::default(), source.clone())).collect();
        let mut read = 0;
        for pace in &mut paces {
            if let Poll::Ready(most) = poll_fn(|cx| Poll::Ready(pace.poll(cx))).await {
                let most = most.unwrap();
                pace.spend(most);
                read += u64::try_from(most).unwrap();
            }
        }
        assert_eq!(read, all);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_proves_himself_costs_his_source_nothing() {
        let source = somewhere();
        let all = source.left();
        for goes_at_once in [false, true] {
            assert!(source.admits().await);
            let proof = Proof::default();
            let mut pace = Pace::of(proof.clone(), source.clone());
            pace.spend(1_500);
            assert_eq!(source.left(), all - CONNECTION - 1_500);
            proof.give();
            if !goes_at_once {
                assert_eq!(poll_fn(|cx| pace.poll(cx)).await.unwrap(), usize::MAX);
                assert_eq!(source.left(), all);
                pace.spend(1_000_000);
            }
            drop(pace);
            assert_eq!(source.left(), all);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_leaves_as_a_stranger_has_cost_his_source_what_he_sent() {
        let source = somewhere();
        let all = source.left();
        assert!(source.admits().await);
        let mut pace = Pace::of(Proof::default(), source.clone());
        pace.spend(100);
        drop(pace);
        assert_eq!(source.left(), all - CONNECTION - 100);
    }
}
