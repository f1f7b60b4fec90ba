//! Radiation for non-renewal: after expiry and tolerance, and only if the sending of the notice is recorded (R441-2-8 e,
//! INV-19).

use jiff::civil::Date;

use super::Motive;
use crate::deadlines;
use crate::demand::ActiveDemand;
use crate::event::{DemandEvent, Radiated};
use crate::rejection::{Rejection, RejectionReason};
use crate::settings::Settings;

/// Decides the radiation. A notice that was listed and never recorded as sent bars it; one that came back does not; one that
/// was sent late makes it wait, and so does what the notice announced. Whoever is known to be housed is not asked to renew.
pub(crate) fn radiate(demand: &ActiveDemand, today: Date, settings: &Settings) -> Result<Vec<DemandEvent>, Rejection> {
    let expires_on = demand.expires_on();
    // Its lessor radiates it, by signing (INV-25).
    if demand.has_known_lease() {
        return Err(RejectionReason::LeaseKnown.into());
    }
    if today < deadlines::not_renewed_from(expires_on, None, settings) {
        return Err(RejectionReason::DelayRunning.into());
    }
    let proof = demand.notice.and_then(|notice| Some((notice, notice.sent_on?)));
    let (notice, sent_on) = proof.ok_or(RejectionReason::ProofMissing)?;
    let due = deadlines::not_renewed_from(expires_on, Some(sent_on), settings);
    if today < notice.radiation_from.map_or(due, |announced| due.max(announced)) {
        return Err(RejectionReason::DelayRunning.into());
    }
    let motive = Motive::NotRenewed {
        expired_on: expires_on,
        notice_listed_on: notice.listed_on,
        notice_sent_on: sent_on,
        notice_returned_on: notice.returned_on,
    };
    Ok(vec![DemandEvent::Radiated(Radiated { radiated_on: today, motive })])
}
