//! Kinds of organisation, and the channels that demands come by.

use jiff::civil::Date;

use super::code_list;
use super::list::Edition;

const REGISTER: Edition = Edition {
    form_version: None,
    valid_from: Date::constant(2011, 3, 28),
    valid_until: None,
    source: "R441-2-1 and R441-2-5 for what there is; the codes are the register's own",
    provisional: true,
};

code_list! {
    /// Kind of an organisation that uses the register.
    ///
    /// The first eight are the services that may register demands (R441-2-1, a to h in that order). The others use the
    /// register without registering on their own account.
    OrganisationKind, "organisation-kind", "nature de l'organisme", REGISTER;
    Hlm "HLM" "Organisme HLM",
    Sem "SEM" "Société d'économie mixte agréée",
    SemDom "SEM_DOM" "Société d'économie mixte d'outre-mer",
    State "ETAT" "Service de l'État désigné par le préfet",
    LocalAuthority "COLLECTIVITE" "Commune, EPCI ou département",
    ReservationHolder "RESERVATAIRE" "Employeur, organisme à caractère désintéressé ou réservataire",
    ActionLogement "ACTION_LOGEMENT" "Action Logement",
    Siao "SIAO" "Service intégré d'accueil et d'orientation",
    CommonAgent "MANDATAIRE" "Mandataire commun de services enregistreurs",
    TerritoryManager "GESTIONNAIRE" "Gestionnaire territorial",
    PortalOperator "PORTAIL" "Exploitant du portail grand public",
    DaloCommission "MEDIATION" "Secrétariat de la commission de médiation",
    StatisticsReader "INFOCENTRE" "Lecteur de l'infocentre",
    Auditor "AUDIT" "Auditeur",
}

impl OrganisationKind {
    /// Attributes dwellings of its own: R441-2-1 a, b and c. Only these sign leases and remove for attribution (INV-25) or
    /// inadmissibility (INV-24).
    pub const fn is_lessor(self) -> bool {
        matches!(self, Self::Hlm | Self::Sem | Self::SemDom)
    }

    /// Must register every demand that it is given, without any decision of its own: lessors (INV-46).
    pub const fn must_register(self) -> bool {
        self.is_lessor()
    }

    /// The law lets such an organisation register demands (R441-2-1), or register for one that may: the common agent of
    /// several services, and the public portal on which applicants register themselves (L441-2-1). Whether this very one
    /// does, on which delibération, convention or decision, is a fact of the organisation (INV-46).
    pub const fn may_register(self) -> bool {
        self.letter().is_some() || matches!(self, Self::CommonAgent | Self::PortalOperator)
    }

    /// Sees to the renewals of a territory: has notices sent, radiates for non-renewal (R441-2-8 e). The manager does, or the
    /// prefect's service where he keeps the management himself (R441-2-5 I; provisional).
    pub const fn keeps_renewals(self) -> bool {
        matches!(self, Self::TerritoryManager | Self::State)
    }

    /// Acts for the prefect: records what the commission of mediation and he decide on a claim to housing (L441-2-3).
    pub const fn is_the_state(self) -> bool {
        matches!(self, Self::State)
    }

    /// Has desks, from which demands are acted on.
    pub const fn has_desks(self) -> bool {
        self.may_register() || self.keeps_renewals()
    }

    /// Its letter in R441-2-1; none for who is not a registering service.
    pub const fn letter(self) -> Option<char> {
        match self {
            Self::Hlm => Some('a'),
            Self::Sem => Some('b'),
            Self::SemDom => Some('c'),
            Self::State => Some('d'),
            Self::LocalAuthority => Some('e'),
            Self::ReservationHolder => Some('f'),
            Self::ActionLogement => Some('g'),
            Self::Siao => Some('h'),
            Self::CommonAgent
            | Self::TerritoryManager
            | Self::PortalOperator
            | Self::DaloCommission
            | Self::StatisticsReader
            | Self::Auditor => None,
        }
    }
}

code_list! {
    /// How an act reached the register: at a desk, or by the applicant's own hand.
    Channel, "channel", "canal", REGISTER;
    Desk "GUICHET" "Au guichet",
    Online "EN_LIGNE" "En ligne",
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hand-written from R441-2-1: code, lessor, may register.
    const EXPECTED: &[(&str, bool, bool)] = &[
        ("HLM", true, true),
        ("SEM", true, true),
        ("SEM_DOM", true, true),
        ("ETAT", false, true),
        ("COLLECTIVITE", false, true),
        ("RESERVATAIRE", false, true),
        ("ACTION_LOGEMENT", false, true),
        ("SIAO", false, true),
        ("MANDATAIRE", false, true),
        ("GESTIONNAIRE", false, false),
        ("PORTAIL", false, true),
        ("MEDIATION", false, false),
        ("INFOCENTRE", false, false),
        ("AUDIT", false, false),
    ];

    #[test]
    fn inv_46_who_may_and_who_must_register() {
        let found: Vec<_> =
            OrganisationKind::ALL.iter().map(|kind| (kind.code(), kind.is_lessor(), kind.may_register())).collect();
        assert_eq!(found, EXPECTED);
        assert!(OrganisationKind::ALL.iter().all(|kind| kind.must_register() == kind.is_lessor()));
    }

    #[test]
    fn services_of_r441_2_1_are_lettered_in_its_order() {
        let letters: String = OrganisationKind::ALL.iter().filter_map(|kind| kind.letter()).collect();
        assert_eq!(letters, "abcdefgh");
    }
}
