//! Health: green while the log answers, red otherwise and while the server stops.

use std::time::Duration;

use register::Register;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::shared_view::Pulse;

/// How often the log is asked, and how long it may take.
const EVERY: Duration = Duration::from_secs(1);
const AT_MOST: Duration = Duration::from_secs(2);

/// The names asked for: the server as a whole, and each service.
const NAMES: [&str; 4] = ["", "sne.v1.RegistrationService", "sne.v1.AuditService", "sne.v1.CommandService"];
/// Red as well once its view stopped.
const SHARED: &str = "sne.v1.SharedManagementService";

/// Tells one status for everything.
pub async fn tell(reporter: &HealthReporter, status: ServingStatus) {
    for name in NAMES.into_iter().chain([SHARED]) {
        reporter.set_service_status(name, status).await;
    }
}

/// Asks the log again and again, and tells what came of it. Never ends.
pub async fn watch(register: Register, pulse: Pulse, reporter: HealthReporter) {
    loop {
        let answered = tokio::time::timeout(AT_MOST, register.reader().head()).await;
        let status = if matches!(answered, Ok(Ok(_))) { ServingStatus::Serving } else { ServingStatus::NotServing };
        for name in NAMES {
            reporter.set_service_status(name, status).await;
        }
        let shared = if pulse.beats() { status } else { ServingStatus::NotServing };
        reporter.set_service_status(SHARED, shared).await;
        tokio::time::sleep(EVERY).await;
    }
}
