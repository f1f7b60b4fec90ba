//! Changing information: only what comes from the applicant, a piece, or a third party the applicant validated
//! (cahier des charges §4, INV-34). Number, filing date and validity stay (INV-18).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::command::By;
use crate::demand::ActiveDemand;
use crate::event::{DemandEvent, Modified};
use crate::facts::{self, Facts};
use crate::form::identity::{Household, Identity, Person, Proof};
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
    let proof = if matches!(origin, Origin::Piece { .. }) { Proof::Piece } else { Proof::Word };
    let Update { rubrics, facts } = Update::decide(demand, form, proof, today)?;
    if rubrics.is_empty() {
        return Err(RejectionReason::NothingToModify.into());
    }
    let modified = Modified { origin: origin.clone(), channel: by.channel, rubrics: rubrics.into(), facts };
    Ok(vec![DemandEvent::Modified(Box::new(modified))])
}

/// Rubrics that replace older ones, checked together with those that stay, and the facts after it. Shared by
/// modification and renewal.
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
        let mut found = Vec::new();
        let rubrics = Rubrics::parse(form, demand.territory, today, &mut found);
        let after = rubrics.clone().over(before);
        if !found.iter().any(|violation| violation.field.starts_with("identity")) {
            after.check_whole(|_| false, &mut found);
        }
        if !found.is_empty() {
            return Err(Rejection::invalid(found));
        }
        if let (Some(before), Some(after)) = (&before.identity, &rubrics.identity) {
            check_persons(before, after, proof)?;
        }
        // Facts that do not change with the form (age classes) are fixed when written: on the day of this act.
        let facts = Facts { ever_online: demand.facts.ever_online, ..facts::of(&after, today) };
        Ok(Self { rubrics, facts })
    }
}

/// Who asks may be corrected and joined, neither replaced nor left (INV-37).
fn check_persons(before: &Identity, after: &Identity, proof: Proof) -> Result<(), Rejection> {
    let (before, after) = match (before, after) {
        (Identity::Household(before), Identity::Household(after)) => (before, after),
        (Identity::Association(_), Identity::Association(_)) => return Ok(()),
        _ => return Err(RejectionReason::KindChanged.into()),
    };
    if !before.applicant.may_become(&after.applicant, proof) {
        return Err(RejectionReason::ApplicantReplaced.into());
    }
    if every_co_applicant_stays(before, after, proof) {
        Ok(())
    } else {
        Err(RejectionReason::CoApplicantDropped.into())
    }
}

/// Each co-applicant of before is found again, at most once, among those of after.
fn every_co_applicant_stays(before: &Household, after: &Household, proof: Proof) -> bool {
    let mut left: Vec<&Person> = after.co_applicants.iter().map(|co| &co.person).collect();
    before.co_applicants.iter().all(|co| {
        let found = left
            .iter()
            .position(|person| **person == co.person)
            .or_else(|| left.iter().position(|person| co.person.may_become(person, proof)));
        found.map(|index| left.swap_remove(index)).is_some()
    })
}
