//! What a lessor's commission decides besides attributing: that the demand is inadmissible, on one of two grounds
//! (R441-2-8 d, INV-23).

use jiff::civil::Date;
use nomenclature::{InadmissibilityGround, Siren};
use serde::{Deserialize, Serialize};

use crate::attribution::act_day;
use crate::demand::ActiveDemand;
use crate::event::{CommissionDecided, DemandEvent};
use crate::fields::event_table;
use crate::form::code;
use crate::rejection::{Check, Rejection, RejectionReason};

/// A decision, under its letter in the list of R441-3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code")]
pub enum Decision {
    /// The demand is inadmissible.
    #[serde(rename = "E")]
    Inadmissible {
        /// Why.
        ground: InadmissibilityGround,
    },
}

event_table!(Decision::Inadmissible = INADMISSIBLE in "commission" {
    ground: Open, "motif d'irrecevabilité", "liste SousMotifIrrecevabilité";
});

/// A demand found inadmissible by a lessor's commission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inadmissibility {
    /// The lessor.
    pub lessor: Siren,
    /// Day of the decision.
    pub decided_on: Date,
    /// Why.
    pub ground: InadmissibilityGround,
}

/// What a lessor sends when its commission found a demand inadmissible.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct InadmissibilityDraft {
    /// Day of the decision, `AAAA-MM-JJ`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_on: Option<String>,
    /// Code of the ground.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ground: Option<String>,
}

/// Decides that the decision is recorded: the demand must have been valid on its day (INV-48), and each lessor has one.
pub(crate) fn inadmissible(
    demand: &ActiveDemand,
    draft: &InadmissibilityDraft,
    lessor: Siren,
    today: Date,
) -> Result<Vec<DemandEvent>, Rejection> {
    let mut found = Vec::new();
    let mut check = Check::new("inadmissibility", &mut found);
    let decided_on =
        check.required("decided_on", draft.decided_on.as_deref(), |text| act_day(text, demand.filed_on, today));
    let ground = check.required("ground", draft.ground.as_deref(), code(InadmissibilityGround::parse));
    let (Some(decided_on), Some(ground)) = (decided_on, ground) else {
        return Err(Rejection::invalid(found));
    };
    if !demand.was_valid_on(decided_on) {
        return Err(RejectionReason::Expired.into());
    }
    if demand.inadmissibility_of(lessor).is_some() {
        return Err(RejectionReason::AlreadyRecorded.into());
    }
    let decision = Decision::Inadmissible { ground };
    Ok(vec![DemandEvent::CommissionDecided(CommissionDecided { lessor, decided_on, decision })])
}
