//! The joint demand of a separation: it goes on without the co-applicant, with its number and its seniority.

use jiff::civil::Date;
use personal::Pii;

use super::{Head, Leaving, SeparationDraft, proof};
use crate::co_applicant::{self, Departure};
use crate::command::DemandCommand;
use crate::demand::ActiveDemand;
use crate::event::{CoApplicantDropped, DemandEvent, Separated, SeparationLink};
use crate::rejection::{Rejection, RejectionReason};
use crate::rupture::SeparationGround;

/// Where the rubrics of the joint demand stand in the request.
const FORM: &str = "joint_form";

/// Decides that the co-applicant leaves for his own demand.
pub(crate) fn leave(
    joint: &ActiveDemand,
    leaving: &Leaving,
    command: &DemandCommand,
) -> Result<Vec<DemandEvent>, Rejection> {
    let Leaving { said, to, proof_id } = leaving;
    let mut found = Vec::new();
    let head = Head::read(joint, said, command.today, &mut found)?;
    let told = (said.ground, head.as_ref().map(|head| &head.leaving));
    let piece = proof(said, told, command.today, &mut found);
    let (Some(head), Some(ground), Some(_), true) = (head, said.ground, piece, found.is_empty()) else {
        return Err(Rejection::invalid(found));
    };
    let Departure { rubrics, facts } = departure(joint, &head, said, command.today)?;
    let dropped = CoApplicantDropped { basis: Pii::Clear(None), rubrics: rubrics.into(), facts };
    let link = SeparationLink { separated_to: *to, piece_id: *proof_id, warned_on: head.warned_on };
    let link = (ground != SeparationGround::Violence).then_some(link);
    Ok(vec![
        DemandEvent::CoApplicantDropped(Box::new(dropped)),
        DemandEvent::Separated(Separated { link: Pii::Clear(link) }),
    ])
}

/// What is left of the joint demand; what is wrong with its rubrics is named where they stand in the request.
pub(super) fn departure(
    joint: &ActiveDemand,
    head: &Head,
    draft: &SeparationDraft,
    today: Date,
) -> Result<Departure, Rejection> {
    let before = joint.rubrics.clear().ok_or(RejectionReason::PersonalDataUnreadable)?;
    co_applicant::departure(joint, before, head.index, &draft.joint_form, today).map_err(|mut rejection| {
        for violation in &mut rejection.violations {
            violation.field = format!("{FORM}.{}", violation.field);
        }
        rejection
    })
}
