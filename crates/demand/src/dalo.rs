//! The right to housing that can be claimed in court (DALO; L441-2-3): seised, decided, rehoused, ended.
//!
//! Its life is its own. It goes on after a radiation, and neither radiation, reinstatement nor a lease changes it: the State
//! alone says what becomes of it (Conseil d'État 8 July 2020, INV-56). Nothing here follows from a delay that is over.

use jiff::civil::Date;
use nomenclature::{DaloRoute, DaloStatus};
use personal::Pii;
use serde::{Deserialize, Serialize};

use crate::attribution::act_day;
use crate::command::DemandCommand;
use crate::deadlines;
use crate::demand::ActiveDemand;
use crate::event::{DaloDecided, DaloEnded, DaloRehoused, DaloSeised, DemandEvent};
use crate::form::code;
use crate::rejection::{Check, FieldReason, Rejection, RejectionReason};

/// What the commission of mediation decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DaloDecision {
    /// The household has priority and must be housed urgently: the decision is favourable.
    Priority,
    /// The claim is refused.
    Refused,
}

/// Where a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dalo {
    /// The commission was seised and has not decided.
    Seised {
        /// The day.
        seised_on: Date,
        /// The last day of the commission's delay (R441-15).
        decision_due_on: Date,
    },
    /// The commission refused.
    Refused {
        /// The day.
        decided_on: Date,
    },
    /// The commission decided in favour: the prefect owes an offer.
    Priority {
        /// The day.
        decided_on: Date,
        /// The last day of the prefect's delay (R441-16-1).
        offer_due_on: Date,
    },
    /// The household was rehoused for it.
    Rehoused {
        /// The day.
        rehoused_on: Date,
    },
    /// The State ended the decision.
    Ended {
        /// The day.
        ended_on: Date,
    },
}

impl Dalo {
    /// The official status. A claim that waits for its decision gives none yet.
    pub fn status(&self) -> DaloStatus {
        match self {
            Self::Seised { .. } | Self::Refused { .. } => DaloStatus::Not,
            Self::Priority { .. } => DaloStatus::Active,
            Self::Rehoused { .. } => DaloStatus::Rehoused,
            Self::Ended { .. } => DaloStatus::Lapsed,
        }
    }

    /// The day it stands there since: what comes next is not before it.
    pub fn since(&self) -> Date {
        match *self {
            Self::Seised { seised_on, .. } => seised_on,
            Self::Refused { decided_on } | Self::Priority { decided_on, .. } => decided_on,
            Self::Rehoused { rehoused_on } => rehoused_on,
            Self::Ended { ended_on } => ended_on,
        }
    }
}

/// What the State's service tells of a seisin.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DaloSeisinDraft {
    /// The day, `AAAA-MM-JJ`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seised_on: Option<String>,
    /// Code of [`DaloRoute`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
}

personal::redact!(DaloSeisinDraft);

/// What the State's service tells of a decision.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DaloDecisionDraft {
    /// The day, `AAAA-MM-JJ`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_on: Option<String>,
    /// What was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DaloDecision>,
}

impl ActiveDemand {
    /// The official DALO status (INV-56).
    pub fn dalo_status(&self) -> DaloStatus {
        self.dalo.map_or(DaloStatus::Not, |dalo| dalo.status())
    }

    /// Where the claim stands after an event; one of something else leaves it where it is.
    pub(crate) fn take_dalo(&mut self, event: &DemandEvent) {
        self.dalo = Some(match event {
            DemandEvent::DaloSeised(event) => {
                Dalo::Seised { seised_on: event.seised_on, decision_due_on: event.decision_due_on }
            }
            DemandEvent::DaloDecided(event) => match event.offer_due_on {
                Some(offer_due_on) => Dalo::Priority { decided_on: event.decided_on, offer_due_on },
                None => Dalo::Refused { decided_on: event.decided_on },
            },
            DemandEvent::DaloRehoused(event) => Dalo::Rehoused { rehoused_on: event.rehoused_on },
            DemandEvent::DaloEnded(event) => Dalo::Ended { ended_on: event.ended_on },
            _ => return,
        });
    }

    /// The day before which nothing that comes next can lie.
    fn dalo_since(&self) -> Date {
        self.dalo.map_or(self.filed_on, |dalo| dalo.since())
    }
}

/// Decides that a seisin is recorded: one at a time, and not beside a favourable decision.
pub(crate) fn seise(
    demand: &ActiveDemand,
    draft: &DaloSeisinDraft,
    command: &DemandCommand,
) -> Result<Vec<DemandEvent>, Rejection> {
    let mut found = Vec::new();
    let mut check = Check::new("seisin", &mut found);
    let seised_on = check
        .required("seised_on", draft.seised_on.as_deref(), |text| act_day(text, demand.dalo_since(), command.today));
    let route = check.required("route", draft.route.as_deref(), code(DaloRoute::parse));
    let (Some(seised_on), Some(route)) = (seised_on, route) else {
        return Err(Rejection::invalid(found));
    };
    if let Some(Dalo::Seised { .. } | Dalo::Priority { .. }) = demand.dalo {
        return Err(RejectionReason::AlreadyRecorded.into());
    }
    let decision_due_on = deadlines::dalo_decision_by(seised_on, &command.settings);
    let seised = DaloSeised { seised_on, decision_due_on, route: Pii::Clear(route) };
    Ok(vec![DemandEvent::DaloSeised(seised)])
}

/// Decides that the commission's decision is recorded: on a seisin that waits for it. A favourable one fixes the prefect's
/// delay (INV-57).
pub(crate) fn decide(
    demand: &ActiveDemand,
    draft: &DaloDecisionDraft,
    command: &DemandCommand,
) -> Result<Vec<DemandEvent>, Rejection> {
    let mut found = Vec::new();
    let mut check = Check::new("decision", &mut found);
    let decided_on = check
        .required("decided_on", draft.decided_on.as_deref(), |text| act_day(text, demand.dalo_since(), command.today));
    if draft.decision.is_none() {
        check.at("decision").violation(FieldReason::Missing);
    }
    let (Some(decided_on), Some(decision)) = (decided_on, draft.decision) else {
        return Err(Rejection::invalid(found));
    };
    let Some(Dalo::Seised { .. }) = demand.dalo else {
        return Err(RejectionReason::DaloNotSeised.into());
    };
    let offer_due_on = match decision {
        DaloDecision::Priority => Some(deadlines::dalo_offer_by(decided_on, &command.settings)),
        DaloDecision::Refused => None,
    };
    Ok(vec![DemandEvent::DaloDecided(DaloDecided { decided_on, decision, offer_due_on })])
}

/// Decides that the household was rehoused for its favourable decision.
pub(crate) fn rehouse(demand: &ActiveDemand, day: &str, today: Date) -> Result<Vec<DemandEvent>, Rejection> {
    let rehoused_on = end_day(demand, "rehoused_on", day, today)?;
    Ok(vec![DemandEvent::DaloRehoused(DaloRehoused { rehoused_on })])
}

/// Decides that the favourable decision ended otherwise. Nobody but the State says so, and nothing else makes it so (INV-56).
pub(crate) fn end(demand: &ActiveDemand, day: &str, today: Date) -> Result<Vec<DemandEvent>, Rejection> {
    let ended_on = end_day(demand, "ended_on", day, today)?;
    Ok(vec![DemandEvent::DaloEnded(DaloEnded { ended_on })])
}

fn end_day(demand: &ActiveDemand, field: &str, day: &str, today: Date) -> Result<Date, Rejection> {
    let mut found = Vec::new();
    let parsed =
        Check::new("dalo", &mut found).required(field, Some(day), |text| act_day(text, demand.dalo_since(), today));
    let Some(day) = parsed else {
        return Err(Rejection::invalid(found));
    };
    match demand.dalo {
        Some(Dalo::Priority { .. }) => Ok(day),
        _ => Err(RejectionReason::DaloNotActive.into()),
    }
}
