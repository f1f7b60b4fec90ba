//! Pieces handed in at a desk, before they lie in the dossier.

use jiff::civil::Date;
use nomenclature::{DeskCode, PieceType};
use personal::Pii;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::deposit::{DepositedPiece, SetAsideReason};
use crate::fields::event_table;

/// A piece was handed in at a desk (R441-2-4-1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PieceDeposited {
    /// Identifier of the deposit.
    pub deposit_id: Uuid,
    /// The type of the piece, unless the type itself is sensitive.
    pub open_type: Option<PieceType>,
    /// The day: fifteen days to store it count from there (INV-38).
    pub deposited_on: Date,
    /// Where.
    pub desk: DeskCode,
    /// What it is.
    pub piece: Pii<DepositedPiece>,
}

event_table!(PieceDeposited in "dépôt" {
    deposit_id: Open, "identifiant du dépôt", "UUID";
    open_type: Open, "type de pièce, sauf type sensible", "liste PieceType";
    deposited_on: Open, "date de dépôt", "date";
    desk: Open, "guichet du dépôt", "5 caractères";
    piece: Personal, "pièce déposée", "une part scellée";
});

/// A deposit was set aside: it will not be stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DepositSetAside {
    /// Which.
    pub deposit_id: Uuid,
    /// The day.
    pub set_aside_on: Date,
    /// Why.
    pub reason: SetAsideReason,
}

event_table!(DepositSetAside in "dépôt" {
    deposit_id: Open, "identifiant du dépôt", "UUID";
    set_aside_on: Open, "date de mise à l'écart", "date";
    reason: Open, "motif", "illisible, incomplète, déjà au dossier, ou autre pièce que celle annoncée";
});
