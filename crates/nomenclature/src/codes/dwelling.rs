//! Code lists about dwellings: the present one, and the one sought.

use super::code_list;
use super::list::Edition;

code_list! {
    /// How the household is housed now (modèle de logement actuel). Several may hold at once.
    PresentDwelling, "present-dwelling", "logement actuel", Edition::FORM_02;
    SocialHousing "HLM" "Locataire HLM",
    PrivateTenant "LP" "Locataire du parc privé",
    SocialResidence "RS" "Résidence sociale, foyer ou pension de famille",
    SocialHotelResidence "RHVS" "Résidence hôtelière à vocation sociale",
    StudentResidence "RE" "Résidence étudiante",
    SubletOrTemporary "SLHT" "Sous-locataire ou hébergé dans un logement à titre temporaire",
    Shelter "SH" "Structure d'hébergement",
    ChildOrMaternityCentre "CDEFCM" "Centre départemental de l'enfance et de la famille ou centre maternel",
    WithParentsOrChildren "CPE" "Chez ses parents ou ses enfants",
    WithPrivatePerson "CP" "Chez un particulier",
    FreeOfCharge "LTG" "Logé à titre gratuit",
    TiedToEmployment "FONC" "Logement de fonction",
    OwnerOccupier "POCC" "Propriétaire occupant",
    Camping "CAMCAR" "Camping, caravaning",
    Hotel "HOT" "Hôtel",
    Homeless "SD" "Sans abri ou abri de fortune",
    Squat "SQUAT" "Squat",
}

impl PresentDwelling {
    /// Already a tenant of social housing: the demand is for a transfer (mutation).
    pub const fn is_social_housing(self) -> bool {
        matches!(self, Self::SocialHousing)
    }

    /// A structure or a centre that houses, whose name the form asks for.
    pub const fn has_a_name(self) -> bool {
        matches!(self, Self::Shelter | Self::ChildOrMaternityCentre)
    }
}

code_list! {
    /// Category of dwelling sought (catégorie de logement recherché).
    SoughtCategory, "sought-category", "catégorie de logement recherché", Edition::FORM_02;
    Apartment "A" "Appartement",
    House "M" "Maison",
    Indifferent "I" "Indifférent",
}

code_list! {
    /// Category of an existing dwelling (catégorie de logement).
    DwellingCategory, "dwelling-category", "catégorie de logement", Edition::FORM_02;
    Apartment "A" "Appartement",
    House "M" "Maison",
}

code_list! {
    /// Type of dwelling, sought or present, by its main rooms (type de logement).
    DwellingType, "dwelling-type", "type de logement", Edition::FORM_02;
    Room "C" "Chambre",
    T1 "T1" "T1",
    T2 "T2" "T2",
    T3 "T3" "T3",
    T4 "T4" "T4",
    T5 "T5" "T5",
    T6OrMore "T6P" "T6 et plus",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_tenant_of_social_housing_asks_for_a_transfer() {
        for dwelling in PresentDwelling::ALL {
            assert_eq!(dwelling.is_social_housing(), dwelling.code() == "HLM");
        }
    }
}
