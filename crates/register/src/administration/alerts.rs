//! Who looked at many files, for those who administer the territory.

use access::Alert;
use jiff::Timestamp;
use nomenclature::{AgentId, Siren, SuspensionReason, Territory};
use serde::Serialize;

use super::first;
use super::review::administers;
use crate::Error;
use crate::history::Viewer;
use crate::register::Register;

/// An alert, with what became of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AlertLine {
    /// The organisation.
    pub organisation: Siren,
    /// Its name today.
    pub organisation_name: String,
    /// What was looked at, by whose account.
    #[serde(flatten)]
    pub alert: Alert,
    /// Whether somebody of this token has an account of his own; a user of a system has none.
    pub has_account: bool,
    /// Why the account is suspended, or the user of the system alone, while it is so.
    pub suspended: Option<SuspensionReason>,
}

/// The place of an alert in the list: the last one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlertPlace {
    /// When it was raised.
    pub until: Timestamp,
    /// Of whose account.
    pub agent: AgentId,
    /// Of which organisation.
    pub organisation: Siren,
    /// Where.
    pub territory: Territory,
}

impl AlertLine {
    /// Its place.
    pub fn place(&self) -> AlertPlace {
        let Alert { agent, territory, until, .. } = self.alert;
        AlertPlace { until, agent, organisation: self.organisation, territory }
    }
}

impl Register {
    /// The alerts of the last three months in the territories that somebody administers, the last one first: behind a place, so
    /// many at most; and the place of the last one when there are more.
    ///
    /// # Errors
    /// [`Error::Denied`]; a failure of the log.
    pub async fn alerts(
        &self,
        viewer: Viewer<'_>,
        after: Option<AlertPlace>,
        most: usize,
    ) -> Result<(Vec<AlertLine>, Option<AlertPlace>), Error> {
        let (directory, profile, today) = self.administrator(viewer).await?;
        let mut lines = Vec::new();
        for (organisation, known) in directory.organisations() {
            for alert in known.alerts().iter().filter(|alert| administers(profile, alert.territory.into())) {
                let account = directory.agent(alert.agent);
                lines.push(AlertLine {
                    organisation,
                    organisation_name: known.name_on(today).unwrap_or_default().to_owned(),
                    alert: *alert,
                    has_account: account.is_some(),
                    suspended: match account {
                        Some(account) => account.suspended(),
                        None => known.suspension_of(alert.agent),
                    },
                });
            }
        }
        lines.retain(|line| after.is_none_or(|after| line.place() < after));
        lines.sort_by_key(|line| std::cmp::Reverse(line.place()));
        Ok(first(lines, most, AlertLine::place))
    }
}
