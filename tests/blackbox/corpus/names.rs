//! Names in every script and normal form: kept byte for byte, or refused with a reason. To alter the name of a civil
//! status is not the register's to do.

use demand::form::identity::Identity;
use serde_json::json;
use tests::cast;

use super::stage::*;

/// Names that exist, that look like an attack, or that lose something when a program thinks it knows better.
const KEPT: &[&str] = &[
    // Civil status in France: accents, ligatures, apostrophes, hyphens, particles, one letter.
    "D'Août-Lévêque",
    "D’Août",
    "DʼAoût",
    "D`Août",
    "Ÿ",
    "ÿ",
    "Œuvrard",
    "OEuvrard",
    "Ægidius",
    "DUPONT--MARTIN",
    "Dupont\u{2011}Martin",
    "Dupont\u{2013}Martin",
    "Dupont\u{2212}Martin",
    "de La Tour",
    "von der Heide",
    "ben Ali",
    "el-Khoury",
    "O",
    // Both normal forms, and marks in odd places.
    "Zo\u{e9}",
    "Zoe\u{301}",
    "\u{301}a",
    "a\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    // Other alphabets and their traps.
    "Fañch",
    "Fañc'h",
    "Fañc\u{2bc}h",
    "Fañc\u{2bb}h",
    "Šimić",
    "Łukasz",
    "Nguyễn",
    "Þór",
    "Đặng",
    "İbrahim",
    "ıbrahim",
    "Straße",
    "STRAẞE",
    "ʻokina",
    "محمد",
    "כהן",
    "Иванов",
    "\u{430}lain",
    "Ναυσικᾶ",
    "李",
    "山田 太郎",
    "한글",
    "ก้อง",
    "देवी",
    "ﬁn",
    // Spaces and joiners that are not what they seem.
    "Lune ",
    " Lune",
    "Marie\u{a0}Lune",
    "Marie\u{202f}Lune",
    "Marie\u{200d}Lune",
    "Marie\u{200c}Lune",
    "Marie\u{ad}Lune",
    "Marie\u{200b}Lune",
    "\u{e000}Lune",
    "😀 Lune",
    // Words that other programs take for something else.
    "Null",
    "NULL",
    "None",
    "N/A",
    "true",
    "INCONNU",
    "TEST",
    "'; DROP TABLE log.events; --",
    "*)(uid=*))(|(uid=*",
    "{{7*7}} Lune",
    "${jndi:ldap://x}",
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "%s%n Lune",
    "Lune\\",
    "Lune\"",
];

#[tokio::test(flavor = "multi_thread")]
async fn names_are_given_back_byte_for_byte() {
    let stage = Stage::new().await;
    let longest = ["é".repeat(36), "e\u{301}".repeat(36)];
    let names = KEPT.iter().copied().chain(longest.iter().map(String::as_str));
    for (n, name) in names.enumerate() {
        let mut form = somebody(n);
        let word = cast::letters(n);
        let short: String = name.chars().take(12).collect();
        form["identity"]["applicant"]["surname"] = json!(name);
        form["identity"]["applicant"]["birth_name"] = json!(format!("{short} née"));
        form["identity"]["co_applicants"] = json!([{"link": "L", "person": {
            "surname": format!("co {word} {short}"), "given_names": name, "birth_date": "1981-01-01", "nationality": "1"
        }}]);
        form["identity"]["dependants"] = json!([{
            "surname": short, "given_names": "Léa", "birth_date": "2015-05-01", "sex": "F", "kinship": "E"
        }]);
        form["family"]["situations"] = json!(["C", "C"]);
        form["contact"]["postal_address"]["street"] = json!(short);
        form["reasons"] = json!({"reasons": ["23"], "other": name});
        let number = stage.registered(form).await;

        let rubrics = stage.rubrics(number).await;
        let household = rubrics.household().unwrap();
        let flat_sharer = &household.co_applicants[0].person;
        assert_eq!(household.applicant.surname.as_str(), name);
        assert_eq!(household.applicant.birth_name.as_ref().unwrap().as_str(), format!("{short} née"));
        assert_eq!(flat_sharer.surname.as_str(), format!("co {word} {short}"));
        assert_eq!(flat_sharer.given_names.as_str(), name);
        assert_eq!(household.dependants[0].surname.as_str(), short);
        assert_eq!(rubrics.contact.as_ref().unwrap().postal_address.street.as_str(), short);
        assert_eq!(rubrics.reasons.as_ref().unwrap().other.as_ref().unwrap().as_str(), name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_an_association_is_given_back_byte_for_byte() {
    let stage = Stage::new().await;
    let mut act = cast::register(cast::form("x", "x", "1980-01-01"));
    act["register"]["form"]["identity"] = json!({"association": {"name": "Toit « pour » tous\u{a0}!"}});
    for rubric in ["family", "housing", "reasons"] {
        act["register"]["form"].as_object_mut().unwrap().remove(rubric);
    }
    act["register"].as_object_mut().unwrap().remove("identity_piece");
    let number = stage.send(cast::NICE, None, &act).await.unwrap().number;
    let Some(Identity::Association(association)) = stage.rubrics(number).await.identity else { panic!() };
    assert_eq!(association.name.as_str(), "Toit « pour » tous\u{a0}!");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_name_is_refused() {
    let texts: &[(&str, Expected)] = &[
        ("", Bad("MISSING")),
        ("   ", Bad("MISSING")),
        ("\u{a0}\u{3000}", Bad("MISSING")),
        ("\u{200b}", Bad("NOT_A_NAME")),
        ("12", Bad("NOT_A_NAME")),
        ("-", Bad("NOT_A_NAME")),
        ("'", Bad("NOT_A_NAME")),
        ("\u{2bc}", Bad("NOT_A_NAME")),
        ("\u{2bb}\u{a78c}", Bad("NOT_A_NAME")),
        ("😀", Bad("NOT_A_NAME")),
        ("\0", Bad("FORBIDDEN_CHARACTER")),
        ("Lu\0ne", Bad("FORBIDDEN_CHARACTER")),
        ("Lune\n", Bad("FORBIDDEN_CHARACTER")),
        ("Lu\r\nne", Bad("FORBIDDEN_CHARACTER")),
        ("Lu\tne", Bad("FORBIDDEN_CHARACTER")),
        ("\u{1b}[31mLune", Bad("FORBIDDEN_CHARACTER")),
        ("Lu\u{9b}ne", Bad("FORBIDDEN_CHARACTER")),
        ("\u{feff}Lune", Bad("FORBIDDEN_CHARACTER")),
        ("Lu\u{202e}ne", Bad("FORBIDDEN_CHARACTER")),
        ("Lu\u{2066}ne", Bad("FORBIDDEN_CHARACTER")),
        ("Lu\u{2028}ne", Bad("FORBIDDEN_CHARACTER")),
        ("Lu\u{fffe}ne", Bad("FORBIDDEN_CHARACTER")),
        ("Lu\u{fdd0}ne", Bad("FORBIDDEN_CHARACTER")),
        ("Lu\u{10ffff}ne", Bad("FORBIDDEN_CHARACTER")),
    ];
    let mut cases: Vec<Case> = Vec::new();
    for path in ["identity.applicant.surname", "identity.applicant.given_names"] {
        cases.extend(texts.iter().map(|(text, expected)| (path, json!(text), *expected)));
        cases.push((path, json!("é".repeat(37)), Bad("TOO_LONG")));
        cases.push((path, json!("e\u{301}".repeat(37)), Bad("TOO_LONG")));
        cases.push((path, json!(format!("a{}", "\u{301}".repeat(40))), Bad("TOO_LONG")));
        cases.push((path, json!("Lune".repeat(250_000)), Bad("TOO_LONG")));
        cases.push((path, json!("\0".repeat(1_000_000)), Bad("FORBIDDEN_CHARACTER")));
        cases.push((path, json!(null), Bad("MISSING")));
        cases.push((path, json!(12), Unreadable));
        cases.push((path, json!(["Lune"]), Unreadable));
    }
    // An optional name that says nothing counts as absent; one that says something must be a name.
    cases.push(("identity.applicant.birth_name", json!("  "), Accepted));
    cases.push(("identity.applicant.birth_name", json!("12"), Bad("NOT_A_NAME")));
    cases.push(("identity.applicant.birth_name", json!("Lu\0ne"), Bad("FORBIDDEN_CHARACTER")));
    Stage::new().await.registrations(cases).await;
}
