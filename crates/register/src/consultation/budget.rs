//! How many files an account and its organisation may look at within an hour, and from when on somebody is told of it.

use std::time::Duration;

use demand::territory::Parameters;
use jiff::Timestamp;
use jiff::civil::Date;
use nomenclature::{Actor, AgentId, Siren, Territory};

use super::entry::{Entry, LookKind};

/// From this part of a budget on answers come later, and the manager is told: in hundredths.
pub(super) const EASY: u64 = 80;

/// Files within an hour, wherever they are: what no territory goes beyond.
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

/// What counts for the files of one territory: what its manager decided, and never more than the budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Thresholds {
    pub(crate) territory: Territory,
    /// One account looks at no more.
    pub(crate) account: u32,
    /// All accounts of an organisation together look at no more.
    pub(crate) organisation: u32,
    /// From so many on the manager is told of an account: before or when it is suspended.
    pub(crate) alert: u32,
    /// From so many on an account is suspended; none is where nobody decided so.
    pub(crate) suspension: Option<u32>,
}

impl Thresholds {
    pub(crate) fn of(budgets: &Budgets, territory: Territory, decided: Option<&Parameters>, day: Date) -> Self {
        let decided = |name| decided?.decided(name, day).and_then(|value| u32::try_from(value).ok());
        let within = |name, most: u32| decided(name).unwrap_or(most).min(most);
        let account = within("files_per_account", budgets.account);
        let most = u32::try_from(u64::from(account) * EASY / 100).unwrap_or(u32::MAX);
        let suspension = decided("suspension_files").filter(|files| *files > 0).map(|files| files.min(account));
        let alert = decided("alert_files").unwrap_or(most).min(suspension.unwrap_or(account));
        Self {
            territory,
            account,
            organisation: within("files_per_organisation", budgets.organisation),
            alert: alert.max(1),
            suspension,
        }
    }
}

/// An account, at whatever desk it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Account {
    pub(crate) organisation: Siren,
    pub(crate) agent: AgentId,
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
    pub(crate) account: Account,
    /// Where; none when no territory was named.
    pub(crate) territory: Option<Territory>,
    /// Minutes since 1970.
    pub(crate) minute: i64,
    pub(crate) files: u32,
}

impl Spent {
    /// What an entry costs; nothing when it tells of nobody, or is no account's. A question that finds nobody is a file, too:
    /// names could be tried.
    pub(crate) fn of(actor: &Actor, entry: &Entry) -> Option<Self> {
        let files = u32::try_from(entry.look.shown.len()).unwrap_or(u32::MAX).max(1);
        let spent = Self::by(actor, entry.look.territory, minute_of(entry.at), files);
        spent.filter(|_| entry.look.kind.shows_households())
    }

    /// What an actor looked at; nothing of whoever is no account.
    pub(crate) fn by(actor: &Actor, territory: Option<Territory>, minute: i64, files: u32) -> Option<Self> {
        let Actor::Agent { organisation, agent, .. } = *actor else { return None };
        Some(Self { account: Account { organisation, agent }, territory, minute, files })
    }
}

/// What other processes entered since it was last asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Learned {
    /// What nothing is added to any more.
    pub(crate) settled: Vec<Spent>,
    /// What is too young for that: told once more the next time.
    pub(crate) fresh: Vec<Spent>,
    /// The hour of the database until which it is settled: from there on is asked the next time.
    pub(crate) until: Timestamp,
}

pub(crate) fn minute_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}

#[cfg(test)]
mod tests {
    use cqrs_es::Aggregate as _;
    use demand::Setting;
    use demand::territory::{Act, Command, SettingDraft};
    use jiff::civil::date;

    use super::*;

    const DAY: Date = date(2026, 11, 26);

    fn decided(values: &[(&str, i64)]) -> Parameters {
        let territory = Territory::parse("006").unwrap();
        let mut parameters = Parameters::default();
        for (name, value) in values {
            assert!(Setting::named(name).is_some());
            let (name, valid_from) = (Some((*name).to_owned()), Some(DAY.to_string()));
            let draft = SettingDraft { name, value: Some(*value), valid_from, note: None };
            let command = Command { today: DAY, territory, act: Act::ChangeSetting(draft) };
            parameters.apply(parameters.decide(&command).unwrap());
        }
        parameters
    }

    fn thresholds(values: &[(&str, i64)]) -> (u32, u32, u32, Option<u32>) {
        let budgets = Budgets { account: 1_000, organisation: 5_000, longest_delay: Duration::ZERO };
        let parameters = decided(values);
        let Thresholds { account, organisation, alert, suspension, .. } =
            Thresholds::of(&budgets, Territory::parse("006").unwrap(), Some(&parameters), DAY);
        (account, organisation, alert, suspension)
    }

    #[test]
    fn a_manager_goes_below_the_ceilings_and_never_beyond_them() {
        assert_eq!(thresholds(&[]), (1_000, 5_000, 800, None));
        assert_eq!(thresholds(&[("files_per_account", 100)]), (100, 5_000, 80, None));
        assert_eq!(thresholds(&[("files_per_account", 9_999), ("files_per_organisation", 60)]), (1_000, 60, 800, None));
        assert_eq!(thresholds(&[("alert_files", 20), ("suspension_files", 50)]), (1_000, 5_000, 20, Some(50)));
        // What lies beyond the budget would never be reached.
        assert_eq!(thresholds(&[("alert_files", 7_000), ("suspension_files", 7_000)]).2, 1_000);
        assert_eq!(thresholds(&[("suspension_files", 7_000)]).3, Some(1_000));
        assert_eq!(thresholds(&[("suspension_files", 7), ("files_per_account", 20)]), (20, 5_000, 7, Some(7)));
    }
}
