//! `sne doctor`: the register examines itself.

use std::sync::Arc;

use event_log::{Role, connect};
use projection::{Build, Built};
use register::{Check, Depth, Findings, Register, StockReader, SystemClock};
use sqlx::PgPool;

use crate::args::{Format, Place};
use crate::commands::quarantine;
use crate::failure::Failure;
use crate::house::Site;
use crate::output;
use crate::progress;

/// Examines the register where it lies, writing nothing, and prints what was found.
pub async fn run(place: Place, format: Format, cross_read: bool) -> Result<(), Failure> {
    let site = Site::to_read(place, Arc::new(SystemClock)).await?;
    let depth = if cross_read { Depth::CrossRead } else { Depth::Usual };
    let bar = progress::bar(0, "lecture du journal");
    let findings = register::examine(&site.place, depth, |reached, head| {
        bar.set_length(head.get().unsigned_abs());
        bar.set_position(reached.get().unsigned_abs());
    })
    .await;
    bar.finish_and_clear();
    let mut findings = findings?;
    findings.checks.extend(views(&site.place).await?);
    print(format, &findings);
    if findings.is_sound() { Ok(()) } else { Err(Failure::Unsound) }
}

/// How far the views have come, and what they go without.
pub async fn views(place: &register::Place) -> Result<[Check; 2], Failure> {
    let place = place.clone().to_read();
    let pool = connect(place.database.clone(), Role::Projector, 1).await?;
    Ok([projections(&pool, &place).await, quarantine::examine(&pool, &place).await?])
}

/// How far each projection has come. Behind is no fault: nobody folds while no server runs.
async fn projections(pool: &PgPool, place: &register::Place) -> Check {
    let builds = match projection::builds(pool, place.clock.now()).await {
        Ok(builds) => builds,
        // Told with everything else: the log itself may be what is missing.
        Err(error) => {
            let fault = format!("les projections ne peuvent pas être lues : {error}");
            return Check { name: "projections", found: String::new(), faults: vec![fault] };
        }
    };
    let told = |built: &Built| {
        let beside = match built.build {
            Build::Live => "",
            Build::Next => " (reconstruction)",
        };
        format!(
            "{} v{}{beside} : position {}, retard {} événement(s), {:.0} s",
            built.name, built.version, built.position, built.lag_events, built.lag_seconds
        )
    };
    let ahead = |built: &&Built| built.position > built.head;
    let fault = |built: &Built| {
        format!("{} est à la position {}, au-delà du journal ({})", built.name, built.position, built.head)
    };
    let found = match builds.is_empty() {
        true => "aucune".to_owned(),
        false => builds.iter().map(told).collect::<Vec<_>>().join("\n"),
    };
    Check { name: "projections", found, faults: builds.iter().filter(ahead).map(fault).collect() }
}

/// Examines an open register with a progress bar.
pub async fn examine(register: &Register, stock: &StockReader, depth: Depth) -> Result<Findings, Failure> {
    let bar = progress::bar(0, "lecture du journal");
    let findings = register
        .examine(depth, stock, |reached, head| {
            bar.set_length(head.get().unsigned_abs());
            bar.set_position(reached.get().unsigned_abs());
        })
        .await;
    bar.finish_and_clear();
    Ok(findings?)
}

/// Prints findings.
pub fn print(format: Format, findings: &Findings) {
    output::rows(format, &["examen", "constat", "anomalies"], &findings.checks, |check| {
        let faults = if check.faults.is_empty() { "aucune".to_owned() } else { check.faults.join("\n") };
        vec![check.name.to_owned(), check.found.clone(), faults]
    });
}
