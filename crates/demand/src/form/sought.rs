//! Rubric h: the dwelling and the communes sought (R441-2-2 h).

use nomenclature::{CommuneCode, DwellingType, SoughtCategory, Territory};
use serde::{Deserialize, Serialize};

use super::contact::commune_in_force;
use super::handicap::Handicap;
use super::housing::list;
use crate::fields::field_table;
use crate::form::code;
use crate::rejection::{Check, FieldReason};

/// Rubric h as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SoughtDraft {
    /// Code of [`SoughtCategory`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Wants a parking place.
    #[serde(skip_serializing_if = "crate::form::is_false")]
    pub parking: bool,
    /// Accepts the ground floor.
    #[serde(skip_serializing_if = "crate::form::is_false")]
    pub ground_floor: bool,
    /// Accepts a building without lift.
    #[serde(skip_serializing_if = "crate::form::is_false")]
    pub no_lift: bool,
    /// Highest rent with charges, euros a month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_rent: Option<i64>,
    /// Codes of [`DwellingType`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dwelling_types: Vec<String>,
    /// INSEE codes of the communes, in order of preference.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub communes: Vec<String>,
    /// Would accept other communes nearby (demande élargie): mandatory answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extended: Option<bool>,
}

/// Rubric h.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sought {
    /// Flat, house or either.
    pub category: Option<SoughtCategory>,
    /// Wants a parking place.
    pub parking: bool,
    /// Accepts the ground floor.
    pub ground_floor: bool,
    /// Accepts a building without lift.
    pub no_lift: bool,
    /// Highest rent with charges, euros a month.
    pub max_rent: Option<i32>,
    /// At least one.
    pub dwelling_types: Vec<DwellingType>,
    /// 1 to 10, all in the territory, the first choice first.
    pub communes: Vec<CommuneCode>,
    /// Would accept other communes nearby.
    pub extended: bool,
    /// Rubric i, which lies here so that nobody sees whether there is one; see [`handicap`](super::handicap).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handicap: Option<Handicap>,
}

field_table!(Sought in "h" {
    category: Personal, "catégorie de logement recherché", "liste CatégorieLogementRecherché";
    parking: Personal, "avec parking", "oui ou non";
    ground_floor: Personal, "accepte un rez-de-chaussée", "oui ou non";
    no_lift: Personal, "accepte un immeuble sans ascenseur", "oui ou non";
    max_rent: Personal, "loyer maximum charges comprises", "0 à 9 999 euros";
    dwelling_types: Personal, "types de logement recherchés", "liste TypeLogement, au moins une valeur, obligatoire";
    communes: Personal, "communes souhaitées", "1 à 10 codes INSEE du territoire, obligatoire";
    extended: Personal, "demande élargie", "oui ou non, obligatoire";
    handicap: Personal, "complément handicap", "voir rubrique i";
});

personal::redact!(SoughtDraft, Sought);

/// Most communes a demand may wish for since 2012 (INV-71; five before).
const MOST_COMMUNES: usize = 10;

impl Sought {
    pub(crate) fn parse(draft: &SoughtDraft, territory: Territory, mut check: Check<'_>) -> Option<Self> {
        let category = check.optional("category", draft.category.as_deref(), code(SoughtCategory::parse));
        let max_rent = check.number("max_rent", draft.max_rent, 0..=9_999);
        let dwelling_types =
            list(&draft.dwelling_types, DwellingType::ALL.len(), code(DwellingType::parse), check.at("dwelling_types"));
        let communes =
            list(&draft.communes, MOST_COMMUNES, |text| wished_commune(text, territory), check.at("communes"));
        if draft.extended.is_none() {
            check.at("extended").violation(FieldReason::Missing);
        }
        Some(Self {
            category,
            parking: draft.parking,
            ground_floor: draft.ground_floor,
            no_lift: draft.no_lift,
            max_rent,
            dwelling_types: dwelling_types?,
            communes: communes?,
            extended: draft.extended?,
            handicap: None,
        })
    }
}

/// A commune in force and of the territory (INV-02).
fn wished_commune(text: &str, territory: Territory) -> Result<CommuneCode, FieldReason> {
    let commune = commune_in_force(text)?;
    if commune.territory == Some(territory) { Ok(commune.code) } else { Err(FieldReason::OutsideTerritory) }
}
