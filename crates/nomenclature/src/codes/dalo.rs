//! Code lists of the right to housing that can be claimed in court (droit au logement opposable, DALO; L441-2-3).

use jiff::civil::Date;

use super::code_list;
use super::list::Edition;

const ROUTES: Edition = Edition {
    form_version: None,
    valid_from: Date::constant(2008, 1, 1),
    valid_until: None,
    source: "L441-2-3 II and R441-14-1 for what there is; the codes are the register's own",
    provisional: true,
};

code_list! {
    /// DALO status of a demand, entered by the State. It does not follow from the status of the demand (INV-56).
    ///
    /// `ACTREL` is read as *actif, relogé*: a favourable decision that ended with a rehousing. No text spells the code out,
    /// so this is the register's own reading.
    DaloStatus, "dalo-status", "statut DALO", Edition::INTERFACE;
    Not "NON" "Non",
    Active "ACTIF" "Actif",
    Lapsed "CADUC" "Caduc",
    Rehoused "ACTREL" "Actif relogé",
}

code_list! {
    /// Why the commission of mediation is seised (motif de saisine). After an abnormal delay, or without waiting for it.
    ///
    /// Codes of one length: a route is sealed, and a sealed part does not hide how long it is.
    DaloRoute, "dalo-route", "motif de saisine de la commission de médiation", ROUTES;
    AbnormalDelay "DAL" "Délai anormalement long sans proposition adaptée",
    NoDwelling "SAN" "Dépourvu de logement",
    Eviction "EXP" "Menacé d'expulsion sans relogement",
    Sheltered "HEB" "Hébergé ou logé temporairement dans une structure",
    Unfit "INS" "Locaux impropres à l'habitation, insalubres ou dangereux",
    OvercrowdedOrIndecent "SUR" "Logement suroccupé ou non décent, avec un mineur ou une personne handicapée",
    Handicap "HAN" "Logement non adapté au handicap",
}

code_list! {
    /// Dwelling that the commission of mediation found fit (typologie de logement DALO); *adapted* means to a handicap.
    DaloTypology, "dalo-typology", "typologie de logement DALO", Edition::INTERFACE;
    T1 "01" "T1",
    T2 "02" "T2",
    T3 "03" "T3",
    T4 "04" "T4",
    T5 "05" "T5",
    T6OrMore "06" "T6 et plus",
    House "08" "Habitat individuel",
    ToBeDefined "09" "À définir",
    T1Adapted "21" "T1 adapté",
    T2Adapted "22" "T2 adapté",
    T3Adapted "23" "T3 adapté",
    T4Adapted "24" "T4 adapté",
    T5Adapted "25" "T5 adapté",
    T6OrMoreAdapted "26" "T6 et plus adapté",
    HouseAdapted "28" "Habitat individuel adapté",
    Shelter "30" "Réorientation vers un hébergement",
    ToBeDefinedAdapted "31" "À définir, adapté",
    T1ToT2 "40" "T1-T2",
    T2ToT3 "41" "T2-T3",
    T3ToT4 "42" "T3-T4",
    T4ToT5 "43" "T4-T5",
    T5ToT6 "44" "T5-T6",
    T1ToT2Adapted "45" "T1-T2 adapté",
    T2ToT3Adapted "46" "T2-T3 adapté",
    T3ToT4Adapted "47" "T3-T4 adapté",
    T4ToT5Adapted "48" "T4-T5 adapté",
    T5ToT6Adapted "49" "T5-T6 adapté",
    Sublease "50" "Sous-location",
    Other "99" "Autre",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_sealed_route_does_not_tell_which_it_is() {
        let lengths: Vec<_> = DaloRoute::ALL.iter().map(|route| route.code().len()).collect();
        assert_eq!(lengths, [3; 7]);
    }
}
