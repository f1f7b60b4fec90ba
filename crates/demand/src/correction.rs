//! Correcting who asks: spelling by word, the person herself only by a piece, and nobody takes another's place
//! (INV-37, ADR 6).
//!
//! A demand carries seniority, so a way to exchange its persons would be a market. What a person is called in the civil
//! register - birth surname, given names, birth date, spelled however - is her *civil identity*. By word it never
//! changes; since every act by word keeps it, so does every chain of them. A piece of identity or of civil status
//! corrects one of its three elements in an act, and the act names the piece for whoever looks into it later.

use nomenclature::PieceType;

use crate::form::identity::{Household, Identity, Person};
use crate::modification::Origin;
use crate::pieces::HeldPiece;
use crate::rejection::{Rejection, RejectionReason};
use crate::spelling::fold;

/// What founds a correction of an identity.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Proof {
    /// A piece of the dossier that proves identity or civil status.
    CivilPiece,
    /// The word of the applicant or of a third party, or a piece that proves something else.
    Word,
}

impl Proof {
    /// What an origin proves about persons: a tax notice proves no name.
    pub(crate) fn of(origin: &Origin, dossier: &[HeldPiece]) -> Self {
        let Origin::Piece { piece_id } = origin else { return Self::Word };
        let piece = dossier.iter().find(|piece| piece.piece_id == *piece_id);
        if piece.and_then(|piece| piece.open_type).is_some_and(PieceType::proves_civil_status) {
            Self::CivilPiece
        } else {
            Self::Word
        }
    }
}

/// Who asks may be corrected and joined, neither replaced nor left.
pub(crate) fn check(before: &Identity, after: &Identity, proof: Proof) -> Result<(), Rejection> {
    let (before, after) = match (before, after) {
        (Identity::Household(before), Identity::Household(after)) => (before, after),
        (Identity::Association(_), Identity::Association(_)) => return Ok(()),
        _ => return Err(RejectionReason::KindChanged.into()),
    };
    if !may_become(&before.applicant, &after.applicant, proof) {
        return Err(RejectionReason::ApplicantReplaced.into());
    }
    if every_co_applicant_stays(before, after, proof) {
        Ok(())
    } else {
        Err(RejectionReason::CoApplicantDropped.into())
    }
}

/// Whether two forms speak of the same person: one civil identity, however spelled.
pub(crate) fn is_same_person(one: &Person, other: &Person) -> bool {
    may_become(one, other, Proof::Word)
}

/// Whether one person can be the other after a correction.
fn may_become(before: &Person, after: &Person, proof: Proof) -> bool {
    let pairs = civil_identity(before).into_iter().zip(civil_identity(after));
    let kept = pairs.filter(|(before, after)| before == after);
    match proof {
        Proof::Word => kept.count() == 3,
        Proof::CivilPiece => kept.count() >= 2,
    }
}

/// Surname at birth (the name in use when no other is known), given names and birth date, without their spelling.
fn civil_identity(person: &Person) -> [String; 3] {
    let birth_surname = person.birth_name.as_ref().unwrap_or(&person.surname);
    [fold(birth_surname.as_str()), fold(person.given_names.as_str()), person.birth_date.to_string()]
}

/// Each co-applicant of before is found again, at most once, among those of after: the unchanged first, so that nobody's
/// place is taken by somebody who could be corrected into him.
fn every_co_applicant_stays(before: &Household, after: &Household, proof: Proof) -> bool {
    let mut free: Vec<&Person> = after.co_applicants.iter().map(|co| &co.person).collect();
    let mut changed: Vec<&Person> = before.co_applicants.iter().map(|co| &co.person).collect();
    for proof in [Proof::Word, proof] {
        changed.retain(|person| match free.iter().position(|other| may_become(person, other, proof)) {
            Some(index) => {
                free.swap_remove(index);
                false
            }
            None => true,
        });
    }
    changed.is_empty()
}
