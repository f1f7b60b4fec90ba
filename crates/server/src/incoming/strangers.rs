//! What strangers may cost, all those of one source together.
//!
//! Whoever proves himself gets back what he cost as a stranger, so that a source of many callers, as an office behind one
//! address, never runs out. A source of many who prove nothing does, and waits; nobody of another source does.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Bytes that strangers of one source may send at once.
const BURST: u64 = 256 * 1_024;
/// Bytes that they may send in a second.
const PACE: u64 = 16 * 1_024;
/// A connection costs as much as so many bytes before it has sent any.
pub const CONNECTION: u64 = 1_024;
/// A connection that is not admitted within this time ends, unread.
pub const PATIENCE: Duration = Duration::from_secs(2);
/// How soon it is noticed that there is something left again.
pub const TICK: Duration = Duration::from_millis(10);
/// So many sources that have cost something are remembered; those beyond share what one may cost.
const SOURCES: usize = 4_096;

/// So many bytes a second, and no more than so many saved up.
pub struct Allowance {
    left: u64,
    most: u64,
    a_second: u64,
    counted: Instant,
}

impl Allowance {
    /// All saved up that can be.
    pub fn full(most: u64, a_second: u64) -> Self {
        Self { left: most, most, a_second, counted: Instant::now() }
    }

    /// What is left now.
    pub fn left(&mut self) -> u64 {
        let now = Instant::now();
        let passed = u64::try_from(now.duration_since(self.counted).as_micros()).unwrap_or(u64::MAX);
        let earned = passed.saturating_mul(self.a_second) / 1_000_000;
        if earned > 0 {
            self.give(earned);
            self.counted = now;
        }
        self.left
    }

    /// Whether all is saved up that can be.
    pub fn is_full(&mut self) -> bool {
        self.left() == self.most
    }

    /// As far as there is so much.
    pub fn spend(&mut self, spent: u64) {
        self.left = self.left.saturating_sub(spent);
    }

    fn give(&mut self, bytes: u64) {
        self.left = self.left.saturating_add(bytes).min(self.most);
    }
}

/// Every source that has cost something of late. Clones are the same.
#[derive(Clone, Default)]
pub struct Strangers(Arc<Mutex<HashMap<IpAddr, Allowance>>>);

impl Strangers {
    /// Those of an address: of its network, where a network is what one subscriber has.
    pub fn at(&self, address: IpAddr) -> Source {
        let address = match address.to_canonical() {
            IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() >> 64 << 64)),
            four => four,
        };
        let mut sources = self.sources();
        if sources.len() >= SOURCES && !sources.contains_key(&address) {
            sources.retain(|_, allowance| !allowance.is_full());
        }
        // No connection comes from there.
        let overflows = sources.len() >= SOURCES && !sources.contains_key(&address);
        let address = if overflows { Ipv6Addr::UNSPECIFIED.into() } else { address };
        Source { strangers: self.clone(), address }
    }

    fn sources(&self) -> MutexGuard<'_, HashMap<IpAddr, Allowance>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, address: IpAddr, ask: impl FnOnce(&mut Allowance) -> T) -> T {
        ask(self.sources().entry(address).or_insert_with(|| Allowance::full(BURST, PACE)))
    }
}

/// The strangers of one source. Clones are the same.
#[derive(Clone)]
pub struct Source {
    strangers: Strangers,
    address: IpAddr,
}

impl Source {
    /// Bytes that they may send now.
    pub fn left(&self) -> u64 {
        self.strangers.with(self.address, Allowance::left)
    }

    /// They sent so many.
    pub fn spend(&self, bytes: u64) {
        self.strangers.with(self.address, |allowance| allowance.spend(bytes));
    }

    /// Whoever sent so many is no stranger.
    pub fn give_back(&self, bytes: u64) {
        self.strangers.with(self.address, |allowance| allowance.give(bytes));
    }

    /// Waits until one more connection may cost what a connection costs; false when that takes too long.
    pub async fn admits(&self) -> bool {
        let until = Instant::now() + PATIENCE;
        loop {
            let admits = self.strangers.with(self.address, |allowance| {
                let admits = allowance.left() >= CONNECTION;
                if admits {
                    allowance.spend(CONNECTION);
                }
                admits
            });
            if admits || Instant::now() >= until {
                return admits;
            }
            sleep(TICK).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn four(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    /// How many connections are admitted one after the other until one is not, within a minute.
    async fn admitted(source: &Source, most: u64) -> u64 {
        let mut admitted = 0;
        while admitted < most && source.admits().await {
            admitted += 1;
        }
        admitted
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_of_strangers_waits_and_no_other_source_does() {
        let strangers = Strangers::default();
        let (flood, other) = (strangers.at(four(1)), strangers.at(four(2)));
        let began = Instant::now();
        assert_eq!(admitted(&flood, BURST / CONNECTION).await, BURST / CONNECTION);
        assert_eq!(began.elapsed(), Duration::ZERO);
        // From now on as many a second as its pace has room for.
        assert_eq!(admitted(&flood, 10 * PACE / CONNECTION).await, 10 * PACE / CONNECTION);
        let took = began.elapsed();
        assert!((Duration::from_secs(9)..Duration::from_secs(12)).contains(&took), "{took:?}");
        let before = Instant::now();
        assert!(other.admits().await);
        assert_eq!(before.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_not_admitted_in_time_is_not_admitted() {
        let flood = Strangers::default().at(four(1));
        flood.spend(BURST);
        // Others take what comes.
        let began = Instant::now();
        let (thirsty, waiting) = (flood.clone(), flood);
        let thirst = async {
            while began.elapsed() < 2 * PATIENCE {
                thirsty.spend(BURST);
                sleep(TICK / 2).await;
            }
        };
        let ((), admitted) = tokio::join!(thirst, waiting.admits());
        assert!(!admitted);
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_whose_callers_prove_themselves_never_runs_out() {
        let office = Strangers::default().at(four(1));
        for _ in 0..10 * BURST / CONNECTION {
            assert!(office.admits().await);
            office.give_back(CONNECTION);
        }
        assert_eq!(office.left(), BURST);
    }

    #[tokio::test(start_paused = true)]
    async fn a_network_of_version_six_is_one_source_and_a_mapped_address_is_its_own() {
        let strangers = Strangers::default();
        let six = |text: &str| strangers.at(text.parse().unwrap());
        six("2001:db8:0:1::7").spend(BURST);
        assert_eq!(six("2001:db8:0:1:ffff::1").left(), 0);
        assert_eq!(six("2001:db8:0:2::7").left(), BURST);
        strangers.at(four(1)).spend(BURST);
        assert_eq!(six("::ffff:192.0.2.1").left(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn however_many_sources_come_so_many_are_remembered() {
        let strangers = Strangers::default();
        for n in 0..2 * u32::try_from(SOURCES).unwrap() {
            strangers.at(IpAddr::from(n.to_be_bytes())).spend(BURST);
        }
        assert!(strangers.sources().len() <= SOURCES + 1);
        // Those beyond share one allowance; in time each has its own again.
        assert_eq!(strangers.at(four(200)).left(), 0);
        sleep(Duration::from_secs(BURST / PACE + 1)).await;
        assert_eq!(strangers.at(four(201)).left(), BURST);
        strangers.at(four(202)).spend(1);
        assert!(strangers.sources().len() <= 2);
    }
}
