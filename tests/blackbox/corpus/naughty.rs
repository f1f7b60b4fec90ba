//! The Big List of Naughty Strings, through every text field at once: given back to the letter, or refused for what it is.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use naughty_strings::BLNS;
use nomenclature::{Actor, UniqueNumber};
use proto::v1::ListSharedDemandsResponse;
use serde_json::{Value, json};
use tests::cast::{self, NICE};

use super::stage::*;

/// Text fields: as a violation names them, and where they lie in the form.
const FIELDS: &[(&str, &str)] = &[
    ("identity.applicant.surname", "/identity/applicant/surname"),
    ("identity.applicant.birth_name", "/identity/applicant/birth_name"),
    ("identity.applicant.given_names", "/identity/applicant/given_names"),
    ("identity.dependants[0].surname", "/identity/dependants/0/surname"),
    ("identity.dependants[0].given_names", "/identity/dependants/0/given_names"),
    ("contact.postal_address.apartment", "/contact/postal_address/apartment"),
    ("contact.postal_address.floor", "/contact/postal_address/floor"),
    ("contact.postal_address.staircase", "/contact/postal_address/staircase"),
    ("contact.postal_address.building", "/contact/postal_address/building"),
    ("contact.postal_address.complement", "/contact/postal_address/complement"),
    ("contact.postal_address.number", "/contact/postal_address/number"),
    ("contact.postal_address.street", "/contact/postal_address/street"),
    ("contact.postal_address.locality", "/contact/postal_address/locality"),
    ("contact.postal_address.host", "/contact/postal_address/host"),
    ("contact.dwelling_address.foreign_postal_code", "/contact/dwelling_address/foreign_postal_code"),
    ("contact.dwelling_address.foreign_town", "/contact/dwelling_address/foreign_town"),
    ("contact.dwelling_address.country", "/contact/dwelling_address/country"),
    ("contact.home_phone", "/contact/home_phone"),
    ("contact.email", "/contact/email"),
    ("employment[0].profession", "/employment/0/profession"),
    ("employment[0].main_employer", "/employment/0/main_employer"),
    ("employment[0].collecting_body", "/employment/0/collecting_body"),
    ("housing.landlord", "/housing/landlord"),
    ("reasons.other", "/reasons/other"),
    ("remarks.precision", "/remarks/precision"),
    ("remarks.internal_reference", "/remarks/internal_reference"),
];

/// What a text may be refused for; that it has a meaning in some other language is no reason.
const REASONS: &[&str] = &["TOO_LONG", "FORBIDDEN_CHARACTER", "NOT_A_NAME", "MISSING", "MALFORMED"];

/// A form that has all of them, plain.
fn plain(n: usize) -> Value {
    let born = TODAY.saturating_sub((9_000 + i64::try_from(n).unwrap()).days());
    let mut form = cast::form("Plain", "Anne", &born.to_string());
    let identity = form["identity"].as_object_mut().unwrap();
    identity["applicant"]["birth_name"] = json!("Simple");
    identity.insert(
        "dependants".to_owned(),
        json!([{"surname": "Plain", "given_names": "Zoé", "birth_date": "2015-04-01", "sex": "F", "kinship": "E"}]),
    );
    form["contact"] = json!({
        "postal_address": {
            "apartment": "1", "floor": "2", "staircase": "A", "building": "B", "complement": "au fond", "number": "3",
            "street": "rue des Lilas", "locality": "Les Prés", "host": "Durand", "postal_code": "06300", "commune": "06088"
        },
        "dwelling_address": {
            "street": "1 Main Street", "foreign_postal_code": "16121", "foreign_town": "Genova", "country": "Italia"
        },
        "home_phone": "0493000000", "email": "zoe@exemple.fr"
    });
    form["employment"] = json!([{
        "adult": 0, "contract": "CDI", "profession": "peintre", "main_employer": "Atelier", "collecting_body": "Caisse"
    }]);
    form["housing"] = json!({"kinds": ["HLM"], "landlord": "Office"});
    form["reasons"]["other"] = json!("un autre");
    form["remarks"] = json!({"precision": "une remarque", "internal_reference": "A-1"});
    form
}

/// The violations of a refusal, by field.
fn violations(refused: &str) -> BTreeMap<String, String> {
    let list = refused.strip_prefix("INVALID_FORM: ").unwrap_or_else(|| panic!("refused as a whole: {refused}"));
    let pairs = list.split(", ").map(|violation| violation.split_once('=').unwrap());
    pairs.map(|(field, reason)| (field.to_owned(), reason.to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_text_field_takes_a_naughty_string_to_the_letter_or_refuses_it() {
    let stage = Stage::new().await;
    let (mut accepted, mut refused) = (0, 0);
    let mut surnames: Vec<(&str, UniqueNumber)> = Vec::new();
    // A blank one says nothing, and an address abroad without its town is one in France: the tables have them.
    for (n, naughty) in BLNS.iter().enumerate().filter(|(_, naughty)| !naughty.trim().is_empty()) {
        let mut form = plain(n);
        for (_, place) in FIELDS {
            *form.pointer_mut(place).unwrap() = json!(naughty);
        }
        let bad = match stage.send(NICE, None, &cast::register(form.clone())).await {
            Ok(answer) => panic!("no field refused {naughty:?}, not even the telephone: {answer:?}"),
            Err(words) => violations(&words),
        };
        for (field, reason) in &bad {
            assert!(FIELDS.iter().any(|(known, _)| known == field), "{field} was never given {naughty:?}");
            assert!(REASONS.contains(&reason.as_str()), "{field} = {naughty:?}: {reason}");
        }
        // The same without what was refused must go through.
        let good = plain(n);
        for (field, place) in FIELDS {
            if bad.contains_key(*field) {
                *form.pointer_mut(place).unwrap() = good.pointer(place).unwrap().clone();
                refused += 1;
            } else {
                accepted += 1;
            }
        }
        let answer = stage.send(NICE, None, &cast::register(form.clone())).await;
        let answer = answer.unwrap_or_else(|words| panic!("{naughty:?}: {words}"));
        stage.assert_held(answer.number, &form).await;
        if !bad.contains_key("identity.applicant.surname") {
            surnames.push((naughty, answer.number));
        }
    }
    assert!(accepted > 3_000 && refused > 3_000, "{accepted} accepted, {refused} refused");
    assert!(surnames.len() > 100, "{} surnames", surnames.len());
    let Some(client) = stage.client() else { return };
    let at_least_position = stage.head().await;
    for (surname, number) in surnames {
        let asked = json!({"name": surname, "page_size": 200, "at_least_position": at_least_position});
        let method = "SharedManagementService/ListSharedDemands";
        let found: ListSharedDemandsResponse = client
            .call(Actor::parse(NICE).unwrap(), method, &asked)
            .await
            .unwrap_or_else(|refused| panic!("a search for {surname:?}: {refused:?}"));
        let of_it = found.demands.iter().find(|demand| demand.number == number.to_string());
        let identity = of_it.unwrap_or_else(|| panic!("{surname:?} is not found by itself")).identity.as_ref();
        let applicant = identity.and_then(|identity| identity.adults.first()).unwrap();
        assert_eq!(applicant.surname, *surname);
    }
}
