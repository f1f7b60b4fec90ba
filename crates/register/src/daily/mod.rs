//! The daily run: what falls due with the days, done once for every territory (R441-2-7, R441-2-8 e, INV-19,
//! INV-32, INV-61).
//!
//! - A due-list tells what to look at; each demand decides for itself ([`crate::bulk`]). So a run that was killed anywhere is
//!   simply run again, a list that is behind does no harm, and missed days are caught up by the next run.
//! - Nothing is dated back: an act bears the day on which it is recorded, however long it was due.
//! - One run at a time, by a lock of the database: two at once would harm nothing, but both would write the same files.
//! - Notices are listed, not sent: whoever mails them finds them in a file ([`notices`]), and tells the register what went
//!   out ([`proofs`]). Who was never written to is never radiated.

mod done;
mod file;
mod lock;
mod notices;
mod port;
mod proofs;
mod report;

use std::path::Path;

use demand::pending::Delay;
use demand::{DailyAct, Settings};
use event_log::Position;
use jiff::civil::Date;
use nomenclature::{Territory, UniqueNumber, add_months};

pub use done::{DailyDone, last_daily_run};
pub use file::NoticeFile;
pub use port::{DueList, DueListUnavailable, DuePlace, DueQuery, ListedNotice, UnsentList, Waiting};
pub use proofs::{NoticeProof, Proofs};
pub use report::{AbnormalCount, DailyReport, DelayCount, Failed, TerritoryDay};

use crate::Error;
use crate::bulk::{self, OwnAct};
use crate::register::Register;
pub(crate) use done::{Days, PgDays};
pub(crate) use lock::Lock;

/// Entries of the list looked at together.
const PAGE: u16 = bulk::PAGE as u16;
/// A plan looks this many months ahead at most: nothing that is known today falls due later.
const MOST_MONTHS_AHEAD: i32 = 12;

/// A run.
#[derive(Clone, Copy)]
pub struct DailyRun<'a> {
    /// What is due.
    pub list: &'a dyn DueList,
    /// The day the caller believes it is; a run for another one is refused.
    pub day: Option<Date>,
    /// The folder of the lists of notices.
    pub notices: &'a Path,
    /// Is told how far the run is.
    pub progress: &'a (dyn Fn(Progress) + Send + Sync),
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// Where.
    pub territory: Territory,
    /// Demands that it was done to.
    pub done: u64,
}

/// What a run does, in this order, for each territory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Lists notices.
    Listing,
    /// Radiates for non-renewal.
    Radiating,
    /// Erases personal data.
    Erasing,
    /// Writes the lists of notices.
    Writing,
}

impl Register {
    /// Does everything that is due today.
    ///
    /// # Errors
    /// [`Error::DayPassed`] and [`Error::DayAhead`] for another day than today: nothing is done in advance and nothing is
    /// dated back; [`Error::DailyRunning`]; [`Error::DueList`]; [`Error::NoticeFile`]; the failures of log, vault and
    /// database. What was done stays done, and the next run goes on. A failure of a single demand does not end the run:
    /// [`TerritoryDay::failed`].
    pub async fn daily(&self, run: DailyRun<'_>) -> Result<DailyReport, Error> {
        let today = self.parts.clock.today();
        match run.day {
            Some(day) if day < today => return Err(Error::DayPassed { today }),
            Some(day) if day > today => return Err(Error::DayAhead { today }),
            _ => {}
        }
        // Before the lock: a view that is being built keeps nobody else waiting.
        self.caught_up(run.list, Position::ZERO).await?;
        let mut lock = self.parts.days.lock().await?;
        self.finish_erasures().await?;
        let mut report = DailyReport::of(today);
        let mut last = Position::ZERO;
        for territory in run.list.territories().await? {
            lock.check().await?;
            let mut day = TerritoryDay::of(territory);
            let list = (Phase::Listing, Delay::Notice, DailyAct::ListNotice);
            day.listed = self.act(&run, &mut day, list, &mut last).await?;
            let radiate = (Phase::Radiating, Delay::NonRenewal, DailyAct::RadiateNotRenewed);
            day.radiated = self.act(&run, &mut day, radiate, &mut last).await?;
            self.erase_overdue(&run, &mut day).await?;
            report.territories.push(day);
        }
        // The lists and the figures tell what is left after all of this.
        self.caught_up(run.list, last).await?;
        file::clear_unfinished(run.notices)?;
        for day in &mut report.territories {
            self.write_lists(&run, day, &mut report.files, &mut *lock).await?;
            self.fill(day, run.list, today).await?;
        }
        report.deleted = file::delete_sent(run.notices, &report.territories, today)?;
        self.parts.days.record(today, self.parts.clock.now()).await?;
        lock.release().await;
        Ok(report)
    }

    /// Whether a run of today has come to its end, in whatever process.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn daily_done(&self) -> Result<bool, Error> {
        self.parts.days.is_recorded(self.parts.clock.today()).await
    }

    /// The last run of a day that came to its end, in whatever process.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn last_daily_run(&self) -> Result<Option<DailyDone>, Error> {
        self.parts.days.last().await
    }

    /// What a run on a day would find; changes nothing.
    ///
    /// # Errors
    /// [`Error::DayPassed`]; [`Error::DayAhead`] for a day beyond a year; [`Error::DueList`].
    pub async fn daily_plan(&self, list: &dyn DueList, day: Option<Date>) -> Result<DailyReport, Error> {
        let today = self.parts.clock.today();
        let day = day.unwrap_or(today);
        if day < today {
            return Err(Error::DayPassed { today });
        }
        if day > add_months(today, MOST_MONTHS_AHEAD) {
            return Err(Error::DayAhead { today });
        }
        self.caught_up(list, Position::ZERO).await?;
        let mut report = DailyReport::of(day);
        for territory in list.territories().await? {
            let mut planned = TerritoryDay::of(territory);
            self.fill(&mut planned, list, day).await?;
            report.territories.push(planned);
        }
        Ok(report)
    }

    /// Deletes the files of every list of notices of which nothing has to go out any more; returns their names.
    ///
    /// # Errors
    /// [`Error::DailyRunning`]: the run does it at its end; [`Error::DueList`]; [`Error::NoticeFile`].
    pub async fn delete_sent_lists(&self, list: &dyn DueList, notices: &Path) -> Result<Vec<String>, Error> {
        self.caught_up(list, Position::ZERO).await?;
        let lock = self.parts.days.lock().await?;
        let mut territories = Vec::new();
        for territory in list.territories().await? {
            let unsent = list.unsent_lists(territory).await?;
            territories.push(TerritoryDay { unsent, ..TerritoryDay::of(territory) });
        }
        let deleted = file::delete_sent(notices, &territories, self.parts.clock.today())?;
        lock.release().await;
        Ok(deleted)
    }

    /// The demands that a delay is due on, by the settings of the territory on that day.
    async fn pages(&self, territory: Territory, delay: Delay, day: Date) -> Result<Pages, Error> {
        let settings = self.parts.settings.in_force(territory, day).await?;
        Ok(Pages { territory, delay, day, settings, after: None, ended: false })
    }

    /// The list has to know the log as it is now, and at least up to a position.
    async fn caught_up(&self, list: &dyn DueList, at_least: Position) -> Result<(), Error> {
        let head = self.parts.reader.head().await?;
        Ok(list.catch_up(head.max(at_least)).await?)
    }

    /// One phase that is an act on each of the demands that the list names; how many it was done to.
    async fn act(
        &self,
        run: &DailyRun<'_>,
        day: &mut TerritoryDay,
        (phase, delay, act): (Phase, Delay, DailyAct),
        last: &mut Position,
    ) -> Result<u64, Error> {
        let mut done = 0;
        let mut pages = self.pages(day.territory, delay, self.parts.clock.today()).await?;
        while let Some(numbers) = pages.next(run.list).await? {
            let acts: Vec<_> = numbers.into_iter().map(|number| (number, OwnAct::Daily(act.clone()))).collect();
            let acted = self.parts.act_on_many(&acts).await?;
            *last = (*last).max(acted.last);
            done += u64::try_from(acted.done.len()).unwrap_or(u64::MAX);
            (run.progress)(Progress { phase, territory: day.territory, done });
            day.note(acted);
        }
        Ok(done)
    }

    async fn erase_overdue(&self, run: &DailyRun<'_>, day: &mut TerritoryDay) -> Result<(), Error> {
        let mut pages = self.pages(day.territory, Delay::Erasure, self.parts.clock.today()).await?;
        while let Some(numbers) = pages.next(run.list).await? {
            let erased = self.erase_each(numbers).await?;
            day.erased += u64::try_from(erased.erased.len()).unwrap_or(u64::MAX);
            day.left += u64::try_from(erased.left).unwrap_or(u64::MAX);
            day.failed.extend(erased.failed.iter().map(|(number, error)| Failed::of(*number, error)));
            (run.progress)(Progress { phase: Phase::Erasing, territory: day.territory, done: day.erased });
        }
        Ok(())
    }

    async fn write_lists(
        &self,
        run: &DailyRun<'_>,
        day: &mut TerritoryDay,
        files: &mut Vec<NoticeFile>,
        lock: &mut dyn Lock,
    ) -> Result<(), Error> {
        for list in run.list.unsent_lists(day.territory).await? {
            if file::is_past(list.listed_on, self.parts.clock.today()) {
                continue;
            }
            // A run that was killed may have listed more than it wrote; a list never shrinks.
            if file::notices_in(run.notices, day.territory, list.listed_on) != Some(list.notices) {
                lock.check().await?;
                files.extend(self.write_list(run, (day.territory, list.listed_on), &mut day.failed).await?);
            }
        }
        Ok(())
    }
}

/// The demands that a delay is due on, page by page. Entries move as they are acted on, never back.
struct Pages {
    territory: Territory,
    delay: Delay,
    day: Date,
    settings: Settings,
    after: Option<DuePlace>,
    ended: bool,
}

impl Pages {
    /// The next demands, each once in a page; none at the end.
    async fn next(&mut self, list: &dyn DueList) -> Result<Option<Vec<UniqueNumber>>, Error> {
        while !self.ended {
            let Self { territory, delay, day, after, ref settings, .. } = *self;
            let query = DueQuery { territory, delay, day, settings, after, most: PAGE };
            let (mut due, next) = list.due(&query).await?;
            self.ended = next.is_none();
            self.after = next;
            due.dedup();
            if !due.is_empty() {
                return Ok(Some(due));
            }
        }
        Ok(None)
    }
}
