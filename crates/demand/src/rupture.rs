//! What proves that persons who ask together do so no longer, by what ties them (L441-1, INV-36, INV-37).
//!
//! One table for a separation and for dropping a co-applicant. A proof is a type of piece; whether the paper says so is for
//! whoever looks at it, and the act names the piece.

use nomenclature::{CoApplicantLink, PieceType};
use serde::{Deserialize, Serialize};

/// Why a co-applicant leaves (INV-37).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DropGround {
    /// He consents, in writing.
    Consent,
    /// The couple parted, and a proof of the law says so.
    LegalProof,
    /// He died.
    Death,
}

/// On what a co-applicant gets a demand of his own (INV-36).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SeparationGround {
    /// Flat-sharers: he consents, in writing.
    Consent,
    /// Cohabitants: he swears that they parted, and is told that a new demand is made.
    SwornStatement,
    /// Married or joined by a PACS: a proof of the law.
    LegalProof,
    /// Violence, whatever ties them: nobody of the joint demand is told.
    Violence,
}

impl DropGround {
    /// Whether a type of piece proves this for who is tied so.
    pub(crate) fn is_proved_by(self, link: CoApplicantLink, piece: PieceType) -> bool {
        match self {
            Self::Consent => piece == PieceType::CoApplicantConsent,
            Self::LegalProof => parts(link, piece),
            Self::Death => piece == PieceType::DeathCertificate,
        }
    }
}

impl SeparationGround {
    /// Whether it is the ground of those who are tied so.
    pub(crate) fn fits(self, link: CoApplicantLink) -> bool {
        match self {
            Self::Consent => link == CoApplicantLink::FlatSharer,
            Self::SwornStatement => link == CoApplicantLink::Cohabitant,
            Self::LegalProof => matches!(link, CoApplicantLink::Spouse | CoApplicantLink::CivilPartner),
            Self::Violence => true,
        }
    }

    /// Whether a type of piece proves this for who is tied so. A protection order goes with violence, never beside it.
    pub(crate) fn is_proved_by(self, link: CoApplicantLink, piece: PieceType) -> bool {
        match self {
            Self::Consent => piece == PieceType::CoApplicantConsent,
            Self::SwornStatement => piece == PieceType::SeparationStatement,
            Self::LegalProof => piece != PieceType::Violence && parts(link, piece),
            Self::Violence => piece == PieceType::Violence,
        }
    }
}

/// The proofs of the law that a couple parted: for the married, what a divorce goes through; for partners, the rupture of
/// the PACS and the judge who is seised of it; a protection order for all of them (article 515-9 of the code civil).
fn parts(link: CoApplicantLink, piece: PieceType) -> bool {
    use CoApplicantLink as L;
    use PieceType as P;
    match piece {
        P::DivorceJudgment | P::LawyerAttestation | P::EmergencyMeasures => link == L::Spouse,
        P::PactRupture => link == L::CivilPartner,
        P::FamilyJudge => matches!(link, L::Spouse | L::CivilPartner),
        P::Violence => link != L::FlatSharer,
        _ => false,
    }
}
