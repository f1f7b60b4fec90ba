//! Radiation for renunciation: a written act, kept a year (R441-2-8 b, INV-28).

use nomenclature::add_months;
use serde::{Deserialize, Serialize};

use super::Motive;
use crate::attribution::act_day;
use crate::command::DemandCommand;
use crate::demand::ActiveDemand;
use crate::event::{DemandEvent, Radiated};
use crate::rejection::{Check, FieldReason, Rejection};

/// In what form the applicant renounced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WrittenAct {
    /// A letter, kept by the service that received it.
    Letter,
    /// An act on the applicants' portal.
    Portal,
}

/// What a desk sends when an applicant renounced.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RenunciationDraft {
    /// Day of the written act, `AAAA-MM-JJ`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written_on: Option<String>,
    /// Its form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written_act: Option<WrittenAct>,
}

/// Decides a radiation for renunciation, effective the day it is recorded: "without delay".
pub(crate) fn renounce(
    demand: &ActiveDemand,
    draft: &RenunciationDraft,
    command: &DemandCommand,
) -> Result<Vec<DemandEvent>, Rejection> {
    let today = command.today;
    let mut found = Vec::new();
    let mut check = Check::new("renunciation", &mut found);
    let written_on =
        check.required("written_on", draft.written_on.as_deref(), |text| act_day(text, demand.filed_on, today));
    if draft.written_act.is_none() {
        check.at("written_act").violation(FieldReason::Missing);
    }
    let (Some(written_on), Some(written_act)) = (written_on, draft.written_act) else {
        return Err(Rejection::invalid(found));
    };
    let kept_until = add_months(written_on, command.settings.renunciation_kept_months);
    let motive = Motive::Renunciation { written_on, written_act, kept_until };
    Ok(vec![DemandEvent::Radiated(Radiated { radiated_on: today, motive })])
}
