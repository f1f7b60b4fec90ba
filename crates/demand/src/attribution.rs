//! The attribution of a dwelling by a lessor's commission, and its end without a lease.
//!
//! An attribution does not remove the demand (INV-53); only a lease does. Several lessors may have one in progress at
//! once, each of them only one.

use jiff::civil::Date;
use nomenclature::{RplsId, Siren};
use personal::Pii;
use serde::{Deserialize, Serialize};

use crate::demand::ActiveDemand;
use crate::event::{Attributed, AttributionLapsed, AttributionRefused, DemandEvent};
use crate::form::text::date;
use crate::rejection::{Check, FieldReason, Rejection, RejectionReason};

/// What a lessor sends when its commission attributed a dwelling.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AttributionDraft {
    /// Day of the decision, `AAAA-MM-JJ`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_on: Option<String>,
    /// RPLS number of the dwelling, when known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rpls: Option<String>,
}

personal::redact!(AttributionDraft);

/// An attribution in progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenAttribution {
    /// The lessor.
    pub lessor: Siren,
    /// Day of the decision.
    pub decided_on: Date,
}

/// Decides that an attribution is recorded: the demand must be active and valid on the day of the decision (INV-48).
pub(crate) fn attribute(
    demand: &ActiveDemand,
    draft: &AttributionDraft,
    lessor: Siren,
    today: Date,
) -> Result<Vec<DemandEvent>, Rejection> {
    let mut found = Vec::new();
    let mut check = Check::new("attribution", &mut found);
    let decided_on =
        check.required("decided_on", draft.decided_on.as_deref(), |text| act_day(text, demand.filed_on, today));
    let rpls = check.optional("rpls", draft.rpls.as_deref(), rpls);
    let Some(decided_on) = decided_on.filter(|_| found.is_empty()) else {
        return Err(Rejection::invalid(found));
    };
    if !demand.was_valid_on(decided_on) {
        return Err(RejectionReason::Expired.into());
    }
    if demand.attribution_of(lessor).is_some() {
        return Err(RejectionReason::AttributionInProgress.into());
    }
    Ok(vec![DemandEvent::Attributed(Attributed { lessor, decided_on, rpls: Pii::Clear(rpls) })])
}

/// Decides that the household refused.
pub(crate) fn refuse(
    demand: &ActiveDemand,
    day: &str,
    lessor: Siren,
    today: Date,
) -> Result<Vec<DemandEvent>, Rejection> {
    let refused_on = end_day(demand, "refused_on", day, lessor, today)?;
    Ok(vec![DemandEvent::AttributionRefused(AttributionRefused { lessor, refused_on })])
}

/// Decides that the attribution lapsed.
pub(crate) fn lapse(
    demand: &ActiveDemand,
    day: &str,
    lessor: Siren,
    today: Date,
) -> Result<Vec<DemandEvent>, Rejection> {
    let lapsed_on = end_day(demand, "lapsed_on", day, lessor, today)?;
    Ok(vec![DemandEvent::AttributionLapsed(AttributionLapsed { lessor, lapsed_on })])
}

fn end_day(demand: &ActiveDemand, field: &str, day: &str, lessor: Siren, today: Date) -> Result<Date, Rejection> {
    let open = demand.attribution_of(lessor);
    let not_before = open.map_or(demand.filed_on, |open| open.decided_on);
    let mut found = Vec::new();
    let parsed =
        Check::new("attribution", &mut found).required(field, Some(day), |text| act_day(text, not_before, today));
    let Some(day) = parsed else {
        return Err(Rejection::invalid(found));
    };
    open.ok_or(RejectionReason::NoAttribution)?;
    Ok(day)
}

/// A day of an act: not in the future, not before what it follows.
pub(crate) fn act_day(text: &str, not_before: Date, today: Date) -> Result<Date, FieldReason> {
    let day = date(text)?;
    if day > today {
        Err(FieldReason::InTheFuture)
    } else if day < not_before {
        Err(FieldReason::TooEarly)
    } else {
        Ok(day)
    }
}

/// The number of a dwelling in the RPLS directory.
pub(crate) fn rpls(text: &str) -> Result<RplsId, FieldReason> {
    RplsId::parse(text).map_err(|_| FieldReason::Malformed)
}
