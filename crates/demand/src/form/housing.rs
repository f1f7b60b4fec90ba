//! Rubric f: how the household is housed now (R441-2-2 f).

use jiff::civil::Date;
use nomenclature::{CommuneCode, DwellingCategory, DwellingType, PresentDwelling};
use serde::{Deserialize, Serialize};

use super::contact::known_commune;
use super::text::{Text, past_day};
use crate::fields::field_table;
use crate::form::{accepted, code, said};
use crate::rejection::{Check, FieldReason};

/// Rubric f as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HousingDraft {
    /// Codes of [`PresentDwelling`]: several when unsure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// Social landlord of the present dwelling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub landlord: Option<String>,
    /// Since when and where, for kinds named above.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stays: Vec<StayDraft>,
    /// Euros a month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rent: Option<i64>,
    /// Housing benefit, euros a month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub housing_benefit: Option<i64>,
    /// Persons living there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub occupants: Option<i64>,
    /// Code of [`DwellingCategory`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Code of [`DwellingType`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dwelling_type: Option<String>,
    /// Square metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surface: Option<i64>,
    /// Owns a dwelling.
    #[serde(skip_serializing_if = "crate::form::is_false")]
    pub owner: bool,
    /// Commune of the dwelling owned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owned_commune: Option<String>,
    /// Type of the dwelling owned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owned_type: Option<String>,
}

/// A stay as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StayDraft {
    /// Code of [`PresentDwelling`], one of the kinds named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Since when, `AAAA-MM-JJ`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Name of the structure or of the centre.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Rubric f.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Housing {
    /// At least one.
    pub kinds: Vec<PresentDwelling>,
    /// Social landlord of the present dwelling.
    pub landlord: Option<Text<34>>,
    /// Since when and where, at most once for each kind.
    #[serde(default)]
    pub stays: Vec<Stay>,
    /// Euros a month.
    pub rent: Option<i32>,
    /// Housing benefit, euros a month.
    pub housing_benefit: Option<i32>,
    /// Persons living there.
    pub occupants: Option<i32>,
    /// Flat or house.
    pub category: Option<DwellingCategory>,
    /// Number of rooms.
    pub dwelling_type: Option<DwellingType>,
    /// Square metres.
    pub surface: Option<i32>,
    /// Owns a dwelling.
    pub owner: bool,
    /// Commune of the dwelling owned.
    pub owned_commune: Option<CommuneCode>,
    /// Type of the dwelling owned.
    pub owned_type: Option<DwellingType>,
}

field_table!(Housing in "f" {
    kinds: Personal, "logement actuel", "liste ModèleLogement, au moins une valeur, obligatoire";
    landlord: Personal, "nom du bailleur HLM", "34 caractères";
    stays: Personal, "précisions sur chaque logement actuel", "une au plus par valeur de logement actuel";
    rent: Personal, "loyer mensuel", "0 à 9 999 euros";
    housing_benefit: Personal, "APL ou AL mensuelle", "0 à 9 999 euros";
    occupants: Personal, "nombre d'habitants", "0 à 99";
    category: Personal, "catégorie du logement actuel", "liste CatégorieLogement";
    dwelling_type: Personal, "type du logement actuel", "liste TypeLogement";
    surface: Personal, "surface", "0 à 9 999 m²";
    owner: Personal, "propriétaire d'un logement", "oui ou non";
    owned_commune: Personal, "commune du logement possédé", "code INSEE";
    owned_type: Personal, "type du logement possédé", "liste TypeLogement";
});

/// Since when the household is housed in one of several ways, and by whom: residence, hotel, sublet, structure, centre.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stay {
    /// Which of the kinds.
    pub kind: PresentDwelling,
    /// Since when.
    pub since: Option<Date>,
    /// Name of the structure or of the centre.
    pub name: Option<Text<14>>,
}

field_table!(Stay in "f" {
    kind: Personal, "logement actuel concerné", "l'une des valeurs de logement actuel, obligatoire";
    since: Personal, "depuis le", "date";
    name: Personal, "nom de la structure ou du centre", "14 caractères, pour une structure d'hébergement ou un centre";
});

personal::redact!(HousingDraft, StayDraft, Housing, Stay);

/// As many as the form has.
const MOST_KINDS: usize = PresentDwelling::LIST.entries.len();

/// A code of a form that the register takes on the day.
fn kind_of_today(text: &str, today: Date) -> Result<PresentDwelling, FieldReason> {
    let kind = code(PresentDwelling::parse)(text)?;
    accepted(kind, kind.form_version(), today)
}

impl Stay {
    /// At most one for each kind, and only for kinds that the household names.
    fn parse_all(housing: &HousingDraft, today: Date, mut check: Check<'_>) -> Option<Vec<Self>> {
        if housing.stays.len() > MOST_KINDS {
            check.violation(FieldReason::TooMany);
            return None;
        }
        let mut seen = Vec::new();
        let stays: Vec<_> = housing
            .stays
            .iter()
            .enumerate()
            .map(|(index, draft)| {
                let mut at = check.nth(index);
                let kind = at.required("kind", draft.kind.as_deref(), |text| {
                    let kind = code(PresentDwelling::parse)(text)?;
                    if !housing.kinds.iter().any(|named| named == text) {
                        return Err(FieldReason::Inconsistent);
                    }
                    if seen.contains(&kind) {
                        return Err(FieldReason::Duplicate);
                    }
                    seen.push(kind);
                    Ok(kind)
                });
                let since = at.optional("since", draft.since.as_deref(), |text| past_day(text, today));
                let name = at.optional("name", draft.name.as_deref(), Text::parse);
                if name.is_some() && kind.is_some_and(|kind| !kind.has_a_name()) {
                    at.at("name").violation(FieldReason::Inconsistent);
                }
                Some(Self { kind: kind?, since, name })
            })
            .collect();
        stays.into_iter().collect()
    }
}

impl Housing {
    pub(crate) fn parse(draft: &HousingDraft, today: Date, mut check: Check<'_>) -> Option<Self> {
        let kinds = list(&draft.kinds, MOST_KINDS, |text| kind_of_today(text, today), check.at("kinds"));
        let stays = Stay::parse_all(draft, today, check.at("stays"));
        if !draft.owner && (said(&draft.owned_commune) || said(&draft.owned_type)) {
            check.at("owner").violation(FieldReason::Inconsistent);
        }
        Some(Self {
            landlord: check.optional("landlord", draft.landlord.as_deref(), Text::parse),
            stays: stays?,
            rent: check.number("rent", draft.rent, 0..=9_999),
            housing_benefit: check.number("housing_benefit", draft.housing_benefit, 0..=9_999),
            occupants: check.number("occupants", draft.occupants, 0..=99),
            category: check.optional("category", draft.category.as_deref(), code(DwellingCategory::parse)),
            dwelling_type: check.optional("dwelling_type", draft.dwelling_type.as_deref(), code(DwellingType::parse)),
            surface: check.number("surface", draft.surface, 0..=9_999),
            owner: draft.owner,
            owned_commune: check.optional("owned_commune", draft.owned_commune.as_deref(), known_commune),
            owned_type: check.optional("owned_type", draft.owned_type.as_deref(), code(DwellingType::parse)),
            kinds: kinds?,
        })
    }
}

/// A list of codes: at least one, at most `most`, none twice.
pub(crate) fn list<T: PartialEq>(
    draft: &[String],
    most: usize,
    parse: impl Fn(&str) -> Result<T, FieldReason>,
    mut check: Check<'_>,
) -> Option<Vec<T>> {
    if draft.is_empty() {
        check.violation(FieldReason::Missing);
        return None;
    }
    if draft.len() > most {
        check.violation(FieldReason::TooMany);
        return None;
    }
    let mut parsed = Vec::with_capacity(draft.len());
    let mut complete = true;
    for (index, text) in draft.iter().enumerate() {
        let mut at = check.nth(index);
        match at.take(parse(text)) {
            Some(value) if parsed.contains(&value) => {
                at.violation(FieldReason::Duplicate);
                complete = false;
            }
            Some(value) => parsed.push(value),
            None => complete = false,
        }
    }
    complete.then_some(parsed)
}
