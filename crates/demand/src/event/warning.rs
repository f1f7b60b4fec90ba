//! Warnings, the answer to them, and what a commission decided.

use jiff::civil::Date;
use nomenclature::{InadmissibilityGround, Siren};
use personal::Pii;
use serde::{Deserialize, Serialize};

use crate::commission::Decision;
use crate::fields::event_table;
use crate::form::text::Text;
use crate::warning::{DeliveryProof, WarningKind};

/// The applicant was warned that the demand will be radiated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WarningSent {
    /// Who sent it: nobody else radiates for it (INV-72).
    pub organisation: Siren,
    /// What for.
    pub kind: WarningKind,
    /// The day of the letter that stayed without an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub letter_sent_on: Option<Date>,
    /// The day of the warning.
    pub sent_on: Date,
    /// What proves that it was delivered.
    pub proof: DeliveryProof,
    /// What the sender finds the proof by.
    pub reference: Pii<Text<40>>,
}

event_table!(WarningSent in "avertissement" {
    organisation: Open, "organisme qui avertit", "SIREN";
    kind: Open, "objet", "absence de réponse, ou irrecevabilité";
    letter_sent_on: Open, "date du courrier resté sans réponse", "date";
    sent_on: Open, "date de l'avertissement", "date";
    proof: Open, "preuve de la remise", "lettre recommandée, ou autre moyen";
    reference: Personal, "référence de la preuve", "40 caractères, obligatoire";
});

/// The applicant answered: warnings for no answer are void.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnswerReceived {
    /// Who received it.
    pub organisation: Siren,
    /// The day.
    pub received_on: Date,
}

event_table!(AnswerReceived in "avertissement" {
    organisation: Open, "organisme qui a reçu la réponse", "SIREN";
    received_on: Open, "date de la réponse", "date";
});

/// A lessor's commission decided on the demand. An attribution is an event of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommissionDecided {
    /// The lessor whose commission it is.
    pub lessor: Siren,
    /// The day.
    pub decided_on: Date,
    /// What it decided.
    pub decision: Decision,
}

event_table!(CommissionDecided in "commission" {
    lessor: Open, "bailleur", "SIREN";
    decided_on: Open, "date de la décision", "date";
    decision: Open, "décision et son motif", "irrecevabilité : liste SousMotifIrrecevabilité";
});

impl CommissionDecided {
    /// The ground, when the demand was found inadmissible.
    pub fn ground(&self) -> InadmissibilityGround {
        let Decision::Inadmissible { ground } = self.decision;
        ground
    }
}
