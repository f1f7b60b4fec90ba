//! Rubric a, besides the names: dates of birth, codes, households that cannot be.

use serde_json::{Value, json};
use tests::cast;

use super::stage::*;

fn born(day: &str) -> Value {
    json!(day)
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_08_a_date_of_birth_exists_lies_behind_us_and_is_somebodys_who_may_live() {
    let path = "identity.applicant.birth_date";
    let mut cases: Vec<Case> = Vec::new();
    for (day, expected) in [
        ("2000-02-29", Accepted),
        ("1904-02-29", Accepted),
        ("1900-02-29", Bad("IMPOSSIBLE_DATE")),
        ("2100-02-29", Bad("IMPOSSIBLE_DATE")),
        ("1990-02-30", Bad("IMPOSSIBLE_DATE")),
        ("1990-04-31", Bad("IMPOSSIBLE_DATE")),
        ("1990-13-01", Bad("IMPOSSIBLE_DATE")),
        ("1990-00-00", Bad("IMPOSSIBLE_DATE")),
        // Birth years that stand for "unknown day": lawful, and a cluster that search must live with.
        ("1960-01-01", Accepted),
        ("1960-12-31", Accepted),
        ("1896-01-01", Accepted),
        ("1895-12-31", Bad("IMPOSSIBLE_DATE")),
        ("1582-10-10", Bad("IMPOSSIBLE_DATE")),
        ("0001-01-01", Bad("IMPOSSIBLE_DATE")),
        ("0000-01-01", Bad("MALFORMED")),
        ("2026-11-24", Bad("IN_THE_FUTURE")),
        ("9999-12-31", Bad("IN_THE_FUTURE")),
        ("10000-01-01", Bad("MALFORMED")),
        ("-001-01-01", Bad("MALFORMED")),
        ("90-01-01", Bad("MALFORMED")),
        ("1990-1-1", Bad("MALFORMED")),
        ("01/02/1990", Bad("MALFORMED")),
        ("19900101", Bad("MALFORMED")),
        ("1990-W01-1", Bad("MALFORMED")),
        ("1990-01-01T00:00:00Z", Bad("MALFORMED")),
        ("36526", Bad("MALFORMED")),
        ("１９９０-01-01", Bad("MALFORMED")),
        (" 1990-01-01", Bad("MALFORMED")),
        ("1990-01-01\0", Bad("MALFORMED")),
        ("", Bad("MISSING")),
        ("demain", Bad("MALFORMED")),
    ] {
        cases.push((path, born(day), expected));
    }
    cases.push((path, json!("1".repeat(1_000_000)), Bad("MALFORMED")));
    cases.push((path, json!(19_900_101), Unreadable));
    Stage::new().await.registrations(cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_08_codes_of_persons_are_exact() {
    let co = |change: &dyn Fn(&mut Value)| {
        let mut co = json!({"link": "M", "person": {
            "surname": "Soleil", "given_names": "Paul", "birth_date": "1988-07-14", "nationality": "1"
        }});
        change(&mut co);
        json!([co])
    };
    let dependant = |change: &dyn Fn(&mut Value)| {
        let mut dependant = json!({
            "surname": "Lune", "given_names": "Léa", "birth_date": "2015-05-01", "sex": "F", "kinship": "E"
        });
        change(&mut dependant);
        json!([dependant])
    };
    let cases: Vec<Case> = vec![
        ("identity.applicant.civility", json!("2"), Accepted),
        ("identity.applicant.civility", json!("4"), Bad("UNKNOWN_CODE")),
        ("identity.applicant.civility", json!("Madame"), Bad("UNKNOWN_CODE")),
        ("identity.applicant.nationality", json!(""), Bad("MISSING")),
        ("identity.applicant.nationality", json!("0"), Bad("UNKNOWN_CODE")),
        ("identity.applicant.nationality", json!("1 "), Bad("UNKNOWN_CODE")),
        ("identity.applicant.nationality", json!("１"), Bad("UNKNOWN_CODE")),
        ("identity.applicant.nationality", json!("1".repeat(1_000_000)), Bad("UNKNOWN_CODE")),
        ("identity.applicant.nationality", json!(1), Unreadable),
        // INV-68: there is no field for the social-security number, wherever somebody tries.
        ("identity.applicant.nir", json!("190067512345678"), Unreadable),
        ("identity.nir", json!("190067512345678"), Unreadable),
        (
            "identity.co_applicants",
            co(&|co| co["link"] = json!("Z")),
            Refused("INVALID_FORM: identity.co_applicants[0].link=UNKNOWN_CODE, family.situations=INCONSISTENT"),
        ),
        (
            "identity.co_applicants",
            co(&|co| co["person"]["birth_date"] = json!("2027-01-01")),
            Refused(
                "INVALID_FORM: identity.co_applicants[0].person.birth_date=IN_THE_FUTURE, \
                 family.situations=INCONSISTENT",
            ),
        ),
        // A second adult without a family situation of his own.
        ("identity.co_applicants", co(&|_| ()), Refused("INVALID_FORM: family.situations=INCONSISTENT")),
        ("identity.dependants", dependant(&|_| ()), Accepted),
        ("identity.dependants", dependant(&|d| d["birth_date"] = json!("2026-11-23")), Accepted),
        (
            "identity.dependants",
            dependant(&|d| d["sex"] = json!("X")),
            Refused("INVALID_FORM: identity.dependants[0].sex=UNKNOWN_CODE"),
        ),
        (
            "identity.dependants",
            dependant(&|d| d["kinship"] = json!("")),
            Refused("INVALID_FORM: identity.dependants[0].kinship=MISSING"),
        ),
        (
            "identity.dependants",
            dependant(&|d| d["surname"] = json!("é".repeat(25))),
            Refused("INVALID_FORM: identity.dependants[0].surname=TOO_LONG"),
        ),
        (
            "identity.dependants",
            json!([{}]),
            Refused(
                "INVALID_FORM: identity.dependants[0].surname=MISSING, identity.dependants[0].given_names=MISSING, \
             identity.dependants[0].birth_date=MISSING, identity.dependants[0].sex=MISSING, \
             identity.dependants[0].kinship=MISSING",
            ),
        ),
    ];
    Stage::new().await.registrations(cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn huge_households_are_refused_in_one_word() {
    let co = json!({"link": "L", "person": {}});
    let cases: Vec<Case> = vec![
        ("identity.co_applicants", json!(vec![co.clone(); 10]), Bad("TOO_MANY")),
        ("identity.co_applicants", json!(vec![co; 100_000]), Bad("TOO_MANY")),
        ("identity.dependants", json!(vec![json!({}); 31]), Bad("TOO_MANY")),
        // Too many of the one do not hide what is wrong with the other.
        (
            "identity",
            json!({
                "applicant": {"surname": "x", "given_names": "x", "birth_date": "1980-01-01", "nationality": "1"},
                "co_applicants": vec![json!({}); 10],
                "dependants": [{"surname": "x", "given_names": "x", "birth_date": "2015-05-01", "sex": "F"}]
            }),
            Refused("INVALID_FORM: identity.co_applicants=TOO_MANY, identity.dependants[0].kinship=MISSING"),
        ),
        ("identity.dependants", json!(vec![json!({}); 100_000]), Bad("TOO_MANY")),
    ];
    Stage::new().await.registrations(cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_62_who_asks_is_a_household_or_an_association() {
    let cases: Vec<Case> = vec![
        ("identity", json!({}), Refused("INVALID_FORM: identity.applicant=MISSING")),
        ("identity", json!(null), Bad("MISSING")),
        (
            "identity.association",
            json!({"name": "Toit"}),
            Refused(
                "INVALID_FORM: identity.applicant=NOT_FOR_ASSOCIATION, family=NOT_FOR_ASSOCIATION, \
                 housing=NOT_FOR_ASSOCIATION, reasons=NOT_FOR_ASSOCIATION",
            ),
        ),
        (
            "identity",
            json!({"association": {"name": "12"}}),
            Refused(
                "INVALID_FORM: identity.association.name=NOT_A_NAME, family=NOT_FOR_ASSOCIATION, \
                 housing=NOT_FOR_ASSOCIATION, reasons=NOT_FOR_ASSOCIATION",
            ),
        ),
        // A wrong name does not make a household of an association: nothing of one is missing.
        (
            "form",
            {
                let household = cast::form("x", "x", "1980-01-01");
                json!({"identity": {"association": {"name": "12"}}, "contact": household["contact"], "sought": household["sought"]})
            },
            Refused("INVALID_FORM: identity.association.name=NOT_A_NAME"),
        ),
    ];
    let stage = Stage::new().await;
    stage.registrations(cases).await;
    // The same person twice in one household; twins are two.
    let twice = |given_names: &str| {
        let mut form = cast::form("Lune", "Zoé", "1990-02-28");
        form["identity"]["co_applicants"] = json!([{"link": "L", "person": {
            "surname": "LUNE", "given_names": given_names, "birth_date": "1990-02-28", "nationality": "1"
        }}]);
        form["family"]["situations"] = json!(["C", "C"]);
        cast::register(form)
    };
    let refused = stage.send(cast::NICE, None, &twice("zoé")).await;
    assert_eq!(refused, Err("INVALID_FORM: identity.co_applicants[0]=DUPLICATE".to_owned()));
    stage.send(cast::NICE, None, &twice("Léa")).await.unwrap();
    let mut nameless = cast::register(json!({"identity": {"association": {"name": ""}}}));
    nameless["register"].as_object_mut().unwrap().remove("identity_piece");
    let refused = stage.send(cast::NICE, None, &nameless).await;
    let words = "INVALID_FORM: identity.association.name=MISSING, contact=MISSING, sought=MISSING";
    assert_eq!(refused, Err(words.to_owned()));
}
