//! The golden samples of a couple that parts, full of what they can hold.

use demand::registration::ForceReason;
use demand::rupture::{DropGround, SeparationGround};
use demand::{Act, DemandEvent, FormDraft};
use jiff::civil::date;
use uuid::Uuid;

use crate::couple;
use crate::dropped::drop_on;
use crate::full::form_in_full;
use crate::given::*;

/// What becomes of a couple that parts.
pub fn parted(events: &[DemandEvent]) -> Vec<(&'static str, DemandEvent)> {
    let today = date(2026, 5, 5);
    let separated = |ground, proof: &str| {
        let mut draft = couple::separation(ground, proof);
        draft.warned_on = (ground != SeparationGround::Violence).then(|| "2026-05-04".to_owned());
        let mut own = form_in_full();
        own.identity = couple::his_own().identity;
        let applicant = own.identity.as_mut().unwrap();
        applicant.applicant.as_mut().unwrap().birth_name = some("Nguyễn");
        applicant.dependants = form().identity.unwrap().dependants;
        draft.form = alone(own);
        draft.joint_form = Box::new(alone(form_in_full()));
        draft.forced = Some(ForceReason::Homonym);
        couple::separated(events, today, draft).unwrap()
    };
    let (left, new) = separated(SeparationGround::LegalProof, "FAM-JAF");
    let mut named = vec![("registered_separated", new[0].clone()), ("piece_added_separated", new[2].clone())];
    named.extend(["co_applicant_dropped_separated", "separated_full"].into_iter().zip(left));
    let (left, _) = separated(SeparationGround::Violence, "MOT-06");
    named.push(("separated_apart", left[1].clone()));
    let (mut events, piece_id) = (events.to_vec(), Uuid::from_u128(41));
    let mut add = command(today, Act::AddPiece(couple::piece("FAM-JAF")));
    add.piece_id = piece_id;
    events.extend(fold(events.clone()).decide(&add).unwrap());
    let Act::DropCoApplicant(mut draft) = drop_on(DropGround::LegalProof, piece_id) else { unreachable!() };
    draft.form = Box::new(alone(form_in_full()));
    let dropped = when(events, today, Act::DropCoApplicant(draft)).unwrap();
    named.push(("co_applicant_dropped", dropped[0].clone()));
    named
}

/// A form in full of one adult.
fn alone(mut form: FormDraft) -> FormDraft {
    form.identity.as_mut().unwrap().co_applicants.clear();
    form.family.as_mut().unwrap().situations.truncate(1);
    form.family.as_mut().unwrap().expected_on = some("2026-06-07");
    form.employment.as_mut().unwrap().truncate(1);
    form.resources.as_mut().unwrap().adults.truncate(1);
    let born = form.identity.as_ref().unwrap().applicant.as_ref().unwrap().birth_date.clone();
    form.handicap.as_mut().unwrap().persons[0].birth_date = born;
    form
}
