//! Whatever is typed is read exactly, or refused without repeating it.

use std::fmt::Display;

use nomenclature::{
    Actor, AgentId, CommuneCode, Contract, DepartementCode, DeskCode, FormVersion, ParseError, PostalCode, Reason,
    RplsId, Sequence, Siren, Territory, UniqueNumber, parse_date,
};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Texts that somebody, some day, pastes into any field.
const NAUGHTY: &[&str] = &[
    "",
    " ",
    "\0",
    "\n",
    "006\0",
    " 006",
    "006 ",
    "\u{ff10}\u{ff10}\u{ff16}",
    "\u{0660}\u{0660}\u{0666}",
    "00\u{200b}6",
    "\u{202e}600",
    "O06",
    "l11",
    "2a004",
    "2А004",
    "-1",
    "+6088",
    "6.088",
    "1e5",
    "null",
    "NULL",
    "' OR 1=1 --",
    "../../etc/passwd",
    "<script>",
    "é",
    "e\u{301}",
    "💥💥💥💥💥",
    "1110318016982g1104",
    "1110318O16982G1104",
    "1110018016982G1104",
    "9990318016982G1104",
    "jean.dupont@example.org",
];

/// A type that is read from text: what is read is written back the same, in text and in JSON.
fn read_or_refuse<T>(text: &str, parse: fn(&str) -> Result<T, ParseError>) -> bool
where
    T: Display + PartialEq + std::fmt::Debug + DeserializeOwned + Serialize,
{
    let json = serde_json::to_string(text).expect("a text is JSON");
    match parse(text) {
        Ok(value) => {
            assert_eq!(value.to_string(), text);
            assert_eq!(serde_json::to_string(&value).expect("a value is JSON"), json);
            assert_eq!(serde_json::from_str::<T>(&json).expect("JSON reads what parse reads"), value);
            true
        }
        Err(error) => {
            let told = serde_json::from_str::<T>(&json).expect_err("JSON refuses what parse refuses").to_string();
            assert!(told.starts_with(&error.to_string()), "{told}");
            false
        }
    }
}

fn try_all(text: &str) -> usize {
    [
        read_or_refuse(text, UniqueNumber::parse),
        read_or_refuse(text, Sequence::parse),
        read_or_refuse(text, Territory::parse),
        read_or_refuse(text, DeskCode::parse),
        read_or_refuse(text, Siren::parse),
        read_or_refuse(text, CommuneCode::parse),
        read_or_refuse(text, DepartementCode::parse),
        read_or_refuse(text, PostalCode::parse),
        read_or_refuse(text, RplsId::parse),
        read_or_refuse(text, Actor::parse),
        read_or_refuse(text, FormVersion::parse),
        read_or_refuse(text, Contract::parse),
        read_or_refuse(text, Reason::parse),
    ]
    .into_iter()
    .filter(|read| *read)
    .count()
}

#[test]
fn naughty_texts_are_no_identifier_nor_code() {
    for text in NAUGHTY {
        assert_eq!(try_all(text), 0, "{text:?}");
        assert!(parse_date(text).is_err(), "{text:?}");
    }
}

#[test]
fn a_megabyte_is_refused_like_one_character_too_many() {
    let long = "1".repeat(1_000_000);
    assert_eq!(try_all(&long), 0);
    assert!(parse_date(&long).is_err());
}

#[test]
fn a_refusal_never_repeats_what_was_typed() {
    let typed = "jean.dupont@example.org";
    let refusals = [
        UniqueNumber::parse(typed).unwrap_err(),
        AgentId::parse(typed).unwrap_err(),
        Actor::parse(typed).unwrap_err(),
        Reason::parse(typed).unwrap_err(),
        parse_date(typed).unwrap_err(),
    ];
    for refusal in refusals {
        assert!(!format!("{refusal} {refusal:?}").contains("dupont"));
        let told = refusal.to_string();
        assert!(!told.ends_with('.') && !told.starts_with(char::is_uppercase) || told.starts_with("RPLS"));
    }
}

#[test]
fn json_takes_strings_only() {
    for json in ["6", "null", "true", "[]", "{}", "[\"006\"]", "6.0"] {
        assert!(serde_json::from_str::<Territory>(json).is_err(), "{json}");
        assert!(serde_json::from_str::<Reason>(json).is_err(), "{json}");
    }
}

#[test]
fn identifiers_serve_as_keys_and_fields() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Row {
        number: UniqueNumber,
        reasons: Vec<Reason>,
        by_territory: std::collections::BTreeMap<Territory, Sequence>,
    }
    let json =
        r#"{"number":"1110318016982G1104","reasons":["23","01"],"by_territory":{"006":"000001","111":"000002"}}"#;
    let row: Row = serde_json::from_str(json).unwrap();
    assert_eq!(serde_json::to_string(&row).unwrap(), json);
    let escaped = json.replace("G1104", "\\u00471104");
    assert_eq!(serde_json::from_str::<Row>(&escaped).unwrap(), row);
}

proptest! {
    #[test]
    fn any_text_is_read_exactly_or_refused(text in "\\PC{0,20}|[0-9A-Z]{2,18}|[0-9]{2,10}") {
        try_all(&text);
    }
}
