//! Types of supporting pieces (pièces justificatives).

use jiff::civil::Date;

use super::code_list;
use super::list::Edition;

const PIECES: Edition = Edition {
    form_version: None,
    valid_from: Date::constant(2013, 7, 24),
    valid_until: None,
    source: "rebuilt from published summaries of the arrêtés of 24 July 2013 to 19 April 2022; the codes are the \
             register's own",
    provisional: true,
};

code_list! {
    /// Type of a supporting piece. Only types of the list in force may be asked for (R441-2-4-1, INV-39).
    ///
    /// The annexes of the arrêtés were not available whole, so the list and all of its codes are provisional. Types that
    /// begin with `PRO`, `RES`, `LOG` and `MOT` are complementary: a service may ask for them, by the situation declared.
    /// Those that begin with `FAM-` name one proof of `FAM` each, because an act rests on it: that a couple parts, that a
    /// co-applicant consents to leave, that somebody died. The general `FAM` proves none of that.
    PieceType, "piece-type", "type de pièce justificative", PIECES;
    Identity "ID" "Pièce d'identité ou titre de séjour",
    TaxNotice "TAX" "Avis d'imposition",
    ForeignTaxNotice "TAX-F" "Justificatif de revenus imposés à l'étranger",
    RecentArrivalIncome "TAX-R" "Justificatif de revenus des personnes protégées ou arrivées récemment",
    FamilySituation "FAM" "Justificatif de situation familiale",
    DivorceJudgment "FAM-DIV" "Jugement de divorce ou de séparation de corps",
    FamilyJudge "FAM-JAF" "Saisine du juge aux affaires familiales, ou ordonnance de non-conciliation",
    EmergencyMeasures "FAM-257" "Mesures d'urgence du juge (article 257 du code civil)",
    LawyerAttestation "FAM-AVO" "Attestation de l'avocat, pour un divorce par consentement mutuel",
    PactRupture "FAM-PAC" "Déclaration de rupture du PACS",
    DeathCertificate "FAM-DEC" "Acte de décès",
    CoApplicantConsent "FAM-ACC" "Accord écrit du cotitulaire, avec sa pièce d'identité",
    SeparationStatement "FAM-HON" "Déclaration sur l'honneur de séparation",
    Student "PRO-ETU" "Carte d'étudiant",
    Apprenticeship "PRO-APP" "Contrat d'apprentissage",
    Employment "PRO-CON" "Contrat de travail ou justificatif de situation professionnelle",
    PaySlips "RES-SAL" "Bulletins de salaire ou attestation de l'employeur",
    SelfEmployedIncome "RES-IND" "Bilan ou attestation du comptable",
    PensionNotice "RES-PEN" "Notification de pension",
    UnemploymentPayment "RES-CHO" "Avis de paiement d'indemnités de chômage",
    SicknessAllowance "RES-IJ" "Bulletin d'indemnités journalières",
    Alimony "RES-ALI" "Jugement fixant une pension alimentaire",
    SocialBenefits "RES-CAF" "Notification de prestations de la CAF ou de la MSA",
    Scholarship "RES-BE" "Avis d'attribution de bourse",
    PresentDwelling "LOG" "Justificatif du logement actuel",
    Domiciliation "MOT-01" "Attestation de domiciliation ou de l'absence de logement",
    Demolition "MOT-02" "Attestation de démolition du bailleur",
    UnfitDwelling "MOT-03" "Document sur l'état du logement non décent, insalubre, dangereux ou impropre",
    TakenBackOrSold "MOT-04" "Congé du propriétaire ou jugement de résiliation du bail",
    Eviction "MOT-05" "Commandement, assignation ou jugement d'expulsion",
    Violence "MOT-06" "Décision, ordonnance de protection ou récépissé de plainte",
    Handicap "MOT-07" "Carte d'invalidité ou décision de la CDAPH",
    Health "MOT-08" "Certificat médical",
    FamilyReunification "MOT-15" "Attestation de dépôt d'une demande de regroupement familial",
    Childminder "MOT-16" "Agrément d'assistant maternel ou familial",
    Employer "MOT-19" "Attestation de l'employeur sur le lieu de travail",
    OwnerInDifficulty "MOT-22" "Plan de financement ou décision de la commission de surendettement",
}

impl PieceType {
    /// Readable with the sensitive profile only (INV-42), and not named in the open: it tells of violence, handicap,
    /// health, or of a social-security number.
    ///
    /// The law's examples are the medical certificate, convictions and documents with that number: pay slips, pension,
    /// benefit and sickness notices bear it, or name an allowance that tells of a handicap. What goes to a judge of a
    /// couple may tell of violence.
    pub const fn is_sensitive(self) -> bool {
        matches!(
            self,
            Self::Violence
                | Self::DivorceJudgment
                | Self::FamilyJudge
                | Self::EmergencyMeasures
                | Self::Handicap
                | Self::Health
                | Self::SicknessAllowance
                | Self::SocialBenefits
                | Self::PaySlips
                | Self::PensionNotice
        )
    }

    /// Is enough, with the form, to register a demand (INV-08). No other piece may be required for that.
    pub const fn proves_identity(self) -> bool {
        matches!(self, Self::Identity)
    }

    /// Proves who somebody is or what the civil register says of him, so that an identity may be corrected in view of it:
    /// the piece of identity, and the family record with its judgments.
    pub const fn proves_civil_status(self) -> bool {
        matches!(self, Self::Identity | Self::FamilySituation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inv_08_one_type_proves_identity() {
        let proving: Vec<_> = PieceType::ALL.iter().filter(|piece| piece.proves_identity()).collect();
        assert_eq!(proving, [&PieceType::Identity]);
    }

    #[test]
    fn inv_37_two_types_prove_who_somebody_is() {
        let proving: Vec<_> = PieceType::ALL.iter().filter(|piece| piece.proves_civil_status()).collect();
        assert_eq!(proving, [&PieceType::Identity, &PieceType::FamilySituation]);
    }

    #[test]
    fn inv_42_pieces_on_violence_handicap_and_health_are_sensitive() {
        for code in ["MOT-06", "MOT-07", "MOT-08", "RES-IJ", "FAM-DIV", "FAM-JAF", "FAM-257"] {
            assert!(PieceType::parse(code).unwrap().is_sensitive(), "{code}");
        }
        for code in ["ID", "TAX", "FAM", "FAM-AVO", "FAM-PAC", "FAM-HON", "PRO-ETU", "LOG", "MOT-01"] {
            assert!(!PieceType::parse(code).unwrap().is_sensitive(), "{code}");
        }
    }
}
