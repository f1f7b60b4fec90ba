//! A territory lives in the register: its past is recorded, then its days pass, each with its acts and with what comes with the
//! days.
//!
//! The clock stands on the day that is lived. Acts go through the same bus as everybody's ([`acts`]); after them the daily run
//! does what is due, and its notices are recorded as sent the same day. Every act has its command id: a life that was broken off
//! is taken up where it was, without a second effect.

mod acts;
mod told;

use std::iter::Peekable;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use register::{DailyRun, Register};
use server::DueNow;
use synth::{Day, Stage, TerritoryDays, TerritoryOptions, territory};

use super::demo::clock::DemoClock;
use super::serve::explain;
use super::{daily, org};
use crate::args::Place;
use crate::failure::Failure;
use crate::house::House;
use crate::output::say;
use crate::progress;
use acts::Acts;
pub use told::Told;

/// What a batch of notices is told to have gone out by.
const REFERENCE: &str = "LOT FICTIF";

/// Lets a territory live in a register that is empty, or that this very life was begun in.
pub async fn run(place: Place, options: &TerritoryOptions) -> Result<(), Failure> {
    let notices = daily::notices(&place);
    let clock = Arc::new(DemoClock::at(Date::ZERO));
    let house = House::open(place, clock.clone()).await?;
    if house.register.reader().head().await? != event_log::Position::ZERO && !begun(&house.register, options).await? {
        return Err(Failure::Local(
            "ce registre n'est pas vide : un territoire fictif ne vit que dans le sien".to_owned(),
        ));
    }
    let mut organisations = Vec::new();
    for line in synth::organisations_of(options.seed, &[options.territory]) {
        organisations.push(serde_json::to_string(&line).map_err(|error| Failure::Local(error.to_string()))?);
    }
    org::lines(&house.register, &organisations.join("\n")).await?;
    let told = live(&house, &clock, &notices, options).await?;
    told.print();
    Ok(())
}

/// Whether the first act of a life has its receipt.
async fn begun(register: &Register, options: &TerritoryOptions) -> Result<bool, Failure> {
    let Some(first) = territory(options).next() else { return Ok(false) };
    is_begun(register, &first).await
}

/// Lives every day of a territory.
pub async fn live(
    house: &House,
    clock: &DemoClock,
    notices: &Path,
    options: &TerritoryOptions,
) -> Result<Told, Failure> {
    let due = DueNow::keep(&house.register, &house.place).await.map_err(explain)?;
    let mut life = Life {
        house,
        clock,
        notices,
        due: &due,
        acts: Acts::default(),
        told: Told::of(options),
        taken_up: house.register.reader().head().await? != event_log::Position::ZERO,
    };
    let lived = life.live(territory(options)).await;
    let told = life.told;
    due.end().await;
    lived?;
    Ok(told)
}

/// A life under way.
struct Life<'a> {
    house: &'a House,
    clock: &'a DemoClock,
    notices: &'a Path,
    due: &'a DueNow,
    acts: Acts,
    told: Told,
    /// An earlier run may have lived the days that come.
    taken_up: bool,
}

impl Life<'_> {
    async fn live(&mut self, days: TerritoryDays) -> Result<(), Failure> {
        let past = progress::bar(u64::from(days.opening()), "stock d'ouverture");
        let (first, last) = (days.first(), self.told.last);
        let whole = first.until(last).map_or(0, |span| span.get_days());
        let passing = progress::bar(u64::try_from(whole + 1).unwrap_or(0), "jours vécus");
        let mut days = days.peekable();
        while let Some(day) = days.next() {
            let done = self.taken_up && self.is_done(&mut days).await?;
            self.taken_up &= done;
            self.clock.next_on(day.date);
            let filed = self.acts.record(&self.house.register, &day, done, &mut self.told).await?;
            if day.stage >= Stage::Approach && !done {
                self.end(day.date).await?;
            }
            match day.stage {
                Stage::Lived => passing.inc(1),
                _ => past.inc(filed),
            }
        }
        past.finish_and_clear();
        passing.finish_and_clear();
        Ok(())
    }

    /// Whether a day was lived before: when the next one was begun.
    async fn is_done(&self, days: &mut Peekable<TerritoryDays>) -> Result<bool, Failure> {
        match days.peek() {
            // Nothing happens on some days: then this one is lived again, which does no harm.
            Some(next) => is_begun(&self.house.register, next).await,
            None => Ok(false),
        }
    }

    /// What comes with the day; whoever mails the notices does it at once.
    async fn end(&mut self, date: Date) -> Result<(), Failure> {
        self.clock.next_on(date);
        let register = &self.house.register;
        let run = DailyRun { list: self.due.list(), day: None, notices: self.notices, progress: &|_| {} };
        let report = register.daily(run).await?;
        for day in &report.territories {
            self.told.add(day);
            for list in &day.unsent {
                let addressed = (day.territory, list.listed_on);
                register.record_list_sent(self.notices, addressed, date, REFERENCE).await?;
            }
        }
        if report.is_sound() { Ok(()) } else { Err(unsound(date)) }
    }
}

async fn is_begun(register: &Register, day: &Day) -> Result<bool, Failure> {
    let Some(line) = day.lines.iter().find(|line| line.expect.is_none()) else { return Ok(false) };
    Ok(register.reader().receipt(line.actor.organisation_code(), line.command_id).await?.is_some())
}

fn unsound(date: Date) -> Failure {
    say!("traitement du {date} : des demandes n'ont pas pu être traitées");
    Failure::Unsound
}
