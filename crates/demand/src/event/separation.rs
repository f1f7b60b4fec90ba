//! A co-applicant leaves, for good or for a demand of his own.
//!
//! Which of the grounds it was is not open, nor does anything open differ between them: whoever could tell one separation
//! from another would know who fled.

use jiff::civil::Date;
use nomenclature::UniqueNumber;
use personal::Pii;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::carried::Carried;
use crate::facts::Facts;
use crate::fields::{event_table, field_table};
use crate::rupture::DropGround;

/// A co-applicant left the demand, which goes on without him (INV-37).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CoApplicantDropped {
    /// Why, and on which piece of the dossier; none when he left for a demand of his own. Sealed, and of one length.
    pub basis: Pii<Option<DropBasis>>,
    /// The rubrics that changed, whole: the persons, and what the others said of him.
    pub rubrics: Carried,
    /// Open facts after it.
    pub facts: Facts,
}

event_table!(CoApplicantDropped in "séparation" {
    basis: Personal, "fondement, sauf séparation", "une part scellée, d'une seule longueur";
    rubrics: Personal, "rubriques modifiées", "une part scellée par rubrique";
    facts: Open, "faits ouverts après le retrait", "voir « faits »";
});

/// What a drop rests on. Personal: a legal proof between cohabitants can only be one of violence.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DropBasis {
    /// Why.
    pub ground: DropGround,
    /// The piece of the dossier that proves it.
    pub piece_id: Uuid,
}

field_table!(DropBasis in "séparation" {
    ground: Personal, "fondement", "accord, preuve légale, ou décès";
    piece_id: Personal, "pièce qui fonde l'acte", "UUID";
});

/// The co-applicant who left has a demand of his own (INV-36).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Separated {
    /// What leads to it; none after violence, when nobody of the joint demand is told. Sealed, and of one length, so that
    /// whoever sees the log cannot tell one from the other.
    pub link: Pii<Option<SeparationLink>>,
}

event_table!(Separated in "séparation" {
    link: Personal, "lien vers la nouvelle demande, sauf après des violences", "une part scellée, d'une seule longueur";
});

/// What leads from the joint demand to the new one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeparationLink {
    /// The number of the new demand.
    pub separated_to: UniqueNumber,
    /// The piece that proves it, in the dossier of the new demand.
    pub piece_id: Uuid,
    /// The day the co-applicant was told that a new demand is made: it tells that they were cohabitants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warned_on: Option<Date>,
}

field_table!(SeparationLink in "séparation" {
    separated_to: Personal, "numéro unique de la nouvelle demande", "18 caractères";
    piece_id: Personal, "pièce qui fonde la séparation, au dossier de la nouvelle demande", "UUID";
    warned_on: Personal, "date de l'information du cotitulaire", "date";
});

personal::redact!(DropBasis, SeparationLink);
