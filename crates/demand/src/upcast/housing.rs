//! Rubric f, from one date and one name for all the kinds of a housing to those of each (ADR 7).

use jiff::civil::Date;
use nomenclature::{CommuneCode, DwellingCategory, DwellingType, PresentDwelling};
use serde::Deserialize;

use crate::form::housing::{Housing, Stay};
use crate::form::text::Text;

const RUBRIC: u8 = b'f';

/// As version 1 has it. For a while it was written with the stays of version 2 already: they are kept.
#[derive(Deserialize)]
struct Housing1 {
    kinds: Vec<PresentDwelling>,
    landlord: Option<Text<34>>,
    since: Option<Date>,
    structure: Option<Text<14>>,
    #[serde(default)]
    stays: Vec<Stay>,
    rent: Option<i32>,
    housing_benefit: Option<i32>,
    occupants: Option<i32>,
    category: Option<DwellingCategory>,
    dwelling_type: Option<DwellingType>,
    surface: Option<i32>,
    owner: bool,
    owned_commune: Option<CommuneCode>,
    owned_type: Option<DwellingType>,
}

personal::redact!(Housing1);

/// The date was said of every kind; the name belongs to those that have one, or else to the first.
pub(super) fn stays(tag: u8, content: Vec<u8>) -> Result<Vec<u8>, serde_json::Error> {
    if tag != RUBRIC {
        return Ok(content);
    }
    let old: Housing1 = serde_json::from_slice(&content)?;
    serde_json::to_vec(&Housing::from(old))
}

impl From<Housing1> for Housing {
    fn from(old: Housing1) -> Self {
        let mut stays = old.stays;
        if stays.is_empty() && (old.since.is_some() || old.structure.is_some()) {
            let nobody = !old.kinds.iter().any(|kind| kind.has_a_name());
            let stay = |(place, kind): (usize, &PresentDwelling)| {
                let named = kind.has_a_name() || (nobody && place == 0);
                Stay { kind: *kind, since: old.since, name: old.structure.clone().filter(|_| named) }
            };
            stays = old.kinds.iter().enumerate().map(stay).collect();
            stays.retain(|stay| stay.since.is_some() || stay.name.is_some());
        }
        Self {
            kinds: old.kinds,
            landlord: old.landlord,
            stays,
            rent: old.rent,
            housing_benefit: old.housing_benefit,
            occupants: old.occupants,
            category: old.category,
            dwelling_type: old.dwelling_type,
            surface: old.surface,
            owner: old.owner,
            owned_commune: old.owned_commune,
            owned_type: old.owned_type,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: &str = r#""landlord":"Office fictif","rent":610,"housing_benefit":180,"occupants":5,"category":"A","dwelling_type":"T2","surface":41,"owner":true,"owned_commune":"2A004","owned_type":"T1""#;

    fn read(said: &str) -> Housing {
        let content = format!("{{{said},{REST}}}").into_bytes();
        let housing: Housing = serde_json::from_slice(&stays(RUBRIC, content).unwrap()).unwrap();
        let rest = serde_json::to_value(&housing).unwrap();
        for (field, value) in serde_json::from_str::<serde_json::Map<_, _>>(&format!("{{{REST}}}")).unwrap() {
            assert_eq!(rest[&field], value, "{field} is what it was");
        }
        housing
    }

    fn told(housing: &Housing) -> Vec<(&str, Option<String>, Option<&str>)> {
        let told = housing.stays.iter();
        told.map(|stay| (stay.kind.code(), stay.since.map(|day| day.to_string()), stay.name.as_ref().map(Text::as_str)))
            .collect()
    }

    /// What each said, by hand.
    #[test]
    fn one_date_and_one_name_for_all_kinds_become_those_of_each() {
        let day = || Some("2024-11-02".to_owned());
        let both = read(r#""kinds":["SH","LP","CDEFCM"],"since":"2024-11-02","structure":"Les Mimosas""#);
        assert_eq!(
            told(&both),
            [("SH", day(), Some("Les Mimosas")), ("LP", day(), None), ("CDEFCM", day(), Some("Les Mimosas"))]
        );
        let nameless = read(r#""kinds":["HOT","CP"],"since":null,"structure":"Au Soleil""#);
        assert_eq!(told(&nameless), [("HOT", None, Some("Au Soleil"))]);
        let since = read(r#""kinds":["HLM"],"since":"2024-11-02","structure":null"#);
        assert_eq!(told(&since), [("HLM", day(), None)]);
        assert_eq!(told(&read(r#""kinds":["LP"],"since":null,"structure":null"#)), []);
    }

    #[test]
    fn stays_that_were_written_before_their_version_are_kept() {
        let stays = r#""kinds":["SH","LP"],"stays":[{"kind":"SH","since":"2020-02-29","name":"Les Pins"}]"#;
        assert_eq!(told(&read(stays)), [("SH", Some("2020-02-29".to_owned()), Some("Les Pins"))]);
    }

    #[test]
    fn other_parts_are_left_alone_and_what_is_no_housing_is_an_error() {
        assert_eq!(stays(b'a', b"{}".to_vec()).unwrap(), b"{}");
        assert!(stays(RUBRIC, b"{}".to_vec()).is_err());
    }
}
