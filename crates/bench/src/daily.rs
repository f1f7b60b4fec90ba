//! The run of a day over a register of many demands, most of which have nothing due.
//!
//! Those that are due are registered through the bus, claims included, and notices are listed and told as sent the way it
//! is done in earnest; the others are written past it ([`prefill`]). What is timed is one call: notices
//! listed, radiations done, lists written, everything that is left counted.

use event_log::Standby;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Instant;

use demand::Act;
use demand::notice::{NoticeChannel, NoticeSentDraft};
use jiff::civil::{Date, date};
use nomenclature::{Channel, UniqueNumber};
use register::{DailyReport, DailyRun, DueList, NoticeProof, Place, Register, Request, SetClock, TerritoryDay};
use serde::{Deserialize, Serialize};
use server::DueNow;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::failure::Failure;
use crate::house::{DAILY, House};
use crate::modes::bus::{Desk, FIRST_DAY, noon};
use crate::plan::Plan;
use crate::prefill::{self, Filling};

/// Filed a year before the end of the tolerance: due for radiation on [`DAY`].
const LONG_AGO: Date = FIRST_DAY;
/// Their notices are listed and sent.
const LISTED: Date = date(2026, 6, 10);
/// Due for a notice on [`DAY`].
const DUE: Date = date(2025, 10, 6);
/// Nothing due on [`DAY`].
const LATER: Date = date(2025, 11, 12);
/// The day that is run.
const DAY: Date = date(2026, 9, 10);
const CALLERS: usize = 8;

/// What a day took.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Daily {
    /// Demands in the register.
    pub demands: u32,
    /// Notices listed.
    pub listed: u64,
    /// Demands radiated.
    pub radiated: u64,
    /// Events a second of the view of deadlines, from the first one on.
    pub folded_per_second: f64,
    /// The run.
    pub seconds: f64,
    /// The most memory that the program took that ran it and did nothing else, where that can be told.
    pub peak_mib: Option<f64>,
}

/// Makes the register and runs the day.
pub async fn measure(house: &House, plan: &Plan, tell: impl Fn(&str)) -> Result<Daily, Failure> {
    let (notices, radiations) = (plan.daily_notices, plan.daily_notices / 2);
    tell(&format!("a register of {} demands for the run of a day", plan.daily_demands));
    let desk = Desk::new(house.login(DAILY)?, house.daily_keys()).await?;
    let register = desk.open(house.login(DAILY)?, CALLERS as u32).await?;
    registered(&desk, &register, LONG_AGO, radiations).await?;
    registered(&desk, &register, DUE, notices).await?;
    let filling = Filling { database: DAILY, keys: house.daily_keys(), actor: desk.actor()?, day: LATER };
    prefill::fill(house, &filling, plan.daily_demands).await?;

    let started = Instant::now();
    let place = desk.place(house.login(DAILY)?, CALLERS as u32);
    let due = DueNow::keep(&register, &place).await?;
    let head = register.reader().head().await.map_err(register::Error::from)?;
    due.list().catch_up(head).await.map_err(register::Error::from)?;
    let folded_per_second = head.get() as f64 / started.elapsed().as_secs_f64();
    tell(&format!("the view of deadlines holds {} events, {folded_per_second:.0} events/s", head.get()));

    let folder = tempfile::tempdir().map_err(Failure::io("making a temporary folder"))?;
    let lists = folder.path().join("notices");
    let run = DailyRun { list: due.list(), day: None, notices: &lists, progress: &|_| {} };
    desk.at(LISTED);
    let sent: Vec<UniqueNumber> = listed(&register.daily(run).await?, due.list()).await?;
    let proof = NoticeSentDraft {
        sent_on: Some(LISTED.to_string()),
        channel: Some(NoticeChannel::Post),
        reference: Some("bench".to_owned()),
    };
    let recorded =
        register.record_notices(sent.iter().map(|number| (*number, NoticeProof::Sent(proof.clone())))).await?;
    if recorded.recorded != u64::from(radiations) {
        return Err(Failure::Answer(format!("{} sendings recorded instead of {radiations}", recorded.recorded)));
    }

    due.end().await;

    let ran = in_a_process_of_its_own(house, &lists).await?;
    let (found, wanted) = ((ran.listed, ran.radiated), (u64::from(notices), u64::from(radiations)));
    if found != wanted || ran.failed > 0 || ran.files != 2 {
        return Err(Failure::Answer(format!("the day did {found:?} instead of {wanted:?}")));
    }
    let seconds = ran.seconds;
    tell(&format!("the run of a day: {notices} notices and {radiations} radiations in {seconds:.2} s"));
    let Ran { listed, radiated, peak_mib, .. } = ran;
    Ok(Daily { demands: plan.daily_demands, listed, radiated, folded_per_second, seconds, peak_mib })
}

/// What the process tells that does nothing else.
#[derive(Serialize, Deserialize)]
struct Ran {
    listed: u64,
    radiated: u64,
    failed: usize,
    files: usize,
    seconds: f64,
    peak_mib: Option<f64>,
}

/// Its memory is that of the run, and of nothing that was done to prepare it.
async fn in_a_process_of_its_own(house: &House, lists: &Path) -> Result<Ran, Failure> {
    let program = std::env::current_exe().map_err(Failure::io("finding this program"))?;
    let (database, keys) = (house.login_url(DAILY), house.daily_keys());
    let told = tokio::process::Command::new(program)
        .arg("--run-day")
        .args([database.as_ref(), keys.as_os_str(), lists.as_os_str()])
        .stderr(Stdio::inherit())
        .output()
        .await
        .map_err(Failure::io("starting the run of a day"))?;
    serde_json::from_slice(&told.stdout).map_err(|error| Failure::Answer(format!("the run of a day: {error}")))
}

/// Runs [`DAY`] over a register, and tells of it on standard output.
pub async fn run_day(database: &str, keys: &Path, notices: &Path) -> Result<(), Failure> {
    let clock = Arc::new(SetClock::at(noon(DAY)));
    let place = Place {
        database: database.parse()?,
        keys: keys.to_owned(),
        connections: CALLERS as u32,
        standby: Standby::NotAsked,
        clock,
    };
    let register = Register::open(place.clone()).await?;
    let due = DueNow::keep(&register, &place).await?;
    let started = Instant::now();
    let run = DailyRun { list: due.list(), day: None, notices, progress: &|_| {} };
    let report = register.daily(run).await?;
    let seconds = started.elapsed().as_secs_f64();
    due.end().await;
    let sum = |of: fn(&TerritoryDay) -> u64| report.territories.iter().map(of).sum();
    let ran = Ran {
        listed: sum(|day| day.listed),
        radiated: sum(|day| day.radiated),
        failed: report.territories.iter().map(|day| day.failed.len()).sum(),
        files: report.files.len(),
        seconds,
        peak_mib: peak_mib(),
    };
    println!("{}", serde_json::to_string(&ran).map_err(|error| Failure::Answer(error.to_string()))?);
    Ok(())
}

/// Registers so many households on a day, several at once.
async fn registered(desk: &Desk, register: &Register, day: Date, count: u32) -> Result<(), Failure> {
    desk.at(day);
    let (actor, mut running) = (*desk.actor()?, JoinSet::new());
    for registration in desk.households(count as usize) {
        let request = Request {
            command_id: Uuid::new_v4(),
            actor,
            channel: Channel::Desk,
            number: None,
            expected_version: None,
            act: Act::Register(Box::new(registration)),
        };
        let register = register.clone();
        running.spawn(async move { register.execute(request).await });
        if running.len() == CALLERS
            && let Some(ended) = running.join_next().await
        {
            ended.map_err(|error| Failure::Answer(error.to_string()))??;
        }
    }
    while let Some(ended) = running.join_next().await {
        ended.map_err(|error| Failure::Answer(error.to_string()))??;
    }
    Ok(())
}

/// The numbers on the lists that a run has left open.
async fn listed(report: &DailyReport, list: &dyn DueList) -> Result<Vec<UniqueNumber>, Failure> {
    let mut numbers = Vec::new();
    for day in &report.territories {
        for open in &day.unsent {
            let most = u16::MAX;
            let page = list.listed(day.territory, open.listed_on, None, most).await.map_err(register::Error::from)?;
            numbers.extend(page.iter().map(|notice| notice.number));
        }
    }
    Ok(numbers)
}

/// The most memory that this program ever took, where that can be told.
pub fn peak_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(peak.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok()? / 1_024.0)
}
