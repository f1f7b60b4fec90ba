//! A co-applicant leaves, for good or for a demand of his own.

use jiff::civil::Date;
use nomenclature::UniqueNumber;
use personal::Pii;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::carried::Carried;
use crate::facts::Facts;
use crate::fields::event_table;
use crate::rupture::{DropGround, SeparationGround};

/// A co-applicant left the demand, which goes on without him (INV-37).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CoApplicantDropped {
    /// Why.
    pub ground: DropGround,
    /// The piece that proves it; the nil one when the proof is kept away from this demand. Sealed, and of one length, so
    /// that whoever sees the log cannot tell one from the other.
    pub basis: Pii<Uuid>,
    /// The rubrics that changed, whole: the persons, and what the others said of him.
    pub rubrics: Carried,
    /// Open facts after it.
    pub facts: Facts,
}

event_table!(CoApplicantDropped in "séparation" {
    ground: Open, "fondement", "accord, preuve légale, ou décès";
    basis: Personal, "pièce qui fonde l'acte", "UUID, une part scellée";
    rubrics: Personal, "rubriques modifiées", "une part scellée par rubrique";
    facts: Open, "faits ouverts après le retrait", "voir « faits »";
});

/// The co-applicant who left has a demand of his own (INV-36). Never written when violence is the ground.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Separated {
    /// The number of the new demand.
    pub separated_to: UniqueNumber,
    /// On what.
    pub ground: SeparationGround,
    /// The piece that proves it, in the dossier of the new demand.
    pub piece_id: Uuid,
    /// The day the co-applicant was told that a new demand is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warned_on: Option<Date>,
}

event_table!(Separated in "séparation" {
    separated_to: Open, "numéro unique de la nouvelle demande", "18 caractères";
    ground: Open, "fondement", "accord, déclaration sur l'honneur, ou preuve légale";
    piece_id: Open, "pièce qui fonde la séparation, au dossier de la nouvelle demande", "UUID";
    warned_on: Open, "date de l'information du cotitulaire", "date";
});
