//! The head of the form: a free remark, and the reference under which the organisation keeps the paper.
//!
//! No rubric of R441-2-2 but part of the form and of the interface between systems; sealed apart from the rubrics. Both
//! texts are personal: nobody knows what somebody writes there, and references are often made of names.

use serde::{Deserialize, Serialize};

use super::text::Text;
use crate::fields::field_table;
use crate::rejection::Check;

/// The head of the form as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RemarksDraft {
    /// What else there is to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<String>,
    /// The organisation's own reference of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub internal_reference: Option<String>,
}

/// The head of the form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remarks {
    /// What else there is to say.
    pub precision: Option<Text<255>>,
    /// The organisation's own reference of the file.
    pub internal_reference: Option<Text<18>>,
}

field_table!(Remarks in "en-tête" {
    precision: Personal, "précision", "255 caractères";
    internal_reference: Personal, "référence interne de l'organisme", "18 caractères";
});

personal::redact!(RemarksDraft, Remarks);

impl Remarks {
    pub(crate) fn parse(draft: &RemarksDraft, mut check: Check<'_>) -> Option<Self> {
        Some(Self {
            precision: check.optional("precision", draft.precision.as_deref(), Text::parse),
            internal_reference: check.optional("internal_reference", draft.internal_reference.as_deref(), Text::parse),
        })
    }
}
