//! Code lists of the data that a lessor enters at an attribution (R441-2-9).

use super::code_list;
use super::list::Edition;

code_list! {
    /// On whose quota a dwelling was attributed (type de réservataire, R441-5).
    ReservationHolder, "reservation-holder", "type de réservataire", Edition::INTERFACE;
    LocalAuthorities "COLTER" "Collectivités territoriales, leurs établissements publics et EPCI",
    Employers "COLACT" "Employeurs et Action Logement",
    PrefectPriority "PPRIOR" "Préfet, publics prioritaires (hors agents publics de l'État)",
    PrefectCivilServants "PFONCT" "Préfet, fonctionnaires et agents publics de l'État",
    Others "AUTRES" "Autres réservataires",
    Nobody "AUCUN" "Hors contingent",
}

code_list! {
    /// Collective agreement under which a dwelling was attributed (accord collectif, L441-1-1 and L441-1-2).
    CollectiveAgreement, "collective-agreement", "accord collectif", Edition::INTERFACE;
    OfDepartement "ACD" "Accord collectif départemental",
    OfEpci "ACI" "Accord collectif intercommunal",
    Nothing "AUCUN" "Aucun",
    NotDocumented "NONDOC" "Non renseigné",
}

const CONVENTIONS: Edition = Edition {
    form_version: None,
    valid_from: jiff::civil::Date::constant(2013, 1, 1),
    valid_until: None,
    source: "articles that R441-2-9 names; the codes are the register's own",
    provisional: true,
};

code_list! {
    /// Convention under which the State reserved the dwelling (R441-2-9). The article names three, by their number alone.
    StateConvention, "state-convention", "convention de réservation de l'État", CONVENTIONS;
    R3144 "R314-4" "Convention de l'article R314-4",
    R31416 "R314-16" "Convention de l'article R314-16",
    R31421 "R314-21" "Convention de l'article R314-21",
}

impl ReservationHolder {
    /// The dwelling was reserved by the State, whose representative is the prefect.
    pub const fn is_the_state(self) -> bool {
        matches!(self, Self::PrefectPriority | Self::PrefectCivilServants)
    }
}

code_list! {
    /// Whether a dwelling lies in a sensitive urban zone (zone urbaine sensible, ZUS).
    UrbanZone, "urban-zone", "zone urbaine sensible", Edition::INTERFACE;
    Inside "ZUSOUI" "Oui",
    Outside "ZUSNON" "Non",
    Unknown "ZUSNSP" "Ne sait pas",
}

code_list! {
    /// Yes, no, or not documented.
    KnownAnswer, "known-answer", "oui, non, non renseigné", Edition::INTERFACE;
    Yes "OUI" "Oui",
    No "NON" "Non",
    NotDocumented "NONDOC" "Non renseigné",
}

code_list! {
    /// Type of dwelling in the national register of social dwellings (type de logement RPLS).
    RplsDwellingType, "rpls-dwelling-type", "type de logement RPLS", Edition::INTERFACE;
    T1 "T1" "1 pièce principale",
    T2 "T2" "2 pièces principales",
    T3 "T3" "3 pièces principales",
    T4 "T4" "4 pièces principales",
    T5 "T5" "5 pièces principales",
    T6 "T6" "6 pièces principales",
    T7 "T7" "7 pièces principales",
    T8 "T8" "8 pièces principales",
    T9OrMore "T9P" "9 pièces principales et plus",
}
