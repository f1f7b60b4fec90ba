//! `sne restore`: what is left to do once PostgreSQL has restored a database.

use std::sync::Arc;

use nomenclature::paris_day;
use register::{Clock as _, Depth, Findings, Forgotten, ForgottenNumbers, SystemClock};
use serde::Serialize;

use crate::args::{Format, Place};
use crate::commands::{doctor, rebuild};
use crate::failure::Failure;
use crate::house::{House, Site};
use crate::output;

/// What was forgotten, for programs.
#[derive(Serialize)]
struct Told<'a> {
    position: i64,
    last_recorded_at: Option<String>,
    erased: usize,
    numbers: &'a [ForgottenNumbers],
}

/// What was done, for programs.
#[derive(Serialize)]
struct Done<'a> {
    forgotten: Told<'a>,
    margin: i32,
    views: &'a [rebuild::Rebuilt],
    checks: &'a [register::Check],
}

/// Tells what the restored database has forgotten.
pub async fn check(place: Place, format: Format) -> Result<(), Failure> {
    let site = Site::to_read(place, Arc::new(SystemClock)).await?;
    let forgotten = register::forgotten(&site.place).await?;
    match format {
        Format::Table => tell(&forgotten),
        Format::Json | Format::Ndjson | Format::Csv => output::record(format, &Told::of(&forgotten)),
    }
    Ok(())
}

/// Makes good what was forgotten, before anybody is served; then everything is examined.
pub async fn finish(place: Place, format: Format, margin: i32) -> Result<(), Failure> {
    let clock = Arc::new(SystemClock);
    let forgotten = {
        let site = Site::to_read(place.clone(), clock.clone()).await?;
        register::forgotten(&site.place).await?
    };
    // Opening destroys again what was erased, and moves the counters.
    let house = House::open(place, clock).await?;
    if margin > 0 {
        let restored = forgotten.last_recorded_at.map_or_else(|| SystemClock.today(), paris_day);
        house.register.leap_numbers(margin, restored).await?;
    }
    let views = rebuild::all(&house).await?;
    let mut findings = doctor::examine(&house.register, &house.stock, Depth::CrossRead).await?;
    findings.checks.extend(doctor::views(&house.place).await?);
    print(format, &forgotten, margin, &views, &findings);
    if findings.is_sound() { Ok(()) } else { Err(Failure::Unsound) }
}

fn print(format: Format, forgotten: &Forgotten, margin: i32, views: &[rebuild::Rebuilt], findings: &Findings) {
    match format {
        Format::Table | Format::Csv => {
            tell(forgotten);
            output::say!("Effacements refaits, compteurs remontés (marge : {margin}), vues reconstruites.");
            rebuild::print(format, views);
            doctor::print(format, findings);
        }
        Format::Json | Format::Ndjson => {
            let forgotten = Told::of(forgotten);
            output::record(format, &Done { forgotten, margin, views, checks: &findings.checks });
        }
    }
}

fn tell(forgotten: &Forgotten) {
    let last = forgotten.last_recorded_at.map_or_else(|| "aucun".to_owned(), |at| at.to_string());
    output::say!("Le journal restauré va jusqu'à la position {} (dernier acte : {last}).", forgotten.position.get());
    output::say!("Clés effacées que la base a fait revenir : {}", forgotten.erased);
    if forgotten.numbers.is_empty() {
        output::say!("Compteurs de numéros en retard : aucun");
        return;
    }
    output::say!("Compteurs de numéros en retard (les séquences indiquées peuvent figurer sur des attestations) :");
    let header = ["territoire", "mois", "de", "à"];
    output::table(
        &header,
        forgotten.numbers.iter().map(|counter| {
            let ForgottenNumbers { territory, month, next, free_from } = counter;
            vec![territory.clone(), month.clone(), next.to_string(), (free_from - 1).to_string()]
        }),
    );
}

impl<'a> Told<'a> {
    fn of(forgotten: &'a Forgotten) -> Self {
        Self {
            position: forgotten.position.get(),
            last_recorded_at: forgotten.last_recorded_at.map(|at| at.to_string()),
            erased: forgotten.erased,
            numbers: &forgotten.numbers,
        }
    }
}
