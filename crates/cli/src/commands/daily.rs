//! `sne daily`: what falls due with the days, as a running server does it by itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use demand::pending::Delay;
use jiff::civil::Date;
use register::{DailyReport, DailyRun, Phase, Progress, SystemClock, TerritoryDay};
use server::DueNow;

use crate::args::{Format, Place};
use crate::commands::org::Change;
use crate::commands::serve::explain;
use crate::failure::Failure;
use crate::house::{House, default_data_dir};
use crate::output::{self, say};
use crate::progress;

/// The folder of the lists of notices, beside the keys.
pub fn notices(place: &Place) -> PathBuf {
    place.data_dir.clone().unwrap_or_else(default_data_dir).join("notices")
}

/// Does what is due today, or says what is due on a day.
pub async fn run(place: Place, format: Format, day: Option<Date>, change: Change) -> Result<(), Failure> {
    let (clock, folder) = (Arc::new(SystemClock), notices(&place));
    let report = match change {
        Change::Made => {
            let house = House::open(place, clock).await?;
            keep(&house, &folder, day).await?
        }
        Change::None => {
            let house = House::open_to_read(place, clock).await?;
            let due = DueNow::look(&house.place).await.map_err(explain)?;
            house.register.daily_plan(due.list(), day).await?
        }
    };
    print(format, &report, change);
    if report.is_sound() { Ok(()) } else { Err(Failure::Unsound) }
}

/// Does what is due today, beside a server or without one.
pub async fn keep(house: &House, notices: &Path, day: Option<Date>) -> Result<DailyReport, Failure> {
    let due = DueNow::keep(&house.register, &house.place).await.map_err(explain)?;
    let bar = progress::counter();
    let told = |at: Progress| {
        bar.set_message(format!("{} : {}", at.territory.label(), wording(at.phase)));
        bar.set_position(at.done);
    };
    let run = DailyRun { list: due.list(), day, notices, progress: &told };
    let report = house.register.daily(run).await;
    bar.finish_and_clear();
    due.end().await;
    Ok(report?)
}

fn wording(phase: Phase) -> &'static str {
    match phase {
        Phase::Listing => "préavis inscrits",
        Phase::Radiating => "radiations pour non-renouvellement",
        Phase::Erasing => "données nominatives effacées",
        Phase::Writing => "préavis écrits",
    }
}

/// Prints what a run did, or what it would find.
pub fn print(format: Format, report: &DailyReport, change: Change) {
    match format {
        Format::Table => sheet(report, change),
        Format::Json | Format::Ndjson | Format::Csv => output::record(format, report),
    }
}

fn sheet(report: &DailyReport, change: Change) {
    let done = report.territories.iter().map(|day| {
        let counts = [day.listed, day.radiated, day.erased, day.expired].map(|count| count.to_string());
        std::iter::once(day.territory.label().to_owned()).chain(counts).collect()
    });
    if change == Change::Made {
        say!("Traitement du {}", report.day);
        let header = [
            "territoire",
            "préavis inscrits",
            "radiées (non-renouvellement)",
            "effacées",
            "expirées, encore inscrites",
        ];
        output::table(&header, done);
    }
    let due: Vec<Vec<String>> = report.territories.iter().flat_map(due).collect();
    match change {
        Change::Made => say!("Reste à faire ou à surveiller :"),
        Change::None => say!("Ce qui est dû au {} :", report.day),
    }
    output::table(&["territoire", "délai", "nombre", "le plus ancien court depuis le"], due.into_iter());
    for day in &report.territories {
        if let Some(count) = day.abnormal {
            let (territory, waiting, since) = (day.territory.label(), count.waiting, count.since_today);
            say!("{territory} : {waiting} demandes en délai anormalement long, dont {since} depuis ce jour");
        }
        for list in &day.unsent {
            say!(
                "{} : {} préavis de la liste du {} sans envoi enregistré (sne notices sent)",
                day.territory.label(),
                list.unsent,
                list.listed_on
            );
        }
        for failed in &day.failed {
            say!("{} : {} n'a pas pu être traitée ({})", day.territory.label(), failed.number, failed.reason);
        }
    }
    for file in &report.files {
        say!("écrit : {} ({} préavis)", file.path.display(), file.notices);
    }
    for name in &report.deleted {
        say!("supprimé, tous les envois étant enregistrés : {name}");
    }
}

fn due(day: &TerritoryDay) -> Vec<Vec<String>> {
    let told = |delay: Delay| delay.label().to_owned();
    let row = |count: &register::DelayCount| {
        vec![day.territory.label().to_owned(), told(count.delay), count.due.to_string(), count.oldest.to_string()]
    };
    day.due.iter().map(row).collect()
}
