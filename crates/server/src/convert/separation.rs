//! A co-applicant who leaves, as the domain takes it; what was not told is the domain's to miss.

use demand::co_applicant::DropDraft;
use demand::rupture::{DropGround, SeparationGround};
use demand::separation::SeparationDraft;
use proto::v1;

use super::act::{forced, piece};
use super::{Edge, form};

/// Reads a separation.
pub fn separation(edge: &mut Edge, message: v1::SeparateDemandRequest) -> Box<SeparationDraft> {
    let v1::Separation { co_applicant, ground, warned_on } = message.separation.unwrap_or_default();
    let ground = match edge.known("separation.ground", ground) {
        None | Some(v1::SeparationGround::Unspecified) => None,
        Some(v1::SeparationGround::Consent) => Some(SeparationGround::Consent),
        Some(v1::SeparationGround::SwornStatement) => Some(SeparationGround::SwornStatement),
        Some(v1::SeparationGround::LegalProof) => Some(SeparationGround::LegalProof),
        Some(v1::SeparationGround::Violence) => Some(SeparationGround::Violence),
    };
    Box::new(SeparationDraft {
        co_applicant,
        ground,
        warned_on,
        form: form::read(message.form),
        identity_piece: message.identity_piece.map(piece),
        proof: message.proof.map(piece),
        joint_form: Box::new(form::read(message.joint_form)),
        forced: forced(edge, message.forced),
    })
}

/// Reads that a co-applicant is dropped.
pub fn drop(edge: &mut Edge, message: v1::DropCoApplicantRequest) -> DropDraft {
    let v1::CoApplicantDrop { co_applicant, ground, piece_id } = message.drop.unwrap_or_default();
    let ground = match edge.known("drop.ground", ground) {
        None | Some(v1::DropGround::Unspecified) => None,
        Some(v1::DropGround::Consent) => Some(DropGround::Consent),
        Some(v1::DropGround::LegalProof) => Some(DropGround::LegalProof),
        Some(v1::DropGround::Death) => Some(DropGround::Death),
    };
    let piece_id = piece_id.filter(|text| !text.is_empty()).and_then(|text| edge.uuid("drop.piece_id", &text));
    DropDraft { co_applicant, ground, piece_id, form: Box::new(form::read(message.form)) }
}
