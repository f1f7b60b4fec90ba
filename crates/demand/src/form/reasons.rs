//! Rubric g: why the household asks (R441-2-2 g).

use jiff::civil::Date;
use nomenclature::Reason;
use serde::{Deserialize, Serialize};

use super::housing::list;
use super::text::{Text, past_day};
use crate::fields::field_table;
use crate::form::{accepted, code, said};
use crate::rejection::{Check, FieldReason};

/// Rubric g as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReasonsDraft {
    /// Codes of [`Reason`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// Day of the eviction judgment, `AAAA-MM-JJ`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judgment_on: Option<String>,
    /// What the reason "other" is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
}

/// Rubric g.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reasons {
    /// At least one, the main one first.
    pub reasons: Vec<Reason>,
    /// Day of the eviction judgment.
    pub judgment_on: Option<Date>,
    /// What the reason "other" is.
    pub other: Option<Text<36>>,
}

field_table!(Reasons in "g" {
    reasons: Personal, "motifs de la demande", "liste MotifDemande, au moins une valeur, obligatoire";
    judgment_on: Personal, "date du jugement d'expulsion", "date";
    other: Personal, "autre motif (précisez)", "36 caractères";
});

personal::redact!(ReasonsDraft, Reasons);

/// As many as the form has.
const MOST_REASONS: usize = Reason::LIST.entries.len();

/// A code of a form that the register takes on the day.
fn reason_of_today(text: &str, today: Date) -> Result<Reason, FieldReason> {
    let reason = code(Reason::parse)(text)?;
    accepted(reason, reason.form_version(), today)
}

impl Reasons {
    pub(crate) fn parse(draft: &ReasonsDraft, today: Date, mut check: Check<'_>) -> Option<Self> {
        let reasons = list(&draft.reasons, MOST_REASONS, |text| reason_of_today(text, today), check.at("reasons"));
        let judgment_on = check.optional("judgment_on", draft.judgment_on.as_deref(), |text| past_day(text, today));
        let other = check.optional("other", draft.other.as_deref(), Text::parse);
        // Asked of what was typed: a wrong reason beside it must not hide what this one lacks.
        let names = |reason: Reason| draft.reasons.iter().any(|text| text == reason.code());
        if judgment_on.is_some() && reasons.is_some() && !names(Reason::Eviction) {
            check.at("judgment_on").violation(FieldReason::Inconsistent);
        }
        if names(Reason::Other) && !said(&draft.other) {
            check.at("other").violation(FieldReason::Missing);
        }
        Some(Self { reasons: reasons?, judgment_on, other })
    }
}
