//! Changing information: only what comes from the applicant, a piece, or a third party the applicant validated
//! (cahier des charges §4, INV-34). Number, filing date and validity stay (INV-18).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::command::By;
use crate::correction::{self, Proof};
use crate::demand::ActiveDemand;
use crate::event::{DemandEvent, Modified};
use crate::facts::{self, Facts};
use crate::fields::event_table;
use crate::form::identity::Identity;
use crate::form::{FormDraft, Rubrics};
use crate::rejection::{Rejection, RejectionReason};

/// Where changed information comes from (INV-34).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Origin {
    /// The applicant asked.
    Applicant,
    /// Rectified in view of a piece of the dossier.
    Piece {
        /// The piece.
        piece_id: Uuid,
    },
    /// A third party told, and the applicant validated it.
    ThirdPartyValidated,
}

event_table!(Origin::Piece = PIECE in "modification" {
    piece_id: Open, "pièce qui fonde la modification", "UUID";
});

/// Decides a modification.
pub(crate) fn modify(
    demand: &ActiveDemand,
    origin: &Origin,
    form: &FormDraft,
    by: &By,
    today: Date,
) -> Result<Vec<DemandEvent>, Rejection> {
    if let Origin::Piece { piece_id } = origin
        && !demand.pieces.iter().any(|piece| piece.piece_id == *piece_id)
    {
        return Err(RejectionReason::UnknownPiece.into());
    }
    let proof = Proof::of(origin, &demand.pieces);
    let Update { rubrics, facts } = Update::decide(demand, form, proof, today)?;
    if rubrics.is_empty() {
        return Err(RejectionReason::NothingToModify.into());
    }
    let modified = Modified { origin: origin.clone(), channel: by.channel, rubrics: rubrics.into(), facts };
    Ok(vec![DemandEvent::Modified(Box::new(modified))])
}

/// Rubrics that replace older ones, checked together with those that stay, and the facts after it. Shared by
/// modification, renewal and the leaving of a co-applicant.
pub(crate) struct Update {
    pub(crate) rubrics: Rubrics,
    pub(crate) facts: Facts,
}

impl Update {
    /// Online or not is not told here: only filing and renewing online count.
    pub(crate) fn decide(
        demand: &ActiveDemand,
        form: &FormDraft,
        proof: Proof,
        today: Date,
    ) -> Result<Self, Rejection> {
        let before = demand.rubrics.clear().ok_or(RejectionReason::PersonalDataUnreadable)?;
        Self::over(before, demand, form, proof, today)
    }

    /// The same over rubrics that are not those of the demand any more, because the act itself changes them first.
    pub(crate) fn over(
        before: &Rubrics,
        demand: &ActiveDemand,
        form: &FormDraft,
        proof: Proof,
        today: Date,
    ) -> Result<Self, Rejection> {
        let mut found = Vec::new();
        let rubrics = Rubrics::parse(form, Some(before), demand.territory, today, &mut found);
        let after = rubrics.merged(form, before);
        let asking = match &form.identity {
            Some(given) => Some(given.asking()),
            None => before.identity.as_ref().map(Identity::asking),
        };
        after.check_whole(asking, &mut found);
        if !found.is_empty() {
            return Err(Rejection::invalid(found));
        }
        if let (Some(before), Some(after)) = (&before.identity, &rubrics.identity) {
            correction::check(before, after, proof)?;
        }
        // Facts that do not change with the form (age classes) are fixed when written: on the day of this act.
        let facts = Facts { ever_online: demand.facts.ever_online, ..facts::of(&after, today) };
        Ok(Self { rubrics, facts })
    }
}
