//! What a run did, and what is left to do.

use demand::abnormal;
use demand::pending::Delay;
use jiff::civil::Date;
use nomenclature::{Territory, UniqueNumber};
use serde::Serialize;

use super::PAGE;
use super::file::NoticeFile;
use super::port::{DueList, DueQuery, UnsentList};
use crate::Error;
use crate::bulk::Acted;
use crate::register::Register;

/// Demands looked at together: only a few columns of each.
const WAITING_PAGE: u16 = 5_000;

/// What a run did, or would find.
#[derive(Debug, Serialize)]
pub struct DailyReport {
    /// The day.
    pub day: Date,
    /// Every territory with a demand, in order.
    pub territories: Vec<TerritoryDay>,
    /// Lists of notices written now.
    pub files: Vec<NoticeFile>,
    /// Lists of notices deleted now, because every sending is recorded: file names.
    pub deleted: Vec<String>,
}

/// One territory.
#[derive(Debug, Serialize)]
pub struct TerritoryDay {
    /// The territory.
    pub territory: Territory,
    /// Notices listed.
    pub listed: u64,
    /// Demands radiated for non-renewal.
    pub radiated: u64,
    /// Demands whose personal data was erased.
    pub erased: u64,
    /// Demands that the list named and that had nothing due: something was done to them meanwhile.
    pub left: u64,
    /// Demands that could not be decided.
    pub failed: Vec<Failed>,
    /// Demands in the register past their expiry.
    pub expired: u64,
    /// Who waits abnormally long; absent where the territory has no such delay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abnormal: Option<AbnormalCount>,
    /// What is due after the run, by delay; delays with nothing due are left out.
    pub due: Vec<DelayCount>,
    /// Lists of notices some of which still have to go out.
    pub unsent: Vec<UnsentList>,
}

/// How many demands a delay is due on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct DelayCount {
    /// The delay.
    pub delay: Delay,
    /// Delays that are due.
    pub due: u64,
    /// The day the oldest of them counts from.
    pub oldest: Date,
}

/// Demands that wait abnormally long (L441-1-4, INV-54), computed anew on the day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AbnormalCount {
    /// All of them.
    pub waiting: u64,
    /// Those that do since this very day.
    pub since_today: u64,
}

/// A demand that could not be decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// The demand.
    pub number: UniqueNumber,
    /// The stable reason.
    pub reason: String,
}

impl Failed {
    pub(super) fn of(number: UniqueNumber, error: &Error) -> Self {
        Self { number, reason: error.reason() }
    }
}

impl DailyReport {
    pub(super) fn of(day: Date) -> Self {
        Self { day, territories: Vec::new(), files: Vec::new(), deleted: Vec::new() }
    }

    /// Whether every demand could be decided.
    pub fn is_sound(&self) -> bool {
        self.territories.iter().all(|territory| territory.failed.is_empty())
    }
}

impl TerritoryDay {
    pub(super) fn of(territory: Territory) -> Self {
        Self {
            territory,
            listed: 0,
            radiated: 0,
            erased: 0,
            left: 0,
            failed: Vec::new(),
            expired: 0,
            abnormal: None,
            due: Vec::new(),
            unsent: Vec::new(),
        }
    }

    pub(super) fn note(&mut self, acted: Acted) {
        self.left += u64::try_from(acted.left.len()).unwrap_or(u64::MAX);
        self.failed.extend(acted.failed.iter().map(|(number, error)| Failed::of(*number, error)));
    }
}

impl Register {
    /// Fills in what is left to do on a day.
    pub(super) async fn fill(&self, day: &mut TerritoryDay, list: &dyn DueList, on: Date) -> Result<(), Error> {
        day.expired = list.expired(day.territory, on).await?;
        day.unsent = list.unsent_lists(day.territory).await?;
        day.abnormal = self.abnormal(day.territory, list, on).await?;
        let settings = self.parts.settings.in_force(day.territory, on).await?;
        for delay in Delay::ALL {
            let query = DueQuery {
                territory: day.territory,
                delay: *delay,
                day: on,
                settings: &settings,
                after: None,
                most: PAGE,
            };
            let counted = list.count(&query).await?;
            day.due.extend(counted.map(|(due, oldest)| DelayCount { delay: *delay, due, oldest }));
        }
        Ok(())
    }

    /// Who waits abnormally long on a day, by the rows in force then. Nothing is kept of it: the next run computes it anew.
    async fn abnormal(
        &self,
        territory: Territory,
        list: &dyn DueList,
        on: Date,
    ) -> Result<Option<AbnormalCount>, Error> {
        let table = self.parts.settings.ask(territory, |known| known.map(|known| known.abnormal().clone())).await?;
        let Some(table) = table.filter(|table| table.in_force(on).next().is_some()) else { return Ok(None) };
        let (mut count, mut after) = (AbnormalCount::default(), None);
        loop {
            let page = list.waiting(territory, after, WAITING_PAGE).await?;
            let Some(last) = page.last() else { return Ok(Some(count)) };
            after = Some((last.filed_on, last.number));
            for demand in &page {
                let from = abnormal::from(demand.filed_on, &demand.communes, &demand.types, on, &table);
                count.waiting += u64::from(from.is_some_and(|from| from <= on));
                count.since_today += u64::from(from == Some(on));
            }
        }
    }
}
