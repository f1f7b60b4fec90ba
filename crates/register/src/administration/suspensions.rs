//! Who is suspended, for those who may lift it.

use access::OrganisationAct;
use access::agent::command::AgentAct;
use nomenclature::{AgentId, Siren, SuspensionReason};
use serde::Serialize;

use super::review::administers;
use super::rights::reach;
use super::{AdministrationAct, first};
use crate::Error;
use crate::history::Viewer;
use crate::register::Register;

/// An organisation, an agent or a user of a system who may do nothing for now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SuspensionLine {
    /// The organisation.
    pub organisation: Siren,
    /// Its name today.
    pub organisation_name: String,
    /// The agent or the user; none where the whole organisation is suspended.
    pub agent: Option<AgentId>,
    /// Whether he has an account of his own; a user of a system has none.
    pub has_account: bool,
    /// Why.
    pub reason: SuspensionReason,
}

/// The place of a suspension in the list: by organisation, the organisation itself first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SuspensionPlace {
    /// Of which organisation.
    pub organisation: Siren,
    /// Of whom.
    pub agent: Option<AgentId>,
}

impl SuspensionLine {
    /// Its place.
    pub fn place(&self) -> SuspensionPlace {
        SuspensionPlace { organisation: self.organisation, agent: self.agent }
    }
}

impl Register {
    /// The suspensions that somebody may lift: behind a place, so many at most; and the place of the last one when there are more.
    ///
    /// # Errors
    /// [`Error::Denied`]; a failure of the log.
    pub async fn suspensions(
        &self,
        viewer: Viewer<'_>,
        after: Option<SuspensionPlace>,
        most: usize,
    ) -> Result<(Vec<SuspensionLine>, Option<SuspensionPlace>), Error> {
        let (directory, profile, today) = self.administrator(viewer).await?;
        let may_lift =
            |act: AdministrationAct| administers(profile, reach(&directory, &act, today).unwrap_or_default());
        let mut lines = Vec::new();
        let mut tell = |organisation: Siren, agent: Option<AgentId>, reason: SuspensionReason| {
            let known = directory.organisation(organisation).and_then(|known| known.name_on(today));
            lines.push(SuspensionLine {
                organisation,
                organisation_name: known.unwrap_or_default().to_owned(),
                agent,
                has_account: agent.is_some_and(|agent| directory.agent(agent).is_some()),
                reason,
            });
        };
        for (siren, known) in directory.organisations() {
            let lifting = |act| AdministrationAct::Organisation { siren, act };
            if let Some(reason) = known.suspended().filter(|_| may_lift(lifting(OrganisationAct::Resume {}))) {
                tell(siren, None, reason);
            }
            for (user, reason) in known.suspended_users() {
                if may_lift(lifting(OrganisationAct::ResumeUser { user })) {
                    tell(siren, Some(user), reason);
                }
            }
        }
        for (agent, known) in directory.agents() {
            let Some((siren, reason)) = known.organisation().zip(known.suspended()) else { continue };
            // Nobody lifts what holds of who leaves.
            if known.last_day().is_some() {
                continue;
            }
            if may_lift(AdministrationAct::Agent { agent, act: AgentAct::Resume {} }) {
                tell(siren, Some(agent), reason);
            }
        }
        lines.retain(|line| after.is_none_or(|after| line.place() > after));
        lines.sort_by_key(SuspensionLine::place);
        Ok(first(lines, most, SuspensionLine::place))
    }
}
