//! Health: green while the log takes commands and the views follow it, red otherwise and while the server stops.
//!
//! Asked for a service, it speaks of that one: a balancer that sends registrations asks for theirs. Asked for the whole
//! (the empty name), it is green only when everything is.

use std::time::Duration;

use register::Register;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::views::Pulse;

/// How often the log is asked, and how long it may take.
const EVERY: Duration = Duration::from_secs(1);
const AT_MOST: Duration = Duration::from_secs(2);

const WHOLE: &str = "";
/// Those that need the log alone.
const OF_THE_LOG: [&str; 8] = [
    "sne.v1.RegistrationService",
    "sne.v1.FollowUpService",
    "sne.v1.SeparationService",
    "sne.v1.DaloService",
    "sne.v1.TerritoryService",
    "sne.v1.AdministrationService",
    "sne.v1.AuditService",
    "sne.v1.CommandService",
];
/// Red as well while one of the views that it reads does not follow: the shared one, with what is known of demands elsewhere,
/// and that of deadlines, with the late radiations.
const SHARED: &str = "sne.v1.SharedManagementService";
/// Red as well while the statistics do not follow.
const INFOCENTRE: &str = "sne.v1.InfocentreService";

/// The views that are looked at.
pub struct Pulses {
    pub shared: Pulse,
    pub deadlines: Pulse,
    pub statistics: Pulse,
}

fn names() -> impl Iterator<Item = &'static str> {
    OF_THE_LOG.into_iter().chain([WHOLE, SHARED, INFOCENTRE])
}

/// Tells one status for everything.
pub async fn tell(reporter: &HealthReporter, status: ServingStatus) {
    for name in names() {
        reporter.set_service_status(name, status).await;
    }
}

/// Ends the streams of those who watch: they would keep a stopping server for as long as it waits.
pub async fn dismiss(reporter: &mut HealthReporter) {
    for name in names() {
        reporter.clear_service_status(name).await;
    }
}

/// Looks again and again, and tells what changed: whoever watches is woken by every word. Never ends.
pub async fn watch(register: Register, mut pulses: Pulses, reporter: HealthReporter) {
    let mut told = None;
    loop {
        let log = matches!(tokio::time::timeout(AT_MOST, register.ready()).await, Ok(Ok(())));
        let now = register.clock().now();
        // Each for itself: a view that does not answer says nothing of the other.
        let (shared, deadlines, statistics) = tokio::join!(
            tokio::time::timeout(AT_MOST, pulses.shared.beats(now)),
            tokio::time::timeout(AT_MOST, pulses.deadlines.beats(now)),
            tokio::time::timeout(AT_MOST, pulses.statistics.beats(now))
        );
        let beats = |looked: Result<bool, _>| log && looked.unwrap_or(false);
        let (shared, deadlines, statistics) = (beats(shared), beats(deadlines), beats(statistics));
        let shared = shared && deadlines;
        let whole = shared && statistics;
        if told.replace((log, shared, statistics, whole)) != Some((log, shared, statistics, whole)) {
            for name in OF_THE_LOG {
                reporter.set_service_status(name, status(log)).await;
            }
            reporter.set_service_status(SHARED, status(shared)).await;
            reporter.set_service_status(INFOCENTRE, status(statistics)).await;
            reporter.set_service_status(WHOLE, status(whole)).await;
        }
        tokio::time::sleep(EVERY).await;
    }
}

fn status(well: bool) -> ServingStatus {
    if well { ServingStatus::Serving } else { ServingStatus::NotServing }
}
