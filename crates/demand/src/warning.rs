//! Warning an applicant before a radiation for no answer or as inadmissible (R441-2-8 c and d, INV-21, INV-23).
//!
//! Each service has its own warnings: who removes is who warned (INV-72). An answer, whoever received it, voids every
//! warning for no answer.

use jiff::civil::Date;
use nomenclature::Siren;
use personal::Pii;
use serde::{Deserialize, Serialize};

use crate::attribution::act_day;
use crate::demand::ActiveDemand;
use crate::event::{AnswerReceived, DemandEvent, WarningSent};
use crate::form::text::Text;
use crate::rejection::{Check, FieldReason, Rejection, RejectionReason};

/// What a warning is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WarningKind {
    /// A letter stayed without an answer.
    NoAnswer,
    /// A commission found the demand inadmissible.
    Inadmissible,
}

/// What proves the delivery: a registered letter, or any other means that does (R441-2-8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeliveryProof {
    /// A registered letter with acknowledgement.
    RegisteredLetter,
    /// Another means that proves delivery.
    OtherMeans,
}

/// A warning that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenWarning {
    /// Who sent it.
    pub organisation: Siren,
    /// What for.
    pub kind: WarningKind,
    /// The day of the letter that stayed without an answer.
    pub letter_sent_on: Option<Date>,
    /// The day of the warning.
    pub sent_on: Date,
    /// What proves its delivery.
    pub proof: DeliveryProof,
}

/// What a service tells of a warning that it sent.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WarningDraft {
    /// What for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<WarningKind>,
    /// For no answer: the day of the letter, `AAAA-MM-JJ`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub letter_sent_on: Option<String>,
    /// The day of the warning, `AAAA-MM-JJ`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_on: Option<String>,
    /// What proves its delivery.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<DeliveryProof>,
    /// Number of the letter or of the proof.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

personal::redact!(WarningDraft);

/// Decides that a warning is recorded: after the letter, or after the commission's decision.
pub(crate) fn send(
    demand: &ActiveDemand,
    draft: &WarningDraft,
    organisation: Siren,
    today: Date,
) -> Result<Vec<DemandEvent>, Rejection> {
    let decision = demand.inadmissibility_of(organisation);
    let mut found = Vec::new();
    let mut check = Check::new("warning", &mut found);
    if draft.kind.is_none() {
        check.at("kind").violation(FieldReason::Missing);
    }
    let letter_sent_on = letter(demand, draft, today, &mut check);
    let not_before = match draft.kind {
        Some(WarningKind::Inadmissible) => decision.map_or(demand.filed_on, |decision| decision.decided_on),
        // The warning follows the letter, on a later day.
        _ => letter_sent_on.and_then(|day| day.tomorrow().ok()).unwrap_or(demand.filed_on),
    };
    let sent_on = check.required("sent_on", draft.sent_on.as_deref(), |text| act_day(text, not_before, today));
    if draft.proof.is_none() {
        check.at("proof").violation(FieldReason::Missing);
    }
    let reference = check.required("reference", draft.reference.as_deref(), Text::parse);
    let (Some(kind), Some(sent_on), Some(proof), Some(reference), true) =
        (draft.kind, sent_on, draft.proof, reference, found.is_empty())
    else {
        return Err(Rejection::invalid(found));
    };
    if kind == WarningKind::Inadmissible && decision.is_none() {
        return Err(RejectionReason::ProofMissing.into());
    }
    if demand.warning_of(organisation, kind).is_some() {
        return Err(RejectionReason::AlreadyRecorded.into());
    }
    let reference = Pii::Clear(reference);
    let sent = WarningSent { organisation, kind, letter_sent_on, sent_on, proof, reference };
    Ok(vec![DemandEvent::WarningSent(sent)])
}

/// The letter that stayed without an answer: there is one for that kind of warning, and for no other.
fn letter(demand: &ActiveDemand, draft: &WarningDraft, today: Date, check: &mut Check<'_>) -> Option<Date> {
    let parse = |text: &str| act_day(text, demand.filed_on, today);
    match draft.kind {
        Some(WarningKind::NoAnswer) => check.required("letter_sent_on", draft.letter_sent_on.as_deref(), parse),
        Some(WarningKind::Inadmissible) => {
            check.optional("letter_sent_on", draft.letter_sent_on.as_deref(), |_| Err(FieldReason::Inconsistent))
        }
        None => check.optional("letter_sent_on", draft.letter_sent_on.as_deref(), parse),
    }
}

/// Decides that an answer is recorded: there must be something to answer.
pub(crate) fn answer(
    demand: &ActiveDemand,
    day: &str,
    organisation: Siren,
    today: Date,
) -> Result<Vec<DemandEvent>, Rejection> {
    let letters = demand.warnings.iter().filter_map(|warning| warning.letter_sent_on);
    let first_letter = letters.min();
    let mut found = Vec::new();
    let received_on = Check::new("answer", &mut found)
        .required("received_on", Some(day), |text| act_day(text, first_letter.unwrap_or(demand.filed_on), today));
    let Some(received_on) = received_on else {
        return Err(Rejection::invalid(found));
    };
    first_letter.ok_or(RejectionReason::ProofMissing)?;
    Ok(vec![DemandEvent::AnswerReceived(AnswerReceived { organisation, received_on })])
}
