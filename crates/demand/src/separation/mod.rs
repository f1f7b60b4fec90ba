//! A couple parts, or people who share a flat: the co-applicant gets a demand of his own (INV-36, L441-1).
//!
//! The new demand has its own number and inherits the filing date of the joint one, whose number and seniority stay; the
//! co-applicant leaves the joint demand in the same act. Two streams in one append, so nobody ever holds both, or none.
//!
//! Violence is handled apart: nobody of the joint demand is told. In the open neither demand names the other, whatever the
//! ground, and nothing else there differs between the grounds. The number of the joint demand lies sealed with the proof,
//! which is in the new dossier alone; the number of the new one lies sealed in the joint demand, except after violence, when
//! a part of the same length names nobody.

mod joint;
mod opened;

use jiff::civil::Date;
use nomenclature::{Territory, UniqueNumber};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::attribution::act_day;
use crate::co_applicant::{noted, who_leaves};
use crate::command::{Act, DemandCommand};
use crate::demand::ActiveDemand;
use crate::form::FormDraft;
use crate::form::identity::CoApplicant;
use crate::pieces::{NewPiece, PieceDraft};
use crate::registration::ForceReason;
use crate::rejection::{Check, FieldReason, Rejection, RejectionReason, Violation};
use crate::rupture::SeparationGround;

pub(crate) use joint::leave;
pub(crate) use opened::open;

/// What a desk sends to separate a co-applicant from a joint demand.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SeparationDraft {
    /// His place among the co-applicants of rubric a, 0 the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub co_applicant: Option<i64>,
    /// On what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ground: Option<SeparationGround>,
    /// The day he was told that a new demand is made, `AAAA-MM-JJ`: mandatory among cohabitants, never after violence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warned_on: Option<String>,
    /// The form of the new demand. Its applicant is the co-applicant who leaves.
    pub form: FormDraft,
    /// The piece that proves his identity (INV-08).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity_piece: Option<PieceDraft>,
    /// The piece that proves the separation. It joins the dossier of the new demand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<PieceDraft>,
    /// What changes in the joint demand besides: rubrics as they are without him.
    #[serde(skip_serializing_if = "nothing_said")]
    pub joint_form: Box<FormDraft>,
    /// Register the new demand although another person of the same names and birth date holds one (INV-06).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forced: Option<ForceReason>,
}

fn nothing_said(form: &FormDraft) -> bool {
    form.is_empty()
}

personal::redact!(SeparationDraft);

/// The new demand's part of a separation. Only a plan makes one.
#[derive(Clone, Debug)]
pub struct Opening {
    said: Box<SeparationDraft>,
    from: UniqueNumber,
    proof_id: Uuid,
    territory: Territory,
    filed_on: Date,
    leaving: CoApplicant,
}

/// The joint demand's part of a separation. Only a plan makes one.
#[derive(Clone, Debug)]
pub struct Leaving {
    said: Box<SeparationDraft>,
    to: UniqueNumber,
    proof_id: Uuid,
}

/// The two commands of a separation: first the new demand, which costs a number, then the joint one, which names it.
#[derive(Clone, Debug)]
pub struct SeparationPlan {
    /// What the new demand is opened by.
    pub opening: DemandCommand,
    said: Box<SeparationDraft>,
    proof_id: Uuid,
}

impl SeparationPlan {
    pub(crate) fn of(
        joint: &ActiveDemand,
        number: UniqueNumber,
        command: DemandCommand,
        proof_id: Uuid,
    ) -> Result<Self, Rejection> {
        let Act::Separate(said) = &command.act else { return Err(RejectionReason::NotRegistered.into()) };
        let said = said.clone();
        let mut found = Vec::new();
        let Some(Head { leaving, .. }) = Head::read(joint, &said, command.today, &mut found)? else {
            return Err(Rejection::invalid(found));
        };
        let opening = Opening {
            said: said.clone(),
            from: number,
            proof_id,
            territory: joint.territory,
            filed_on: joint.filed_on,
            leaving,
        };
        let opening = DemandCommand { act: Act::OpenSeparated(Box::new(opening)), ..command };
        Ok(Self { opening, said, proof_id })
    }

    /// What the joint demand is left by, once the number of the new one is known.
    pub fn leaving(&self, to: UniqueNumber) -> DemandCommand {
        let leaving = Leaving { said: self.said.clone(), to, proof_id: self.proof_id };
        DemandCommand { act: Act::LeaveJoint(Box::new(leaving)), ..self.opening.clone() }
    }
}

/// What the act says besides forms and pieces, read against the joint demand.
struct Head {
    index: usize,
    leaving: CoApplicant,
    warned_on: Option<Date>,
}

impl Head {
    fn read(
        joint: &ActiveDemand,
        draft: &SeparationDraft,
        today: Date,
        found: &mut Vec<Violation>,
    ) -> Result<Option<Self>, Rejection> {
        let before = joint.rubrics.clear().ok_or(RejectionReason::PersonalDataUnreadable)?;
        let mut check = Check::new("separation", found);
        let leaving = who_leaves(before, draft.co_applicant, &mut check);
        match (draft.ground, leaving) {
            (None, _) => check.at("ground").violation(FieldReason::Missing),
            (Some(ground), Some((_, co))) if !ground.fits(co.link) => {
                check.at("ground").violation(FieldReason::Inconsistent);
            }
            _ => {}
        }
        let told = draft.warned_on.as_deref();
        let day = |text: &str| act_day(text, joint.filed_on, today);
        let warned_on = match draft.ground {
            Some(SeparationGround::SwornStatement) => check.required("warned_on", told, day),
            Some(SeparationGround::Violence) => check.optional("warned_on", told, |_| Err(FieldReason::Inconsistent)),
            _ => check.optional("warned_on", told, day),
        };
        Ok(leaving.map(|(index, leaving)| Self { index, leaving: leaving.clone(), warned_on }))
    }
}

/// The piece that proves the separation, checked against who leaves and on what.
fn proof(
    draft: &SeparationDraft,
    (ground, leaving): (Option<SeparationGround>, Option<&CoApplicant>),
    today: Date,
    found: &mut Vec<Violation>,
) -> Option<NewPiece> {
    let mut check = Check::new("proof", found);
    let Some(piece) = &draft.proof else {
        check.violation(FieldReason::Missing);
        return None;
    };
    let accept = |piece_type| match ground.zip(leaving) {
        Some((ground, co)) if !ground.is_proved_by(co.link, piece_type) => Err(FieldReason::NotAProof),
        _ => Ok(piece_type),
    };
    NewPiece::of_a_new_dossier(piece, accept, today, check)
}

/// What is wrong with a separation, all of it, told on the joint demand; nothing is decided yet.
pub(crate) fn check(joint: &ActiveDemand, draft: &SeparationDraft, command: &DemandCommand) -> Result<(), Rejection> {
    let mut found = Vec::new();
    let mut other = None;
    let head = Head::read(joint, draft, command.today, &mut found)?;
    let leaving = head.as_ref().map(|head| &head.leaving);
    noted(Some(opened::register(draft, leaving, joint.territory, command)), &mut found, &mut other);
    proof(draft, (draft.ground, leaving), command.today, &mut found);
    let departure = head.as_ref().map(|head| joint::departure(joint, head, draft, command.today));
    noted(departure, &mut found, &mut other);
    match other {
        _ if !found.is_empty() => Err(Rejection::invalid(found)),
        Some(other) => Err(other),
        None => Ok(()),
    }
}
