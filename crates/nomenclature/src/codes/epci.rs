//! Kinds of groupings of communes.

use jiff::civil::Date;

use super::code_list;
use super::list::Edition;

const EPCI: Edition = Edition {
    form_version: None,
    valid_from: Date::constant(2026, 1, 1),
    valid_until: None,
    source: "DGCL, list of EPCI à fiscalité propre at 1 January 2026",
    provisional: false,
};

code_list! {
    /// Kind of a grouping of communes (nature juridique de l'EPCI).
    EpciKind, "epci-kind", "nature de l'EPCI", EPCI;
    CommunityOfCommunes "CC" "Communauté de communes",
    Agglomeration "CA" "Communauté d'agglomération",
    UrbanCommunity "CU" "Communauté urbaine",
    Metropolis "METRO" "Métropole",
    LyonMetropolis "MET69" "Métropole de Lyon",
}
