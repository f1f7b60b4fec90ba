//! What a running register does for itself: once an hour the wrapping keys are looked at, and rotated when it is time, and
//! consultations older than twelve months go; once a second what other servers answered is counted; once a day what falls due is
//! done.

use std::path::{Path, PathBuf};
use std::time::Duration;

use register::{DailyReport, DailyRun, Error, Register};

use crate::due_lists::DueLists;
use crate::keys::Keys;
use crate::metrics::Metrics;

const EVERY: Duration = Duration::from_secs(3_600);

/// Looks at once and then every hour. Never ends. Several servers may be at it: one does the work.
pub async fn keep(register: Register, keys: Keys) {
    loop {
        rotate(&register).await;
        // The view's own keys: what was destroyed does not live on in this process either.
        if let Err(error) = keys.0.begin_week(register.clock().today()).await {
            tracing::warn!(%error, "the week's wrapping key was not read");
        }
        match register.forget_consultations().await {
            Ok(0) => {}
            Ok(gone) => tracing::info!(gone, "consultations older than twelve months are gone"),
            Err(error) => tracing::warn!(reason = error.reason(), "old consultations were not deleted"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn rotate(register: &Register) {
    match register.rotate_keys().await {
        Ok(None) => {}
        Ok(Some(rotation)) => {
            let destroyed = rotation.destroyed.len();
            if rotation.made.is_some() || rotation.rewrapped > 0 || destroyed > 0 {
                tracing::info!(rewrapped = rotation.rewrapped, destroyed, "wrapping keys rotated");
            }
            if !rotation.unopened.is_empty() {
                tracing::error!(keys = rotation.unopened.len(), "keys do not open and were not wrapped anew");
            }
        }
        // The next hour tries again; the doctor tells when it is too late.
        Err(error) => tracing::warn!(reason = error.reason(), "wrapping keys were not rotated"),
    }
}

/// Between two looks at what other servers answered.
const A_SECOND: Duration = Duration::from_secs(1);

/// Counts every second what other servers answered. Never ends.
pub async fn learn(register: Register) {
    let mut failing = false;
    loop {
        tokio::time::sleep(A_SECOND).await;
        let learned = register.learn_looks().await;
        if let (Err(error), false) = (&learned, failing) {
            tracing::warn!(reason = error.reason(), "what other servers answered is not counted");
        }
        failing = learned.is_err();
    }
}

/// Between two looks at the calendar.
const A_LOOK: Duration = Duration::from_secs(60);
/// After a run that failed, or another one that was found under way.
const A_PAUSE: Duration = Duration::from_secs(600);

/// Does the daily run at once, and again as soon as the day in Paris is another one. Never ends. Of several servers one does
/// the work: the others find the day done.
pub async fn daily(register: Register, due: DueLists, notices: PathBuf, metrics: Metrics) {
    let mut done = None;
    loop {
        let today = register.clock().today();
        let mut pause = A_LOOK;
        if done != Some(today) {
            // A task of its own: whatever becomes of it, tomorrow has its run.
            let (of_today, due, notices) = (register.clone(), due.clone(), notices.clone());
            let run = tokio::spawn(async move { run(&of_today, &due, &notices).await });
            match run.await {
                Ok(Ok(undecided)) => {
                    done = Some(today);
                    metrics.daily().succeeded(undecided);
                }
                Ok(Err(Error::DailyRunning)) => pause = A_PAUSE,
                Ok(Err(error)) => {
                    metrics.daily().failed();
                    tracing::warn!(reason = error.reason(), "the daily run failed; it goes on later");
                    pause = A_PAUSE;
                }
                Err(_) => {
                    metrics.daily().failed();
                    tracing::error!("the daily run fell over; it goes on later");
                    pause = A_PAUSE;
                }
            }
        }
        tokio::time::sleep(pause).await;
    }
}

/// Does the run of today, unless it is done; how many demands it could not decide, if it was done here.
async fn run(register: &Register, due: &DueLists, notices: &Path) -> Result<Option<u64>, Error> {
    if register.daily_done().await? {
        return Ok(None);
    }
    let report = register.daily(DailyRun { list: due, day: None, notices, progress: &|_| {} }).await?;
    Ok(Some(tell(&report)))
}

fn tell(report: &DailyReport) -> u64 {
    let sum = |of: fn(&register::TerritoryDay) -> u64| report.territories.iter().map(of).sum::<u64>();
    let (listed, radiated, erased) = (sum(|day| day.listed), sum(|day| day.radiated), sum(|day| day.erased));
    tracing::info!(day = %report.day, listed, radiated, erased, "daily run done");
    let failed: usize = report.territories.iter().map(|day| day.failed.len()).sum();
    if failed > 0 {
        tracing::error!(day = %report.day, failed, "demands that the daily run could not decide");
    }
    failed as u64
}
