//! Radiation for no answer: a letter, a warning with proof of delivery, and the delay (R441-2-8 c, INV-21).

use super::Motive;
use crate::command::DemandCommand;
use crate::deadlines;
use crate::demand::ActiveDemand;
use crate::event::{DemandEvent, Radiated};
use crate::rejection::{Rejection, RejectionReason};
use crate::warning::WarningKind;

/// Decides the radiation, by the service that sent the warning (INV-72).
pub(crate) fn radiate(demand: &ActiveDemand, command: &DemandCommand) -> Result<Vec<DemandEvent>, Rejection> {
    let DemandCommand { today, by, settings, .. } = command;
    let proof = demand.warning_of(by.organisation, WarningKind::NoAnswer);
    let proof = proof.and_then(|warning| Some((warning, warning.letter_sent_on?)));
    let (warning, letter_sent_on) = proof.ok_or(RejectionReason::ProofMissing)?;
    if *today < deadlines::no_answer_from(warning.sent_on, settings) {
        return Err(RejectionReason::DelayRunning.into());
    }
    let motive = Motive::NoAnswer {
        organisation: warning.organisation,
        letter_sent_on,
        warned_on: warning.sent_on,
        proof: warning.proof,
    };
    Ok(vec![DemandEvent::Radiated(Radiated { radiated_on: *today, motive })])
}
