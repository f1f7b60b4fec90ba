//! The brakes: what stops an account that was stolen from reading everything.
//!
//! What an answer tells of is counted where it is entered into the record: in memory, minute by minute, and begun from the record
//! when a process starts. What other processes enter is learned from the record every second. Before a budget is used up
//! answers come later and later; then none comes until the hour has moved on. An account is counted at whatever desk it works:
//! over all territories against the budgets, and in each against what its manager decided.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use nomenclature::{Siren, Territory};

use super::budget::{Account, Budgets, Learned, Spent, Thresholds, minute_of};
use super::hour::Hour;
use crate::Error;

/// Who looked at nothing for an hour is forgotten when so many are known.
const MANY: usize = 4_096;
/// Between two alerts of one account.
const AN_HOUR: i64 = 3_600;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Spender {
    Account(Account),
    Organisation(Siren),
    AccountIn(Account, Territory),
    OrganisationIn(Siren, Territory),
}

/// What is to be done about an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Alarm {
    /// Its manager is to be told: of so many files.
    pub(crate) alert: Option<u32>,
    /// It is to be suspended.
    pub(crate) suspension: bool,
}

/// Counts what is looked at.
pub(crate) struct Brakes {
    pub(crate) budgets: Budgets,
    counted: Mutex<Counted>,
    refused: AtomicU64,
}

#[derive(Default)]
struct Counted {
    hours: HashMap<Spender, Hour>,
    /// When an alert was last raised here, in seconds.
    told: HashMap<(Account, Territory), i64>,
    /// The minute in which a suspension was lifted: what was looked at until then is forgiven.
    lifted: HashMap<Account, i64>,
    learned_until: Option<Timestamp>,
}

impl Counted {
    fn make_room(&mut self, minute: i64) {
        if self.hours.len() > MANY {
            self.hours.values_mut().for_each(|hour| hour.forget_before(minute));
            self.hours.retain(|_, hour| !hour.is_empty());
            self.told.retain(|_, second| *second > (minute - 60) * 60);
            self.lifted.retain(|_, lifted| *lifted > minute - 60);
        }
    }
}

impl Brakes {
    pub(crate) fn new(budgets: Budgets) -> Self {
        Self { budgets, counted: Mutex::default(), refused: AtomicU64::new(0) }
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a look before it is answered; how much later its answer comes.
    ///
    /// # Errors
    /// [`Error::TooManyFiles`] once the account or its organisation has used its hour up: the look is not counted.
    pub(crate) fn spend(
        &self,
        spent: &Spent,
        at: Timestamp,
        thresholds: Option<&Thresholds>,
    ) -> Result<Duration, Error> {
        let Spent { account, minute, files, .. } = *spent;
        let mut limits = vec![
            (Spender::Account(account), self.budgets.account),
            (Spender::Organisation(account.organisation), self.budgets.organisation),
        ];
        if let Some(Thresholds { territory, account: most, organisation, .. }) = thresholds {
            limits.push((Spender::AccountIn(account, *territory), *most));
            limits.push((Spender::OrganisationIn(account.organisation, *territory), *organisation));
        }
        let mut counted = self.counted();
        counted.make_room(minute);
        for (spender, budget) in &limits {
            let hour = counted.hours.entry(*spender).or_default();
            hour.forget_before(minute);
            if hour.files() >= u64::from(*budget) {
                self.refused.fetch_add(1, Ordering::Relaxed);
                let left = hour.free_again(*budget) * 60 - at.as_second();
                let retry_after = Duration::from_secs(u64::try_from(left).unwrap_or(0).max(1));
                return Err(Error::TooManyFiles { retry_after });
            }
        }
        let mut lateness: f64 = 0.0;
        for (spender, budget) in limits {
            let hour = counted.hours.entry(spender).or_default();
            hour.add(minute, files);
            lateness = lateness.max(hour.lateness(budget));
        }
        Ok(self.budgets.longest_delay.mul_f64(lateness))
    }

    /// The hour from which on other processes are to be asked.
    pub(crate) fn learned_until(&self) -> Option<Timestamp> {
        self.counted().learned_until
    }

    /// Counts what other processes entered; whose it is.
    pub(crate) fn learn(&self, learned: &Learned) -> BTreeSet<(Account, Territory)> {
        let Learned { settled, fresh, until } = learned;
        let mut counted = self.counted();
        counted.learned_until = Some(*until);
        counted.hours.values_mut().for_each(Hour::forget_elsewhere);
        let mut settled: Vec<&Spent> = settled.iter().collect();
        settled.sort_by_key(|spent| spent.minute);
        for spent in &settled {
            for spender in spenders(spent) {
                counted.hours.entry(spender).or_default().add(spent.minute, spent.files);
            }
        }
        for spent in fresh {
            for spender in spenders(spent) {
                counted.hours.entry(spender).or_default().add_elsewhere(spent.minute, spent.files);
            }
        }
        let all = settled.into_iter().chain(fresh);
        all.filter_map(|spent| Some((spent.account, spent.territory?))).collect()
    }

    /// What is to be done about an account. An alert is asked for once an hour.
    pub(crate) fn alarm(&self, account: Account, thresholds: &Thresholds, now: Timestamp) -> Alarm {
        let Thresholds { territory, alert, suspension, .. } = *thresholds;
        let mut counted = self.counted();
        let lifted = counted.lifted.get(&account).copied().unwrap_or(i64::MIN);
        let Some(hour) = counted.hours.get_mut(&Spender::AccountIn(account, territory)) else {
            return Alarm::default();
        };
        hour.forget_before(minute_of(now));
        let (files, since, mut alarm) = (hour.files(), hour.files_after(lifted), Alarm::default());
        if files < u64::from(alert) {
            return alarm;
        }
        alarm.suspension = suspension.is_some_and(|most| since >= u64::from(most));
        let told = counted.told.get(&(account, territory)).is_some_and(|told| now.as_second() - told < AN_HOUR);
        if !told {
            counted.told.insert((account, territory), now.as_second());
            alarm.alert = Some(u32::try_from(files).unwrap_or(u32::MAX));
        }
        alarm
    }

    /// The alert could not be raised: it is asked for again.
    pub(crate) fn was_not_told(&self, account: Account, territory: Territory) {
        self.counted().told.remove(&(account, territory));
    }

    /// What an account looked at until then is forgiven: its suspension was lifted.
    pub(crate) fn forgive(&self, account: Account, until: Timestamp) {
        self.counted().lifted.insert(account, minute_of(until));
    }

    /// Looks that were refused.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

fn spenders(spent: &Spent) -> impl Iterator<Item = Spender> + use<> {
    let Spent { account, territory, .. } = *spent;
    let everywhere = [Spender::Account(account), Spender::Organisation(account.organisation)];
    let there = territory
        .map(|there| [Spender::AccountIn(account, there), Spender::OrganisationIn(account.organisation, there)]);
    everywhere.into_iter().chain(there.into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use access::Purpose;
    use nomenclature::{Actor, UniqueNumber};

    use super::super::entry::{Entry, Look, LookKind};
    use super::*;

    const NICE: &str = "732829320/G0601/agent-01";
    const NICE_ELSEWHERE: &str = "732829320/G0611/agent-01";
    const COLLEAGUE: &str = "732829320/G0601/agent-02";
    const ELSEWHERE: &str = "552032534/G0602/agent-01";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn alpes() -> Territory {
        Territory::parse("006").unwrap()
    }

    fn spent_by(who: &str, second: i64, files: usize, kind: LookKind) -> Option<Spent> {
        let number = UniqueNumber::parse("0061126000001006A1").unwrap();
        let shown = vec![(number, 1); files];
        let look = Look { shown, territory: Some(alpes()), ..Look::of(kind, Purpose::Attribution) };
        let who = Actor::parse(who).unwrap();
        Spent::of(&who, &Entry::new(at(second), &who, look))
    }

    fn brakes(account: u32, organisation: u32) -> Brakes {
        Brakes::new(Budgets { account, organisation, longest_delay: Duration::from_secs(2) })
    }

    fn look(brakes: &Brakes, who: &str, second: i64, files: usize) -> Result<Duration, Error> {
        brakes.spend(&spent_by(who, second, files, LookKind::Search).unwrap(), at(second), None)
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
        assert_eq!(look(&brakes, NICE, 0, 80).unwrap(), Duration::ZERO);
        assert_eq!(look(&brakes, NICE, 600, 10).unwrap(), Duration::from_secs(1));
        assert_eq!(look(&brakes, NICE, 660, 10).unwrap(), Duration::from_secs(2));
        assert_eq!(retry(look(&brakes, NICE, 700, 1)), 3_600 - 700);
        assert_eq!(retry(look(&brakes, NICE_ELSEWHERE, 700, 1)), 3_600 - 700, "at whatever desk");
        assert_eq!(retry(look(&brakes, NICE, 3_599, 1)), 1);
        assert_eq!(brakes.refused(), 3);
        // What was looked at first is an hour ago.
        assert_eq!(look(&brakes, NICE, 3_600, 1).unwrap(), Duration::ZERO);
    }

    #[test]
    fn accounts_are_counted_apart_and_their_organisation_together() {
        let brakes = brakes(100, 150);
        look(&brakes, NICE, 0, 100).unwrap();
        assert_eq!(retry(look(&brakes, NICE, 0, 1)), 3_600);
        look(&brakes, COLLEAGUE, 0, 50).unwrap();
        assert_eq!(retry(look(&brakes, COLLEAGUE, 0, 1)), 3_600, "half of his own is left");
        assert_eq!(look(&brakes, ELSEWHERE, 0, 1).unwrap(), Duration::ZERO);
    }

    #[test]
    fn a_question_that_finds_nobody_counts_and_what_names_nobody_does_not() {
        assert_eq!(spent_by(NICE, 0, 0, LookKind::Identity).unwrap().files, 1);
        assert_eq!(spent_by(NICE, 0, 50, LookKind::Record), None);
        assert_eq!(spent_by("operator", 0, 50, LookKind::Search), None);
    }

    #[test]
    fn what_a_territory_decided_counts_there_alone() {
        let brakes = brakes(100, 1_000);
        let thresholds =
            |territory| Thresholds { territory, account: 10, organisation: 15, alert: 10, suspension: None };
        let ask = |who: &str, territory, files| {
            let spent = Spent { territory: Some(territory), ..spent_by(who, 0, files, LookKind::Search).unwrap() };
            brakes.spend(&spent, at(0), Some(&thresholds(territory)))
        };
        ask(NICE, alpes(), 10).unwrap();
        assert_eq!(retry(ask(NICE, alpes(), 1)), 3_600);
        ask(NICE, Territory::parse("083").unwrap(), 10).unwrap();
        ask(COLLEAGUE, alpes(), 5).unwrap();
        assert_eq!(retry(ask(COLLEAGUE, alpes(), 1)), 3_600, "fifteen of the organisation's");
    }

    #[test]
    fn what_other_processes_entered_counts_once() {
        let brakes = brakes(60, 1_000);
        let learned = |settled: Vec<Spent>, fresh: Vec<Spent>| Learned { settled, fresh, until: at(0) };
        let of = |second, files| spent_by(NICE, second, files, LookKind::Search).unwrap();
        let whose = brakes.learn(&learned(vec![of(120, 30)], vec![of(180, 20)]));
        assert_eq!(whose.len(), 1);
        // What was fresh is settled now.
        brakes.learn(&learned(vec![of(180, 20)], Vec::new()));
        assert_eq!(look(&brakes, NICE, 180, 10).unwrap(), Duration::from_secs(2), "sixty of sixty");
        assert_eq!(retry(look(&brakes, NICE, 180, 1)), 3_600 + 120 - 180);
        look(&brakes, COLLEAGUE, 180, 1).unwrap();
    }

    #[test]
    fn an_account_is_told_of_once_an_hour_and_stopped_until_it_is_forgiven() {
        let brakes = brakes(1_000, 1_000);
        let suspension = Some(50);
        let thresholds = Thresholds { territory: alpes(), account: 100, organisation: 100, alert: 20, suspension };
        let spent = |second, files| spent_by(NICE, second, files, LookKind::Search).unwrap();
        let account = spent(0, 1).account;
        let alarm = |second, files| {
            brakes.spend(&spent(second, files), at(second), Some(&thresholds)).unwrap();
            let Alarm { alert, suspension } = brakes.alarm(account, &thresholds, at(second));
            (alert, suspension)
        };
        assert_eq!(alarm(0, 19), (None, false));
        assert_eq!(alarm(60, 1), (Some(20), false));
        assert_eq!(alarm(120, 29), (None, false), "once an hour");
        assert_eq!(alarm(180, 1), (None, true));
        brakes.was_not_told(account, alpes());
        assert_eq!(alarm(180, 1), (Some(51), true));
        brakes.forgive(account, at(185));
        assert_eq!(alarm(240, 49), (None, false), "what is forgiven counts no more");
        assert!(brakes.alarm(account, &Thresholds { suspension: Some(49), ..thresholds }, at(240)).suspension);
    }
}
