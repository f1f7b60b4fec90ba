//! The brakes: how many files an account and its organisation may look at within an hour: what stops one
//! that was stolen from reading everything.
//!
//! What an answer tells of is counted where it is entered into the record: in memory, minute by minute, and begun from the record
//! when a process starts. Other processes count for themselves: with several servers, a budget holds for each. Before a budget
//! is used up answers come later and later; then none comes until the hour has moved on.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::entry::{Entry, LookKind};
use crate::Error;

const MINUTES: i64 = 60;
/// From this part of a budget on answers come later: in hundredths.
const EASY: u64 = 80;
/// Who looked at nothing for an hour is forgotten when so many are known.
const MANY: usize = 4_096;

/// Files within an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budgets {
    /// Of one account.
    pub account: u32,
    /// Of all accounts of an organisation together.
    pub organisation: u32,
    /// How much later the last answer of a budget comes.
    pub longest_delay: Duration,
}

impl Default for Budgets {
    /// Far more than anybody reads at a desk; a lessor's own system reads its candidates every day.
    fn default() -> Self {
        Self { account: 10_000, organisation: 100_000, longest_delay: Duration::from_secs(2) }
    }
}

impl LookKind {
    /// Whether households are told of: what an auditor replays is sealed, a list of notices is the register's own.
    fn shows_households(self) -> bool {
        match self {
            Self::Demand | Self::History | Self::Shared | Self::Search | Self::Identity | Self::Elsewhere => true,
            // Persons can be tried by registering them as well as by searching them.
            Self::Duplicate => true,
            Self::Replay | Self::Log | Self::Notices | Self::Record | Self::Rights => false,
        }
    }
}

/// What somebody looked at within a minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spent {
    pub(crate) actor: String,
    pub(crate) organisation: String,
    /// Minutes since 1970.
    pub(crate) minute: i64,
    pub(crate) files: u32,
}

impl Spent {
    /// What an entry costs; nothing when it tells of nobody. A question that finds nobody is a file, too: names could be tried.
    pub(crate) fn of(entry: &Entry) -> Option<Self> {
        let Entry { actor, organisation, at, look, .. } = entry;
        let files = u32::try_from(look.shown.len()).unwrap_or(u32::MAX).max(1);
        let minute = minute_of(*at);
        look.kind.shows_households().then(|| Self {
            actor: actor.clone(),
            organisation: organisation.clone(),
            minute,
            files,
        })
    }
}

fn minute_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Spender {
    Account(String),
    Organisation(String),
}

/// The files of an hour, by the minute.
#[derive(Default)]
struct Hour {
    minutes: VecDeque<(i64, u32)>,
    files: u64,
}

impl Hour {
    fn forget_before(&mut self, now: i64) {
        while let Some((_, files)) = self.minutes.front().filter(|(minute, _)| *minute <= now - MINUTES).copied() {
            self.files -= u64::from(files);
            self.minutes.pop_front();
        }
    }

    fn add(&mut self, minute: i64, files: u32) {
        match self.minutes.back_mut() {
            Some((last, sum)) if *last >= minute => *sum = sum.saturating_add(files),
            _ => self.minutes.push_back((minute, files)),
        }
        self.files = self.minutes.iter().map(|(_, files)| u64::from(*files)).sum();
    }

    /// When enough of it is over.
    fn free_again(&self, budget: u32) -> i64 {
        let mut left = self.files;
        for (minute, files) in &self.minutes {
            left -= u64::from(*files);
            if left < u64::from(budget) {
                return minute + MINUTES;
            }
        }
        0
    }

    /// How late an answer comes, as a part of the longest delay.
    fn lateness(&self, budget: u32) -> f64 {
        let budget = u64::from(budget.max(1));
        let easy = budget * EASY / 100;
        let beyond = self.files.saturating_sub(easy) as f64;
        (beyond / (budget - easy).max(1) as f64).min(1.0)
    }
}

/// Counts what is looked at in this process.
pub(crate) struct Brakes {
    budgets: Budgets,
    hours: Mutex<HashMap<Spender, Hour>>,
    refused: AtomicU64,
}

impl Brakes {
    /// Begins with what was looked at within the last hour.
    pub(crate) fn new(budgets: Budgets, mut spent: Vec<Spent>) -> Self {
        spent.sort_by_key(|spent| spent.minute);
        let mut hours: HashMap<Spender, Hour> = HashMap::new();
        for Spent { actor, organisation, minute, files } in spent {
            for spender in [Spender::Account(actor), Spender::Organisation(organisation)] {
                hours.entry(spender).or_default().add(minute, files);
            }
        }
        Self { budgets, hours: Mutex::new(hours), refused: AtomicU64::new(0) }
    }

    /// Counts a look before it is answered; how much later its answer comes.
    ///
    /// # Errors
    /// [`Error::TooManyFiles`] once the account or its organisation has used its hour up: the look is not counted.
    pub(crate) fn spend(&self, entry: &Entry) -> Result<Duration, Error> {
        let Some(Spent { actor, organisation, minute, files }) = Spent::of(entry) else { return Ok(Duration::ZERO) };
        let both = [
            (Spender::Account(actor), self.budgets.account),
            (Spender::Organisation(organisation), self.budgets.organisation),
        ];
        let mut hours = self.hours.lock().unwrap_or_else(PoisonError::into_inner);
        if hours.len() > MANY {
            hours.values_mut().for_each(|hour| hour.forget_before(minute));
            hours.retain(|_, hour| !hour.minutes.is_empty());
        }
        for (spender, budget) in &both {
            let hour = hours.entry(spender.clone()).or_default();
            hour.forget_before(minute);
            if hour.files >= u64::from(*budget) {
                self.refused.fetch_add(1, Ordering::Relaxed);
                let left = hour.free_again(*budget) * 60 - entry.at.as_second();
                let retry_after = Duration::from_secs(u64::try_from(left).unwrap_or(0).max(1));
                return Err(Error::TooManyFiles { retry_after });
            }
        }
        let mut lateness: f64 = 0.0;
        for (spender, budget) in both {
            let hour = hours.entry(spender).or_default();
            hour.add(minute, files);
            lateness = lateness.max(hour.lateness(budget));
        }
        Ok(self.budgets.longest_delay.mul_f64(lateness))
    }

    /// Looks that were refused.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use access::Purpose;
    use nomenclature::{Actor, UniqueNumber};

    use super::super::entry::Look;
    use super::*;

    const NICE: &str = "732829320/G0601/agent-01";
    const COLLEAGUE: &str = "732829320/G0601/agent-02";
    const ELSEWHERE: &str = "552032534/G0602/agent-01";

    fn look(who: &str, second: i64, files: usize) -> Entry {
        let number = UniqueNumber::parse("0061126000001006A1").unwrap();
        let look = Look { shown: vec![(number, 1); files], ..Look::of(LookKind::Search, Purpose::Attribution) };
        Entry::new(Timestamp::from_second(second).unwrap(), &Actor::parse(who).unwrap(), look)
    }

    fn brakes(account: u32, organisation: u32) -> Brakes {
        Brakes::new(Budgets { account, organisation, longest_delay: Duration::from_secs(2) }, Vec::new())
    }

    fn retry(refused: Result<Duration, Error>) -> u64 {
        match refused {
            Err(Error::TooManyFiles { retry_after }) => retry_after.as_secs(),
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn answers_come_later_and_later_and_then_none_until_the_hour_has_moved_on() {
        let brakes = brakes(100, 1_000);
        assert_eq!(brakes.spend(&look(NICE, 0, 80)).unwrap(), Duration::ZERO);
        assert_eq!(brakes.spend(&look(NICE, 600, 10)).unwrap(), Duration::from_secs(1));
        assert_eq!(brakes.spend(&look(NICE, 660, 10)).unwrap(), Duration::from_secs(2));
        assert_eq!(retry(brakes.spend(&look(NICE, 700, 1))), 3_600 - 700);
        assert_eq!(retry(brakes.spend(&look(NICE, 3_599, 1))), 1);
        assert_eq!(brakes.refused(), 2);
        // What was looked at first is an hour ago.
        assert_eq!(brakes.spend(&look(NICE, 3_600, 1)).unwrap(), Duration::ZERO);
    }

    #[test]
    fn accounts_are_counted_apart_and_their_organisation_together() {
        let brakes = brakes(100, 150);
        brakes.spend(&look(NICE, 0, 100)).unwrap();
        assert_eq!(retry(brakes.spend(&look(NICE, 0, 1))), 3_600);
        brakes.spend(&look(COLLEAGUE, 0, 50)).unwrap();
        assert_eq!(retry(brakes.spend(&look(COLLEAGUE, 0, 1))), 3_600, "half of his own is left");
        assert_eq!(brakes.spend(&look(ELSEWHERE, 0, 1)).unwrap(), Duration::ZERO);
    }

    #[test]
    fn a_question_that_finds_nobody_counts_and_what_names_nobody_does_not() {
        let brakes = brakes(2, 100);
        brakes.spend(&look(NICE, 0, 0)).unwrap();
        brakes.spend(&look(NICE, 0, 0)).unwrap();
        retry(brakes.spend(&look(NICE, 0, 0)));
        let mut record = look(NICE, 0, 50);
        record.look.kind = LookKind::Record;
        assert_eq!(brakes.spend(&record).unwrap(), Duration::ZERO);
    }

    #[test]
    fn a_process_that_starts_goes_on_counting() {
        let before = look(NICE, 120, 60);
        let budgets = Budgets { account: 60, organisation: 1_000, longest_delay: Duration::ZERO };
        let brakes = Brakes::new(budgets, vec![Spent::of(&before).unwrap()]);
        assert_eq!(retry(brakes.spend(&look(NICE, 180, 1))), 3_600 + 120 - 180);
        brakes.spend(&look(COLLEAGUE, 180, 1)).unwrap();
    }
}
