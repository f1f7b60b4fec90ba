//! An import into an empty register: demands of all months of a year, each registered and renewed twice.
//!
//! The rows are made before the clock runs, in a file; a program of its own imports them, window by window, so that its
//! memory is that of the import: reading the lines, deciding, sealing, claims, numbers, append.

use event_log::Standby;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Instant;

use demand::Act;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use nomenclature::Channel;
use register::{Entered, ImportRow, Place, Register, SetClock};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::house::{House, IMPORT};
use crate::modes::bus::{Desk, FIRST_DAY, noon};
use crate::plan::Plan;

/// The first filings; the others follow within a year.
const FROM: Date = FIRST_DAY;
const MONTHS: u32 = 12;
/// The day of the import, after the last renewal.
const DAY: Date = date(2028, 11, 6);
/// Rows of one call: what `sne import` takes.
const WINDOW: usize = 1_000;
/// Rows of one demand.
const ACTS: u32 = 3;

/// What an import took.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Imported {
    /// Rows of the file.
    pub rows: u64,
    /// Rows a second.
    pub rows_per_second: f64,
    /// Events a second.
    pub events_per_second: f64,
    /// Rows a second of the same file once more, found there.
    pub again_per_second: f64,
    /// The most memory that the program took that imported and did nothing else, where that can be told.
    pub peak_mib: Option<f64>,
}

/// Makes the file, and imports it twice.
pub async fn measure(house: &House, plan: &Plan, tell: impl Fn(&str)) -> Result<Imported, Failure> {
    tell(&format!("a file of {} demands to import", plan.import_demands));
    let desk = Desk::new(house.login(IMPORT)?, house.import_keys()).await?;
    let folder = tempfile::tempdir().map_err(Failure::io("making a temporary folder"))?;
    let file = folder.path().join("import.ndjson");
    write(&desk, &file, plan.import_demands)?;
    let first = in_a_process_of_its_own(house, &file).await?;
    let again = in_a_process_of_its_own(house, &file).await?;
    let rows = u64::from(plan.import_demands * ACTS);
    if (first.entered, first.events, again.entered) != (rows, rows + u64::from(plan.import_demands), 0) {
        return Err(Failure::Answer(format!("the import entered {} rows, then {}", first.entered, again.entered)));
    }
    let rows_per_second = rows as f64 / first.seconds;
    tell(&format!("the import: {rows} rows in {:.2} s, {rows_per_second:.0} rows/s", first.seconds));
    Ok(Imported {
        rows,
        rows_per_second,
        events_per_second: first.events as f64 / first.seconds,
        again_per_second: rows as f64 / again.seconds,
        peak_mib: first.peak_mib,
    })
}

/// Rows of one life after the other, as they come out of another system.
fn write(desk: &Desk, file: &Path, demands: u32) -> Result<(), Failure> {
    let failed = || Failure::io("writing the rows");
    let mut out = BufWriter::new(std::fs::File::create(file).map_err(failed())?);
    let actor = desk.actor()?;
    let nobody = || Failure::Answer("the operator registers nothing".to_owned());
    let (organisation, at) = (actor.organisation().ok_or_else(nobody)?, actor.desk().ok_or_else(nobody)?);
    for nth in 0..demands {
        let households = desk.households(1);
        let Some(mut registration) = households.into_iter().next() else { break };
        registration.filed_on = None;
        let filed = FROM.saturating_add(i64::from(nth % MONTHS).months());
        let key = format!("D-{nth}");
        let acts = [Act::Register(Box::new(registration)), renew(), renew()];
        let mut after: Option<String> = None;
        for (act, months) in acts.into_iter().zip([0, 11, 22]) {
            let this = if months == 0 { key.clone() } else { format!("{key}/{months}") };
            let row = ImportRow {
                source: "bench".to_owned(),
                key: this.clone(),
                demand: (months > 0).then(|| key.clone()),
                number: None,
                after: after.replace(this),
                on: filed.saturating_add(months.months()).to_string(),
                organisation,
                desk: at,
                channel: Channel::Desk,
                act,
            };
            serde_json::to_writer(&mut out, &row).map_err(|error| Failure::Answer(error.to_string()))?;
            out.write_all(b"\n").map_err(failed())?;
        }
    }
    out.flush().map_err(failed())
}

fn renew() -> Act {
    Act::Renew { form: Box::default() }
}

/// What the process tells that does nothing else.
#[derive(Serialize, Deserialize)]
struct Ran {
    entered: u64,
    events: u64,
    seconds: f64,
    peak_mib: Option<f64>,
}

async fn in_a_process_of_its_own(house: &House, file: &Path) -> Result<Ran, Failure> {
    let program = std::env::current_exe().map_err(Failure::io("finding this program"))?;
    let (database, keys) = (house.login_url(IMPORT), house.import_keys());
    let told = tokio::process::Command::new(program)
        .arg("--run-import")
        .args([database.as_ref(), keys.as_os_str(), file.as_os_str()])
        .stderr(Stdio::inherit())
        .output()
        .await
        .map_err(Failure::io("starting the import"))?;
    serde_json::from_slice(&told.stdout).map_err(|error| Failure::Answer(format!("the import: {error}")))
}

/// Imports a file into a register, and tells of it on standard output.
pub async fn run_import(database: &str, keys: &Path, file: &Path) -> Result<(), Failure> {
    let clock = Arc::new(SetClock::at(noon(DAY)));
    let place =
        Place { database: database.parse()?, keys: keys.to_owned(), connections: 2, standby: Standby::NotAsked, clock };
    let register = Register::open(place).await?;
    let before = register.reader().head().await.map_err(register::Error::from)?;
    let file = std::fs::File::open(file).map_err(Failure::io("opening the rows"))?;
    let mut lines = BufReader::new(file).lines();
    let started = Instant::now();
    let mut entered = 0;
    loop {
        let mut window = Vec::with_capacity(WINDOW);
        for line in lines.by_ref().take(WINDOW) {
            let line = line.map_err(Failure::io("reading the rows"))?;
            window.push(serde_json::from_str(&line).map_err(|error| Failure::Answer(error.to_string()))?);
        }
        if window.is_empty() {
            break;
        }
        for outcome in register.import(window).await? {
            entered += u64::from(matches!(outcome?, Entered::Now(_)));
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    let events = register.reader().head().await.map_err(register::Error::from)?.get() - before.get();
    let ran = Ran { entered, events: events.unsigned_abs(), seconds, peak_mib: crate::daily::peak_mib() };
    println!("{}", serde_json::to_string(&ran).map_err(|error| Failure::Answer(error.to_string()))?);
    Ok(())
}
