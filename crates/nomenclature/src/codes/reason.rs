//! Why a household asks.

use super::code_list;
use super::list::Edition;
use crate::FormVersion;

code_list! {
    /// Reason of a demand (motif de la demande). Several may hold; the first named is the main one.
    Reason, "reason", "motif de la demande", Edition::FORM_02;
    WithoutDwelling "01" "Sans logement, hébergé ou en logement temporaire",
    Demolition "02" "Démolition",
    UnfitDwelling "03" "Logement non décent, insalubre, dangereux ou local impropre à l'habitation",
    TakenBackOrSold "04" "Logement repris ou mis en vente par son propriétaire",
    Eviction "05" "En procédure d'expulsion",
    FamilyViolence "06" "Violences familiales",
    Handicap "07" "Handicap",
    Health "08" "Raisons de santé",
    TooExpensive "09" "Logement trop cher",
    TooLarge "10" "Logement trop grand",
    DivorceOrSeparation "11" "Divorce, séparation",
    LeavingSharedHome "12" "Décohabitation",
    TooSmall "13" "Logement trop petit",
    FutureCouple "14" "Futur mariage, concubinage, PACS",
    FamilyReunification "15" "Regroupement familial",
    Childminder "16" "Assistant(e) maternel(le) ou familial(e)",
    Neighbourhood "17" "Problèmes d'environnement ou de voisinage",
    JobTransfer "18" "Mutation professionnelle",
    CloserToWork "19" "Rapprochement du lieu de travail",
    CloserToServices "20" "Rapprochement des équipements et services",
    CloserToFamily "21" "Rapprochement de la famille",
    OwnerInDifficulty "22" "Accédant à la propriété en difficulté",
    Other "23" "Autre motif particulier",
    @later "reason-03", Edition::FORM_03;
    UrbanRenewal "V3RU" "Renouvellement urbain",
    NotDecent "V3ND" "Logement non décent",
    Insalubrious "V3INS" "Logement insalubre, dangereux ou impropre à l'habitation",
}

impl Reason {
    /// The form that brought the value. Form 03 split reason `03` in two.
    pub const fn form_version(self) -> FormVersion {
        match self {
            Self::UrbanRenewal | Self::NotDecent | Self::Insalubrious => FormVersion::V03,
            _ => FormVersion::V02,
        }
    }

    /// The value of form 02 that comes nearest, for figures over both. Provisional: no official mapping is known.
    pub const fn in_form_02(self) -> Self {
        match self {
            Self::UrbanRenewal => Self::Demolition,
            Self::NotDecent | Self::Insalubrious => Self::UnfitDwelling,
            old => old,
        }
    }

    /// Tells of violence, handicap or health: personal, so never written open.
    pub const fn is_sensitive(self) -> bool {
        matches!(self, Self::FamilyViolence | Self::Handicap | Self::Health)
    }

    /// The reason as it may stand among the open facts of an event: *other* for a sensitive one.
    pub const fn open_form(self) -> Self {
        if self.is_sensitive() { Self::Other } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn violence_handicap_and_health_are_written_as_other() {
        for reason in Reason::ALL {
            let sensitive = ["06", "07", "08"].contains(&reason.code());
            assert_eq!(reason.is_sensitive(), sensitive);
            assert_eq!(reason.open_form().code(), if sensitive { "23" } else { reason.code() });
        }
    }

    #[test]
    fn what_form_03_added_has_a_neighbour_in_form_02() {
        for reason in Reason::ALL {
            let old = reason.in_form_02();
            assert_eq!(old.form_version(), FormVersion::V02);
            assert_eq!(old == *reason, reason.form_version() == FormVersion::V02);
        }
    }

    #[test]
    fn codes_run_from_01_to_23() {
        let codes: Vec<_> = Reason::LIST.entries.iter().map(|entry| entry.code.to_owned()).collect();
        let expected: Vec<_> = (1..=23).map(|code| format!("{code:02}")).collect();
        assert_eq!(codes, expected);
    }
}
