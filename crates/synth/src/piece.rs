//! Supporting pieces, as the situation of a household makes them likely.

use std::fmt::Write as _;

use demand::pieces::PieceDraft;
use jiff::civil::Date;
use nomenclature::{Contract, Nationality, PieceType, PresentDwelling, Reason, ResourceKind};

use crate::dice::Dice;
use crate::file::File;
use crate::work::TaxKnown;

/// A piece of that type, with a digest of nothing.
pub(crate) fn piece(dice: &mut Dice, piece_type: PieceType, label: &str, received_on: Option<Date>) -> PieceDraft {
    let mut sha256 = String::with_capacity(64);
    for byte in dice.bytes::<32>() {
        write!(sha256, "{byte:02x}").expect("a string takes all that is written");
    }
    PieceDraft {
        piece_type: Some(piece_type.code().to_owned()),
        label: Some(label.to_owned()),
        sha256: Some(sha256),
        received_on: received_on.map(|day| day.to_string()),
        ..PieceDraft::default()
    }
}

/// The piece that proves who the applicant is.
pub(crate) fn identity(dice: &mut Dice, nationality: Nationality, received_on: Option<Date>) -> PieceDraft {
    let label = match nationality {
        Nationality::OutsideEuropeanUnion => *dice.pick(&["Titre de séjour", "Carte de résident"]),
        _ => dice.weigh(&[("Carte nationale d'identité", 80), ("Passeport", 20)]),
    };
    piece(dice, PieceType::Identity, label, received_on)
}

/// The pieces that the household may hand in, with a title each.
pub(crate) fn likely(file: &File) -> Vec<(PieceType, &'static str)> {
    let Some(natural) = file.natural() else {
        return Vec::new();
    };
    let mut likely = Vec::new();
    let work = &natural.work[0];
    if work.tax_known() == TaxKnown::Yes {
        likely.push((PieceType::TaxNotice, "Avis d'imposition"));
    }
    if natural.members.size() > 1 {
        likely.push((PieceType::FamilySituation, "Livret de famille"));
    }
    likely.extend(match work.contract() {
        Contract::Permanent | Contract::FixedTerm => Some((PieceType::PaySlips, "Trois derniers bulletins de salaire")),
        Contract::Student => Some((PieceType::Student, "Carte d'étudiant")),
        Contract::Apprentice => Some((PieceType::Apprenticeship, "Contrat d'apprentissage")),
        Contract::Unemployed => Some((PieceType::UnemploymentPayment, "Avis de paiement")),
        Contract::Retired => Some((PieceType::PensionNotice, "Notification de pension")),
        Contract::SelfEmployed => Some((PieceType::SelfEmployedIncome, "Attestation du comptable")),
        Contract::Other if work.kind() != ResourceKind::Other => {
            Some((PieceType::SocialBenefits, "Attestation de la CAF"))
        }
        Contract::Other => None,
    });
    likely.extend(match natural.present {
        PresentDwelling::SocialHousing | PresentDwelling::PrivateTenant => {
            Some((PieceType::PresentDwelling, "Dernière quittance de loyer"))
        }
        PresentDwelling::WithParentsOrChildren | PresentDwelling::WithPrivatePerson => {
            Some((PieceType::PresentDwelling, "Attestation d'hébergement"))
        }
        PresentDwelling::Homeless => Some((PieceType::Domiciliation, "Attestation de domiciliation")),
        _ => None,
    });
    for (reason, piece_type, label) in [
        (Reason::FamilyViolence, PieceType::Violence, "Récépissé de plainte"),
        (Reason::Handicap, PieceType::Handicap, "Décision de la CDAPH"),
        (Reason::Health, PieceType::Health, "Certificat médical"),
        (Reason::Eviction, PieceType::Eviction, "Jugement d'expulsion"),
        (Reason::TakenBackOrSold, PieceType::TakenBackOrSold, "Congé du propriétaire"),
        (Reason::UnfitDwelling, PieceType::UnfitDwelling, "Rapport du service d'hygiène"),
        (Reason::CloserToWork, PieceType::Employer, "Attestation de l'employeur"),
        (Reason::Demolition, PieceType::Demolition, "Attestation de démolition"),
    ] {
        if file.asks_for(reason) {
            likely.push((piece_type, label));
        }
    }
    likely
}
