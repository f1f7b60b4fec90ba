//! A demand as somebody sees it: what his roles do not see is not there.

use access::{FieldClass, FieldClasses};
use demand::dalo::Dalo;
use demand::{ActiveDemand, Demand};
use personal::Pii;

/// A demand as somebody sees it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The demand, without what is not of the [classes](Self::fields) that may be shown.
    pub demand: Demand,
    /// Its version.
    pub version: u32,
    /// What of it may be shown that is not for everybody.
    pub fields: FieldClasses,
}

impl Seen {
    /// Leaves out what may not be shown.
    pub(crate) fn of(mut demand: Demand, version: u32, fields: FieldClasses) -> Self {
        match &mut demand {
            Demand::Unregistered => {}
            Demand::Active(content) => mask(content, fields),
            Demand::Radiated(demand) => mask(&mut demand.before, fields),
        }
        Self { demand, version, fields }
    }
}

fn mask(content: &mut ActiveDemand, fields: FieldClasses) {
    let hidden = FieldClass::ALL.iter().filter(|class| !fields.contains(**class));
    for class in hidden {
        match class {
            FieldClass::SensitivePieces => mask_pieces(content),
            FieldClass::Health => mask_health(content),
            // R441-2-15 I 3: the favourable decision is shared, with what becomes of it.
            FieldClass::Dalo => content.dalo = content.dalo.filter(is_favourable),
        }
    }
}

/// INV-42: that there is a sensitive piece is no secret; of which type it is and what its title says are.
fn mask_pieces(content: &mut ActiveDemand) {
    let is_open = |piece_id| content.pieces.iter().any(|held| held.piece_id == piece_id && held.open_type.is_some());
    for (piece_id, piece_type) in &mut content.piece_types {
        if !is_open(*piece_id) {
            *piece_type = Pii::Sealed;
        }
    }
    content.piece_titles.retain(|(piece_id, _)| is_open(*piece_id));
    for deposit in &mut content.deposits {
        deposit.piece_type = Pii::Sealed;
        if deposit.open_type.is_none() {
            deposit.title = Pii::Sealed;
        }
    }
}

fn mask_health(content: &mut ActiveDemand) {
    let Pii::Clear(rubrics) = &mut content.rubrics else { return };
    if let Some(sought) = &mut rubrics.sought {
        sought.handicap = None;
    }
    if let Some(reasons) = &mut rubrics.reasons {
        reasons.reasons.retain(|reason| !reason.is_sensitive());
    }
}

const fn is_favourable(dalo: &Dalo) -> bool {
    matches!(dalo, Dalo::Priority { .. } | Dalo::Rehoused { .. } | Dalo::Ended { .. })
}
