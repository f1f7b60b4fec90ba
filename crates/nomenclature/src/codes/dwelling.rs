//! Code lists about dwellings: the present one, and the one sought.

use super::code_list;
use super::list::Edition;
use crate::FormVersion;

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
    @later "present-dwelling-03", Edition::FORM_03;
    WithoutTitle "V3OST" "Occupant sans titre",
    MobileHome "V3MOB" "Logé en habitat mobile",
}

impl PresentDwelling {
    /// Already a tenant of social housing: the demand is for a transfer (mutation).
    pub const fn is_social_housing(self) -> bool {
        matches!(self, Self::SocialHousing)
    }

    /// The form that brought the value.
    pub const fn form_version(self) -> FormVersion {
        match self {
            Self::WithoutTitle | Self::MobileHome => FormVersion::V03,
            _ => FormVersion::V02,
        }
    }

    /// The value of form 02 that comes nearest, for figures over both. Provisional: no official mapping is known.
    pub const fn in_form_02(self) -> Self {
        match self {
            Self::WithoutTitle => Self::Squat,
            Self::MobileHome => Self::Camping,
            old => old,
        }
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
    fn what_form_03_added_has_a_neighbour_in_form_02() {
        for dwelling in PresentDwelling::ALL {
            let old = dwelling.in_form_02();
            assert_eq!(old.form_version(), FormVersion::V02);
            assert_eq!(old == *dwelling, dwelling.form_version() == FormVersion::V02);
            let in_the_list = PresentDwelling::LIST.entries.iter().any(|entry| entry.code == dwelling.code());
            assert_eq!(in_the_list, old == *dwelling);
        }
    }

    #[test]
    fn only_a_tenant_of_social_housing_asks_for_a_transfer() {
        for dwelling in PresentDwelling::ALL {
            assert_eq!(dwelling.is_social_housing(), dwelling.code() == "HLM");
        }
    }
}
