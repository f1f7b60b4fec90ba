//! A radiated demand comes back, with its number and its seniority, within the window of its motive (cahier des charges 6.1
//! and 6.5).
//!
//! The person may hold another demand by now: whoever holds the claims of persons refuses then, and names the holder. After
//! an attribution, a renunciation or an inadmissibility no window is provided: a new demand is filed.

use serde::{Deserialize, Serialize};

use crate::command::DemandCommand;
use crate::deadlines;
use crate::demand::RadiatedDemand;
use crate::event::{DemandEvent, Reinstated};
use crate::form::FormDraft;
use crate::radiation::Motive;
use crate::rejection::{Rejection, RejectionReason};
use crate::renewal;

/// What a desk sends to have a demand back.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReinstatementDraft {
    /// The rubrics that change with the renewal.
    pub form: Box<FormDraft>,
}

personal::redact!(ReinstatementDraft);

/// Decides a reinstatement. After a radiation for non-renewal it is a renewal too, in one act (INV-20, INV-31).
pub(crate) fn reinstate(
    radiated: &RadiatedDemand,
    draft: &ReinstatementDraft,
    command: &DemandCommand,
) -> Result<Vec<DemandEvent>, Rejection> {
    let (today, settings) = (command.today, &command.settings);
    let until = match &radiated.motive {
        Motive::NotRenewed { expired_on, .. } => deadlines::not_renewed_until(*expired_on, settings),
        Motive::Attribution { .. } | Motive::Renunciation { .. } => return Err(RejectionReason::NotReinstatable.into()),
    };
    if today > until {
        return Err(RejectionReason::WindowClosed.into());
    }
    let reinstated = Reinstated {
        reinstated_on: today,
        motive: radiated.motive.official(),
        person_ref: radiated.before.person_ref.map(|_| command.person_ref),
    };
    let mut events = vec![DemandEvent::Reinstated(reinstated.clone())];
    events.extend(renewal::renew(&radiated.reinstated(&reinstated), &draft.form, command)?);
    Ok(events)
}
