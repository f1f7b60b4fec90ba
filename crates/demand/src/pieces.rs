//! Supporting pieces of the dossier: type, digest and dates; the content lies elsewhere (R441-2-4-1).

use jiff::civil::Date;
use nomenclature::{PieceType, UniqueNumber};
use personal::Pii;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::demand::ActiveDemand;
use crate::deposit::OpenDeposit;
use crate::event::{DemandEvent, PieceAdded};
use crate::fields::field_table;
use crate::form::code;
use crate::form::text::{Text, past_day};
use crate::rejection::{Check, FieldReason, Rejection, RejectionReason};

/// A piece as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PieceDraft {
    /// Code of [`PieceType`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub piece_type: Option<String>,
    /// A title for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// SHA-256 of the content, 64 hexadecimal digits, lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The day it was handed in, `AAAA-MM-JJ`; today when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_on: Option<String>,
    /// The deposit at a desk that it comes from: the day is then the deposit's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deposit_id: Option<Uuid>,
}

/// What a piece is: personal, because a type may tell of health or violence, and a digest recognises a document.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Its type in the limitative list.
    pub piece_type: PieceType,
    /// A title for people.
    pub label: Option<Text<100>>,
    /// SHA-256 of the content, hexadecimal.
    pub sha256: String,
    /// The joint demand that the piece separates its person from, whatever the ground (INV-36). Nothing outside of this
    /// part names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separated_from: Option<UniqueNumber>,
}

field_table!(Piece in "pièce" {
    piece_type: Personal, "type de pièce", "liste PieceType, obligatoire";
    label: Personal, "libellé", "100 caractères";
    sha256: Personal, "empreinte du contenu", "SHA-256, 64 chiffres hexadécimaux, obligatoire";
    separated_from: Personal, "demande commune d'origine, après une séparation", "numéro unique";
});

personal::redact!(PieceDraft, Piece);

/// A piece of the dossier as the state of a demand keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldPiece {
    /// Identifier.
    pub piece_id: Uuid,
    /// Its type, unless sensitive or the proof of a separation.
    pub open_type: Option<PieceType>,
    /// The day it was handed in.
    pub received_on: Date,
}

/// A checked piece, not yet in a dossier.
pub(crate) struct NewPiece {
    piece: Piece,
    received_on: Date,
    deposit_id: Option<Uuid>,
}

impl NewPiece {
    /// Reads a piece that begins a dossier: nobody can have deposited a piece of a demand that is not there yet.
    pub(crate) fn of_a_new_dossier(
        draft: &PieceDraft,
        accept: impl Fn(PieceType) -> Result<PieceType, FieldReason>,
        today: Date,
        mut check: Check<'_>,
    ) -> Option<Self> {
        if draft.deposit_id.is_some() {
            check.at("deposit_id").violation(FieldReason::Inconsistent);
        }
        Self::parse(draft, accept, None, today, check)
    }

    /// Reads a piece of a type that the act accepts. One that was deposited bears the day of its deposit and no other.
    pub(crate) fn parse(
        draft: &PieceDraft,
        accept: impl Fn(PieceType) -> Result<PieceType, FieldReason>,
        deposited_on: Option<Date>,
        today: Date,
        mut check: Check<'_>,
    ) -> Option<Self> {
        let piece_type = check
            .required("piece_type", draft.piece_type.as_deref(), |text| code(PieceType::parse)(text).and_then(&accept));
        let label = check.optional("label", draft.label.as_deref(), Text::parse);
        let sha256 = check.required("sha256", draft.sha256.as_deref(), digest);
        // A text that says nothing is an absent one: the piece must not get lost without a word.
        let received_on = match draft.received_on.as_deref().filter(|text| !text.trim().is_empty()) {
            None => Some(deposited_on.unwrap_or(today)),
            Some(text) => {
                check.optional("received_on", Some(text), |text| match (past_day(text, today)?, deposited_on) {
                    (day, Some(deposited_on)) if day != deposited_on => Err(FieldReason::Inconsistent),
                    (day, _) => Ok(day),
                })
            }
        };
        let piece = Piece { piece_type: piece_type?, label, sha256: sha256?, separated_from: None };
        Some(Self { piece, received_on: received_on?, deposit_id: draft.deposit_id })
    }

    /// The piece as the proof that somebody left a joint demand.
    pub(crate) fn separated_from(mut self, number: UniqueNumber) -> Self {
        self.piece.separated_from = Some(number);
        self
    }

    pub(crate) fn added(self, piece_id: Uuid, today: Date) -> PieceAdded {
        // The proof of a separation is named in the open for no ground, because it is not after violence.
        let hidden = self.piece.piece_type.is_sensitive() || self.piece.separated_from.is_some();
        PieceAdded {
            piece_id,
            open_type: (!hidden).then_some(self.piece.piece_type),
            received_on: self.received_on,
            stored_on: today,
            deposit_id: self.deposit_id,
            piece: Pii::Clear(self.piece),
        }
    }
}

/// Decides that a piece joins the dossier. One that comes from a deposit is of its type, and ends its clock (INV-38).
pub(crate) fn add(
    demand: &ActiveDemand,
    draft: &PieceDraft,
    piece_id: Uuid,
    today: Date,
) -> Result<Vec<DemandEvent>, Rejection> {
    let deposit = draft.deposit_id.map(|deposit_id| demand.deposit(deposit_id)).transpose();
    let deposited = deposit.ok().flatten();
    let deposited_type = deposited.map(OpenDeposit::known_type).transpose()?;
    let accept = |piece_type| match deposited_type {
        Some(deposited) if deposited != piece_type => Err(FieldReason::Inconsistent),
        _ => Ok(piece_type),
    };
    let deposited_on = deposited.map(|deposit| deposit.deposited_on);
    let mut found = Vec::new();
    let piece = NewPiece::parse(draft, accept, deposited_on, today, Check::new("piece", &mut found));
    let Some(piece) = piece.filter(|_| found.is_empty()) else {
        return Err(Rejection::invalid(found));
    };
    // What is wrong with the piece is told first: a deposit that is not there does not hide it.
    deposit?;
    if demand.pieces.iter().any(|held| held.piece_id == piece_id) {
        return Err(RejectionReason::PieceAlreadyAdded.into());
    }
    Ok(vec![DemandEvent::PieceAdded(piece.added(piece_id, today))])
}

fn digest(text: &str) -> Result<String, FieldReason> {
    let hexadecimal = text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if hexadecimal { Ok(text.to_owned()) } else { Err(FieldReason::Malformed) }
}
