//! Identifiers and days as text: read exactly, or refused.

use std::fmt::{Debug, Display};

use jiff::civil::date;
use nomenclature::{
    Actor, AgentId, CommuneCode, DepartementCode, DeskCode, ParseError, PostalCode, RplsId, Sequence, Siren, Territory,
    UniqueNumber, parse_date,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Any text.
pub fn run(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Some(number) = exact(text, UniqueNumber::parse) {
        let filed_on = date(2000 + i16::from(number.year_of_century()), number.month().cast_signed(), 1);
        let composed = UniqueNumber::compose(number.territory(), filed_on, number.sequence(), number.desk());
        assert_eq!(composed, number, "its segments make another number");
    }
    exact(text, Sequence::parse);
    exact(text, Territory::parse);
    exact(text, DeskCode::parse);
    exact(text, Siren::parse);
    exact(text, CommuneCode::parse);
    exact(text, DepartementCode::parse);
    exact(text, PostalCode::parse);
    exact(text, RplsId::parse);
    exact(text, Actor::parse);
    if let Ok(agent) = AgentId::parse(text) {
        assert_eq!(agent.as_str(), text);
    }
    if let Ok(day) = parse_date(text) {
        assert_eq!(day.to_string(), text);
    }
}

/// What is read is written back the same, and JSON reads it as text does.
fn exact<T>(text: &str, parse: fn(&str) -> Result<T, ParseError>) -> Option<T>
where
    T: Display + PartialEq + Debug + DeserializeOwned + Serialize,
{
    let json = serde_json::to_string(text).expect("a text is JSON");
    let of_json = serde_json::from_str::<T>(&json);
    match parse(text) {
        Ok(value) => {
            assert_eq!(value.to_string(), text);
            assert_eq!(of_json.expect("JSON reads what parse reads"), value);
            assert_eq!(serde_json::to_string(&value).expect("a value is JSON"), json);
            Some(value)
        }
        Err(error) => {
            assert!(of_json.is_err(), "JSON reads what parse refuses");
            assert!(!error.to_string().is_empty());
            None
        }
    }
}
