//! Renewing for a year: number and filing date stay, validity counts from the renewal (R441-2-7, INV-15, INV-18).

use nomenclature::Channel;

use crate::command::DemandCommand;
use crate::correction::Proof;
use crate::deadlines;
use crate::demand::ActiveDemand;
use crate::event::{DemandEvent, Renewed};
use crate::facts::Facts;
use crate::form::FormDraft;
use crate::modification::Update;
use crate::rejection::{Rejection, RejectionReason};

/// Decides a renewal: from the day that the territory's window opens on. A demand past its expiry and not yet radiated may
/// still be renewed (state EXPIREE, law.md 11); nothing closes the window after it, so it never bars the renewal that a
/// reinstatement is.
pub(crate) fn renew(
    demand: &ActiveDemand,
    form: &FormDraft,
    command: &DemandCommand,
) -> Result<Vec<DemandEvent>, Rejection> {
    let DemandCommand { today, by, .. } = *command;
    if demand.valid_from() >= today {
        return Err(RejectionReason::AlreadyRenewedToday.into());
    }
    if today < deadlines::renewable_from(demand.expires_on(), &command.settings) {
        return Err(RejectionReason::RenewalTooEarly.into());
    }
    let Update { rubrics, facts } = Update::decide(demand, form, Proof::Word, today)?;
    let facts = Facts { ever_online: facts.ever_online || by.channel == Channel::Online, ..facts };
    let renewed = Renewed { renewed_on: today, channel: by.channel, rubrics: rubrics.into(), facts };
    Ok(vec![DemandEvent::Renewed(Box::new(renewed))])
}
