//! A territory lives in the register: its past is recorded, then its days pass, each with its acts and with what comes with the
//! days.
//!
//! The clock stands on the day that is lived. Acts go through the same bus as everybody's ([`acts`]); after them the daily run
//! does what is due, and its notices are recorded as sent the same day. Every act has its command id: a life that was broken off
//! is taken up where it was, without a second effect.

mod acts;
mod told;

use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use register::{DailyRun, Register};
use server::DueNow;
use synth::calibration::Ledger;
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
    let clock = Arc::new(DemoClock::at(first_day(options)));
    let house = House::open(place, clock.clone()).await?;
    let empty = house.register.reader().head().await? == event_log::Position::ZERO;
    if !empty && begun_until(&house.register, options).await?.is_none() {
        return Err(Failure::Local(
            "ce registre n'est pas vide : un territoire fictif ne vit que dans le sien".to_owned(),
        ));
    }
    let mut organisations = Vec::new();
    for line in synth::organisations_of(options.seed, &[options.territory]) {
        organisations.push(serde_json::to_string(&line).map_err(|error| Failure::Local(error.to_string()))?);
    }
    org::lines(&house.register, &organisations.join("\n")).await?;
    live(&house, &clock, &notices, options).await?.told.print();
    Ok(())
}

/// The day of the first act.
pub fn first_day(options: &TerritoryOptions) -> Date {
    territory(options).next().map_or(options.last, |day| day.date)
}

/// The last day that an earlier run began, by the receipts of its acts; none when there was none.
async fn begun_until(register: &Register, options: &TerritoryOptions) -> Result<Option<Date>, Failure> {
    let first = |day: Day| Some((day.date, day.lines.into_iter().find(|line| line.expect.is_none())?));
    let mut firsts: Vec<_> = territory(options).filter_map(first).collect();
    let mut begun = None;
    while !firsts.is_empty() {
        let later = firsts.split_off(firsts.len() / 2);
        let (date, line) = &later[0];
        let receipt = register.reader().receipt(line.actor.organisation_code(), line.command_id).await?;
        if receipt.is_some() {
            begun = Some(*date);
            firsts = later.into_iter().skip(1).collect();
        }
    }
    Ok(begun)
}

/// A life that came to its last day.
pub struct Lived {
    /// What came of it.
    pub told: Told,
    /// Its acts, counted by the decisions alone.
    pub ledger: Ledger,
}

/// Lives every day of a territory.
pub async fn live(
    house: &House,
    clock: &DemoClock,
    notices: &Path,
    options: &TerritoryOptions,
) -> Result<Lived, Failure> {
    let head = house.register.reader().head().await?;
    let begun = match head {
        event_log::Position::ZERO => None,
        _ => begun_until(&house.register, options).await?,
    };
    let due = DueNow::keep(&house.register, &house.place).await.map_err(explain)?;
    let (acts, told, ledger) = (Acts::default(), Told::of(options), Ledger::new(options.territory));
    let mut life = Life { house, clock, notices, due: &due, acts, told, ledger, begun };
    let ended = life.live(territory(options)).await;
    let Life { told, ledger, .. } = life;
    due.end().await;
    ended.map(|()| Lived { told, ledger })
}

/// A life under way.
struct Life<'a> {
    house: &'a House,
    clock: &'a DemoClock,
    notices: &'a Path,
    due: &'a DueNow,
    acts: Acts,
    told: Told,
    ledger: Ledger,
    /// The last day that an earlier run began: those before it are done.
    begun: Option<Date>,
}

impl Life<'_> {
    async fn live(&mut self, days: TerritoryDays) -> Result<(), Failure> {
        let past = progress::bar(u64::from(days.opening()), "stock d'ouverture");
        let (first, last) = (days.first(), self.told.last);
        let whole = first.until(last).map_or(0, |span| span.get_days());
        let passing = progress::bar(u64::try_from(whole + 1).unwrap_or(0), "jours vécus");
        for day in days {
            let lived_before = self.begun.is_some_and(|begun| day.date < begun);
            self.clock.next_on(day.date);
            let filed = self.acts.record(&self.house.register, &day, lived_before, &mut self.told).await?;
            if day.stage >= Stage::Approach && !lived_before {
                self.end(day.date).await?;
            }
            self.ledger.play(&day).map_err(|fault| Failure::Local(format!("territoire fictif : {fault}")))?;
            match day.stage {
                Stage::Lived => passing.inc(1),
                _ => past.inc(filed),
            }
        }
        past.finish_and_clear();
        passing.finish_and_clear();
        Ok(())
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

fn unsound(date: Date) -> Failure {
    say!("traitement du {date} : des demandes n'ont pas pu être traitées");
    Failure::Unsound
}
