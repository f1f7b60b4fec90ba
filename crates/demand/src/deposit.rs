//! A piece that was handed in at a desk and does not lie in the dossier yet: fifteen days to store it (R441-2-4-1, INV-38).
//!
//! Storing it names the deposit and ends its clock, however late: lateness is listed, not refused. What cannot be stored is
//! set aside, with the reason.

use jiff::civil::Date;
use nomenclature::{DeskCode, PieceType};
use personal::Pii;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::attribution::act_day;
use crate::command::DemandCommand;
use crate::demand::ActiveDemand;
use crate::event::{DemandEvent, DepositSetAside, PieceDeposited};
use crate::fields::field_table;
use crate::form::code;
use crate::form::text::Text;
use crate::rejection::{Check, Rejection, RejectionReason};

/// A piece as it was handed in: personal, because a type may tell of health or violence.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepositedPiece {
    /// Its type in the limitative list.
    pub piece_type: PieceType,
    /// A title for people.
    pub label: Option<Text<100>>,
}

field_table!(DepositedPiece in "dépôt" {
    piece_type: Personal, "type de pièce", "liste PieceType, obligatoire";
    label: Personal, "libellé", "100 caractères";
});

/// Why a deposit is not stored. The register's own list, provisional.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SetAsideReason {
    /// Nobody can read it.
    Unreadable,
    /// Pages are missing.
    Incomplete,
    /// The dossier holds the same piece.
    AlreadyHeld,
    /// It is not what it was said to be.
    WrongPiece,
}

/// A deposit that waits to be stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenDeposit {
    /// Identifier.
    pub deposit_id: Uuid,
    /// The type of the piece, unless sensitive.
    pub open_type: Option<PieceType>,
    /// The type of the piece, when readable.
    pub piece_type: Pii<PieceType>,
    /// Its title, when it has one and it is readable.
    pub title: Pii<Option<Text<100>>>,
    /// The day it was handed in.
    pub deposited_on: Date,
    /// Where.
    pub desk: DeskCode,
}

impl OpenDeposit {
    pub(crate) fn of(event: &PieceDeposited) -> Self {
        Self {
            deposit_id: event.deposit_id,
            open_type: event.open_type,
            piece_type: event.piece.clear().map_or(Pii::Sealed, |piece| Pii::Clear(piece.piece_type)),
            title: event.piece.clear().map_or(Pii::Sealed, |piece| Pii::Clear(piece.label.clone())),
            deposited_on: event.deposited_on,
            desk: event.desk,
        }
    }

    /// Its type; unknown only when it is sensitive and the personal data cannot be read.
    pub(crate) fn known_type(&self) -> Result<PieceType, RejectionReason> {
        let known = self.open_type.or_else(|| self.piece_type.clear().copied());
        known.ok_or(RejectionReason::PersonalDataUnreadable)
    }
}

/// What a desk tells of a piece that it was given.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DepositDraft {
    /// Code of [`PieceType`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub piece_type: Option<String>,
    /// A title for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The day it was handed in, `AAAA-MM-JJ`; today when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deposited_on: Option<String>,
}

personal::redact!(DepositedPiece, DepositDraft);

impl ActiveDemand {
    /// A deposit that waits to be stored.
    ///
    /// # Errors
    /// [`RejectionReason::UnknownDeposit`] when there is none of that identifier, or it was stored or set aside.
    pub(crate) fn deposit(&self, deposit_id: Uuid) -> Result<&OpenDeposit, RejectionReason> {
        self.deposits.iter().find(|deposit| deposit.deposit_id == deposit_id).ok_or(RejectionReason::UnknownDeposit)
    }

    /// A deposit waits no longer.
    pub(crate) fn close_deposit(&mut self, deposit_id: Uuid) {
        self.deposits.retain(|deposit| deposit.deposit_id != deposit_id);
    }
}

/// Decides that a deposit is recorded. Its identifier is the one drawn for the command.
pub(crate) fn deposit(
    demand: &ActiveDemand,
    draft: &DepositDraft,
    command: &DemandCommand,
) -> Result<Vec<DemandEvent>, Rejection> {
    let DemandCommand { today, by, piece_id: deposit_id, .. } = *command;
    let mut found = Vec::new();
    let mut check = Check::new("deposit", &mut found);
    let piece_type = check.required("piece_type", draft.piece_type.as_deref(), code(PieceType::parse));
    let label = check.optional("label", draft.label.as_deref(), Text::parse);
    let deposited_on =
        check.optional("deposited_on", draft.deposited_on.as_deref(), |text| act_day(text, demand.filed_on, today));
    let desk = by.at_a_desk(&mut found);
    let Some((piece_type, desk)) = piece_type.zip(desk).filter(|_| found.is_empty()) else {
        return Err(Rejection::invalid(found));
    };
    if demand.deposit(deposit_id).is_ok() {
        return Err(RejectionReason::PieceAlreadyAdded.into());
    }
    let deposited = PieceDeposited {
        deposit_id,
        open_type: (!piece_type.is_sensitive()).then_some(piece_type),
        deposited_on: deposited_on.unwrap_or(today),
        desk,
        piece: Pii::Clear(DepositedPiece { piece_type, label }),
    };
    Ok(vec![DemandEvent::PieceDeposited(deposited)])
}

/// Decides that a deposit is set aside.
pub(crate) fn set_aside(
    demand: &ActiveDemand,
    deposit_id: Uuid,
    reason: SetAsideReason,
    today: Date,
) -> Result<Vec<DemandEvent>, Rejection> {
    demand.deposit(deposit_id)?;
    Ok(vec![DemandEvent::DepositSetAside(DepositSetAside { deposit_id, set_aside_on: today, reason })])
}
