//! The pieces of a dossier, and those that wait to be stored. A type that lies sealed is for the sensitive profile, and so is the title
//! of such a piece (INV-42).

use access::{FieldClass, FieldClasses};
use demand::deposit::OpenDeposit;
use demand::pieces::HeldPiece;
use demand::{ActiveDemand, Settings, deadlines};
use nomenclature::PieceType;
use proto::v1;

/// Writes the pieces of a dossier.
pub fn held(demand: &ActiveDemand, fields: FieldClasses) -> Vec<v1::HeldPiece> {
    let piece = |piece: &HeldPiece| {
        let known = demand.type_of(piece.piece_id).and_then(|known| known.clear().copied());
        v1::HeldPiece {
            open_type: known.and_then(code),
            masked: is_masked(piece.open_type, fields),
            label: demand.title_of(piece.piece_id).map(|title| title.as_str().to_owned()),
            ..open(piece)
        }
    };
    demand.pieces.iter().map(piece).collect()
}

/// Writes a piece by what is open of it.
pub fn open(piece: &HeldPiece) -> v1::HeldPiece {
    v1::HeldPiece {
        piece_id: piece.piece_id.to_string(),
        open_type: piece.open_type.and_then(code),
        received_on: piece.received_on.to_string(),
        masked: piece.open_type.is_none(),
        label: None,
    }
}

/// Writes the pieces that wait to be stored; without settings they wait no more.
pub fn deposits(deposits: &[OpenDeposit], settings: Option<&Settings>, fields: FieldClasses) -> Vec<v1::OpenDeposit> {
    let deposit = |deposit: &OpenDeposit| v1::OpenDeposit {
        deposit_id: deposit.deposit_id.to_string(),
        open_type: deposit.open_type.or(deposit.piece_type.clear().copied()).and_then(code),
        deposited_on: deposit.deposited_on.to_string(),
        desk: deposit.desk.to_string(),
        due_by: settings.map(|settings| deadlines::storage_by(deposit.deposited_on, settings).to_string()),
        masked: is_masked(deposit.open_type, fields),
        label: deposit.title.clear().and_then(Option::as_ref).map(|title| title.as_str().to_owned()),
    };
    deposits.iter().map(deposit).collect()
}

fn is_masked(open: Option<PieceType>, fields: FieldClasses) -> bool {
    open.is_none() && !fields.contains(FieldClass::SensitivePieces)
}

fn code(piece_type: PieceType) -> Option<String> {
    Some(piece_type.code().to_owned())
}
