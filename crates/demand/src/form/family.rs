//! Rubric c: the family situation of each adult, and the children to come (R441-2-2 c).

use jiff::civil::Date;
use nomenclature::FamilySituation;
use serde::{Deserialize, Serialize};

use super::identity::MOST_ADULTS;
use super::text::near_day;
use crate::fields::field_table;
use crate::form::code;
use crate::rejection::{Check, FieldReason};

/// Rubric c as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FamilyDraft {
    /// Codes of [`FamilySituation`]: the applicant's, then each co-applicant's, in the order of rubric a.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub situations: Vec<String>,
    /// Children to come, 0 to 9.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_children: Option<i64>,
    /// When, `AAAA-MM-JJ`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_on: Option<String>,
}

/// Rubric c.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Family {
    /// One per adult: the applicant's first.
    pub situations: Vec<FamilySituation>,
    /// Children to come.
    pub expected: Option<ExpectedChildren>,
}

field_table!(Family in "c" {
    situations: Personal, "situation familiale de chaque adulte", "liste SituationFamiliale, obligatoire";
    expected: Personal, "enfants à naître", "facultatif";
});

/// Enfants à naître.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedChildren {
    /// How many, 1 to 9.
    pub count: u8,
    /// When, as far as known.
    pub expected_on: Option<Date>,
}

field_table!(ExpectedChildren in "c" {
    count: Personal, "nombre d'enfants à naître", "0 à 9";
    expected_on: Personal, "date de naissance prévue", "date";
});

personal::redact!(FamilyDraft, Family, ExpectedChildren);

impl Family {
    pub(crate) fn parse(draft: &FamilyDraft, today: Date, mut check: Check<'_>) -> Option<Self> {
        let mut at = check.at("situations");
        let situations: Option<Vec<_>> = match draft.situations.len() {
            0 => {
                at.violation(FieldReason::Missing);
                None
            }
            1..=MOST_ADULTS => {
                let texts = draft.situations.iter().enumerate();
                let parsed = texts.map(|(index, text)| at.nth(index).take(code(FamilySituation::parse)(text)));
                // Collected twice, so that every wrong one is named.
                parsed.collect::<Vec<_>>().into_iter().collect()
            }
            _ => {
                at.violation(FieldReason::TooMany);
                None
            }
        };
        let count = check.number("expected_children", draft.expected_children, 0..=9);
        let nobody_expected = count.unwrap_or(0) == 0 && (draft.expected_children.is_none() || count.is_some());
        let expected_on = check.optional("expected_on", draft.expected_on.as_deref(), |text| near_day(text, today));
        if nobody_expected && expected_on.is_some() {
            check.at("expected_on").violation(FieldReason::Inconsistent);
        }
        let expected = u8::try_from(count.unwrap_or(0)).ok().filter(|count| *count > 0);
        Some(Self { situations: situations?, expected: expected.map(|count| ExpectedChildren { count, expected_on }) })
    }
}
