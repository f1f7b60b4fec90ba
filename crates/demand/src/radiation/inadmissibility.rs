//! Radiation as inadmissible: a commission's decision with its ground, a warning with proof of delivery, and the delay
//! (R441-2-8 d, INV-23, INV-24).

use super::Motive;
use crate::command::DemandCommand;
use crate::deadlines;
use crate::demand::ActiveDemand;
use crate::event::{DemandEvent, Radiated};
use crate::rejection::{Rejection, RejectionReason};
use crate::warning::WarningKind;

/// Decides the radiation, by the lessor whose commission decided and that sent the warning (INV-72).
pub(crate) fn radiate(demand: &ActiveDemand, command: &DemandCommand) -> Result<Vec<DemandEvent>, Rejection> {
    let DemandCommand { today, by, settings, .. } = command;
    let decision = demand.inadmissibility_of(by.organisation);
    let warning = demand.warning_of(by.organisation, WarningKind::Inadmissible);
    let (decision, warning) = decision.zip(warning).ok_or(RejectionReason::ProofMissing)?;
    if *today < deadlines::inadmissible_from(warning.sent_on, settings) {
        return Err(RejectionReason::DelayRunning.into());
    }
    let motive = Motive::Inadmissible {
        lessor: decision.lessor,
        decided_on: decision.decided_on,
        ground: decision.ground,
        warned_on: warning.sent_on,
        proof: warning.proof,
    };
    Ok(vec![DemandEvent::Radiated(Radiated { radiated_on: *today, motive })])
}
