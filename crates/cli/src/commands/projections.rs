//! `sne projections`: how far every view is, asked of the database alone.

use std::sync::Arc;
use std::time::{Duration, Instant};

use event_log::{Role, connect};
use jiff::Timestamp;
use projection::{Build, Built, Stop};
use register::{DailyDone, SystemClock};
use serde::Serialize;
use sqlx::PgPool;

use crate::args::{Format, Place};
use crate::commands::quarantine;
use crate::failure::Failure;
use crate::house::Site;
use crate::output::{self, say};

/// Between the two looks that tell how fast a view moves.
const A_SECOND: Duration = Duration::from_secs(1);

/// What a build is at, as far as anybody outside can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// Some process follows the log, and is at its end.
    Live,
    /// Some process folds what is there already.
    CatchingUp,
    /// It stands at an event that it cannot read.
    Stopped,
    /// Nobody folds: no server runs.
    Unattended,
    /// It is being built beside the live one.
    Rebuilding,
    /// A rebuild was interrupted; the next one clears it away.
    Abandoned,
}

impl State {
    fn of(built: &Built, stop: Option<&Stop>) -> Self {
        match (built.build, built.at_work) {
            (Build::Live, _) if stop.is_some() => Self::Stopped,
            (Build::Live, true) if built.lag_events == 0 => Self::Live,
            (Build::Live, true) => Self::CatchingUp,
            (Build::Live, false) => Self::Unattended,
            (Build::Next, true) => Self::Rebuilding,
            (Build::Next, false) => Self::Abandoned,
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Live => "suit le journal",
            Self::CatchingUp => "rattrape son retard",
            Self::Stopped => "arrêtée",
            Self::Unattended => "personne ne la tient à jour",
            Self::Rebuilding => "reconstruction en cours",
            Self::Abandoned => "reconstruction interrompue",
        }
    }
}

#[derive(Serialize)]
struct Line {
    projection: String,
    build: &'static str,
    version: u32,
    position: i64,
    head: i64,
    lag_events: u64,
    lag_seconds: f64,
    events_per_second: f64,
    state: State,
    stop: Option<Halt>,
}

/// The event that a view stands at.
#[derive(Serialize)]
struct Halt {
    position: i64,
    cause: String,
    since: String,
}

#[derive(Serialize)]
struct LastRun {
    day: Option<String>,
    done_at: Option<String>,
    /// Whether that of today has come to its end.
    done_today: bool,
}

#[derive(Serialize)]
struct Told<'a> {
    projections: &'a [Line],
    decisions: &'a [quarantine::Told],
    daily_run: &'a LastRun,
}

/// Tells of each view where it stands, how late it is and how fast it moves; and when the last run of a day ended.
pub async fn run(place: Place, format: Format) -> Result<(), Failure> {
    let site = Site::to_read(place, Arc::new(SystemClock)).await?;
    let place = site.place.clone().to_read();
    let pool = connect(place.database, Role::Projector, 1).await.map_err(register::Error::from)?;
    let (before, looked) = (look(&pool, place.clock.now()).await?, Instant::now());
    tokio::time::sleep(A_SECOND).await;
    let now = look(&pool, place.clock.now()).await?;
    let seconds = looked.elapsed().as_secs_f64();
    let stops = projection::stops(&pool).await?;
    let lines: Vec<Line> = now.iter().map(|built| line(built, (&before, seconds), &stops)).collect();
    let decisions = quarantine::decisions(&pool, &site.place).await?;
    let last = register::last_daily_run(&pool).await?;
    let last = last_run(last, place.clock.today());
    print(format, (&lines, &decisions), &last);
    Ok(())
}

async fn look(pool: &PgPool, now: Timestamp) -> Result<Vec<Built>, Failure> {
    projection::builds(pool, now).await.map_err(|error| Failure::Local(error.to_string()))
}

fn line(built: &Built, (before, seconds): (&[Built], f64), stops: &[Stop]) -> Line {
    let same = |other: &&Built| (&other.name, other.build) == (&built.name, built.build);
    let from = before.iter().find(same).map_or(built.position, |before| before.position);
    let stop = stops.iter().find(|stop| built.build == Build::Live && stop.view == built.name);
    let moved = built.position.get().saturating_sub(from.get()).max(0);
    Line {
        projection: built.name.clone(),
        build: match built.build {
            Build::Live => "live",
            Build::Next => "next",
        },
        version: built.version,
        position: built.position.get(),
        head: built.head.get(),
        lag_events: built.lag_events,
        lag_seconds: built.lag_seconds,
        events_per_second: moved as f64 / seconds,
        state: State::of(built, stop),
        stop: stop.map(|stop| Halt {
            position: stop.position.get(),
            cause: stop.cause.clone(),
            since: stop.stopped_at.to_string(),
        }),
    }
}

fn last_run(last: Option<DailyDone>, today: jiff::civil::Date) -> LastRun {
    LastRun {
        day: last.map(|last| last.day.to_string()),
        done_at: last.map(|last| last.done_at.to_string()),
        done_today: last.is_some_and(|last| last.day == today),
    }
}

fn print(format: Format, (lines, decisions): (&[Line], &[quarantine::Told]), last: &LastRun) {
    let header = ["vue", "tables", "version", "position", "retard (événements)", "retard (s)", "événements/s", "état"];
    let cells = |line: &Line| {
        vec![
            line.projection.clone(),
            if line.build == "live" { "en service" } else { "nouvelles" }.to_owned(),
            line.version.to_string(),
            format!("{} / {}", line.position, line.head),
            line.lag_events.to_string(),
            format!("{:.1}", line.lag_seconds),
            format!("{:.0}", line.events_per_second),
            match &line.stop {
                Some(stop) => format!("{} à l'événement {} : {}", line.state.label(), stop.position, stop.cause),
                None => line.state.label().to_owned(),
            },
        ]
    };
    match format {
        Format::Json => return output::record(format, &Told { projections: lines, decisions, daily_run: last }),
        _ => output::rows(format, &header, lines, cells),
    }
    quarantine::print(format, decisions);
    match format {
        Format::Table => match (&last.day, &last.done_at) {
            (Some(day), Some(at)) if last.done_today => say!("Traitement du jour : {day}, terminé le {at}"),
            (Some(day), Some(at)) => {
                say!(
                    "Traitement du jour : le dernier terminé est celui du {day} ({at}) ; celui d'aujourd'hui ne l'est pas"
                );
            }
            _ => say!("Traitement du jour : aucun n'est encore allé à son terme"),
        },
        Format::Ndjson => output::record(format, &serde_json::json!({ "daily_run": last })),
        Format::Json | Format::Csv => {}
    }
}
