//! Alerts: an account of the organisation that looked at many files within an hour.

use jiff::{Timestamp, ToSpan as _};
use nomenclature::{AgentId, Territory};
use serde::{Deserialize, Serialize};

use super::Organisation;
use super::event::OrganisationEvent;

/// What an alert is about; no further one of the same account and territory is raised within it.
const WINDOW_MINUTES: i64 = 60;
/// Days for which alerts are kept in mind; the log has all of them.
const KEPT_DAYS: i64 = 90;

/// An account looked at many files within an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alert {
    /// Whose account it is: an agent's, or a user's of a system of the organisation.
    pub agent: AgentId,
    /// The territory whose files these are.
    pub territory: Territory,
    /// How many they are.
    pub files: u32,
    /// From how many on somebody is told.
    pub threshold: u32,
    /// Where the hour begins.
    pub since: Timestamp,
    /// Where it ends: when the alert was raised.
    pub until: Timestamp,
}

impl Alert {
    /// One of the hour that ends now.
    pub fn now((agent, territory): (AgentId, Territory), (files, threshold): (u32, u32), until: Timestamp) -> Self {
        let since = until.checked_sub(WINDOW_MINUTES.minutes()).unwrap_or(Timestamp::MIN);
        Self { agent, territory, files, threshold, since, until }
    }

    fn is_of_the_same_hour(&self, other: &Self) -> bool {
        (self.agent, self.territory) == (other.agent, other.territory)
            && self.until.as_second() - other.until.as_second() < WINDOW_MINUTES * 60
    }
}

impl Organisation {
    /// The alerts of the last three months, the first one first.
    pub fn alerts(&self) -> &[Alert] {
        &self.alerts
    }

    /// Raises an alert; nothing when one of the same account and territory was raised within the hour before, by whatever
    /// process.
    pub fn raise(&self, alert: Alert) -> Option<OrganisationEvent> {
        let known = self.kind().is_none() || self.alerts.iter().any(|known| alert.is_of_the_same_hour(known));
        (!known).then_some(OrganisationEvent::AlertRaised(alert))
    }

    pub(super) fn keep(&mut self, alert: Alert) {
        let young = |known: &Alert| alert.until.as_second() - known.until.as_second() < KEPT_DAYS * 24 * 3_600;
        self.alerts.retain(young);
        self.alerts.push(alert);
    }
}
