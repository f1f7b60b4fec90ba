//! Rubrics c to h: family, employment, resources, present dwelling, reasons, dwelling sought.

use serde_json::json;
use tests::cast::{self, NICE};

use super::stage::*;

#[tokio::test(flavor = "multi_thread")]
async fn rubric_c_one_situation_for_each_adult() {
    let cases: Vec<Case> = vec![
        ("family", json!(null), Bad("MISSING")),
        ("family.situations", json!([]), Bad("MISSING")),
        ("family.situations", json!(["Z"]), Refused("INVALID_FORM: family.situations[0]=UNKNOWN_CODE")),
        ("family.situations", json!(["c"]), Refused("INVALID_FORM: family.situations[0]=UNKNOWN_CODE")),
        ("family.situations", json!(["C", "C"]), Bad("INCONSISTENT")),
        ("family.situations", json!(vec!["C"; 11]), Bad("TOO_MANY")),
        ("family.situations", json!(vec!["Z"; 100_000]), Bad("TOO_MANY")),
        ("family.expected_children", json!(0), Accepted),
        ("family.expected_children", json!(9), Accepted),
        ("family.expected_children", json!(10), Bad("OUT_OF_RANGE")),
        ("family.expected_children", json!(-1), Bad("OUT_OF_RANGE")),
        ("family.expected_children", json!(i64::MAX), Bad("OUT_OF_RANGE")),
        ("family.expected_children", json!(1.5), Unreadable),
        ("family", json!({"situations": ["C"], "expected_children": 1, "expected_on": "2027-02-01"}), Accepted),
        (
            "family",
            json!({"situations": ["C"], "expected_children": 1, "expected_on": "9999-12-31"}),
            Refused("INVALID_FORM: family.expected_on=IMPOSSIBLE_DATE"),
        ),
        // A wrong count is one violation, not two.
        (
            "family",
            json!({"situations": ["C"], "expected_children": 99, "expected_on": "2027-02-01"}),
            Refused("INVALID_FORM: family.expected_children=OUT_OF_RANGE"),
        ),
        ("family.expected_on", json!("2027-02-01"), Bad("INCONSISTENT")),
        ("family.expected_on", json!("2027-02-30"), Refused("INVALID_FORM: family.expected_on=IMPOSSIBLE_DATE")),
    ];
    Stage::new().await.registrations(cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rubric_d_one_situation_for_an_adult_who_exists() {
    let cases: Vec<Case> = vec![
        ("employment", json!([]), Accepted),
        ("employment", json!([{"adult": 0, "contract": "CDI"}]), Accepted),
        ("employment", json!([{"adult": 1, "contract": "CDI"}]), Bad("INCONSISTENT")),
        ("employment", json!([{"adult": 0}]), Refused("INVALID_FORM: employment[0].contract=MISSING")),
        (
            "employment",
            json!([{"adult": 0, "contract": "cdi"}]),
            Refused("INVALID_FORM: employment[0].contract=UNKNOWN_CODE"),
        ),
        (
            "employment",
            json!([{"adult": -1, "contract": "CDI"}]),
            Refused("INVALID_FORM: employment[0].adult=OUT_OF_RANGE"),
        ),
        (
            "employment",
            json!([{"adult": 256, "contract": "CDI"}]),
            Refused("INVALID_FORM: employment[0].adult=OUT_OF_RANGE"),
        ),
        (
            "employment",
            json!([{"adult": 0, "contract": "CDI"}, {"adult": 0, "contract": "CDD"}]),
            Refused("INVALID_FORM: employment[1].adult=DUPLICATE"),
        ),
        (
            "employment",
            json!([{"adult": 0, "contract": "CDI", "profession": "é".repeat(40)}]),
            Refused("INVALID_FORM: employment[0].profession=TOO_LONG"),
        ),
        (
            "employment",
            json!([{"adult": 0, "contract": "CDI", "main_employer": "a\u{7}"}]),
            Refused("INVALID_FORM: employment[0].main_employer=FORBIDDEN_CHARACTER"),
        ),
        ("employment", json!(vec![json!({}); 11]), Bad("TOO_MANY")),
        ("employment", json!(vec![json!({"adult": -1}); 100_000]), Bad("TOO_MANY")),
    ];
    Stage::new().await.registrations(cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rubric_e_whole_euros_within_the_form() {
    let received = |amount: serde_json::Value| json!([{"adult": 0, "received": [{"kind": "SAL", "amount": amount}]}]);
    let tax = |year: i64, amount: i64| json!([{"adult": 0, "tax": [{"year": year, "amount": amount}]}]);
    let path = "resources.adults";
    let amount_out = Refused("INVALID_FORM: resources.adults[0].received[0].amount=OUT_OF_RANGE");
    let year_out = Refused("INVALID_FORM: resources.adults[0].tax[0].year=OUT_OF_RANGE");
    let tax_out = Refused("INVALID_FORM: resources.adults[0].tax[0].amount=OUT_OF_RANGE");
    let lines = json!(vec![json!({"kind": "SAL", "amount": 1}); 21]);
    let cases: Vec<Case> = vec![
        (path, received(json!(0)), Accepted),
        (path, received(json!(999_999)), Accepted),
        (path, received(json!(1_000_000)), amount_out),
        (path, received(json!(-1)), amount_out),
        (path, received(json!(i64::MIN)), amount_out),
        (path, received(json!(9_007_199_254_740_993_i64)), amount_out),
        (path, received(json!(0.01)), Unreadable),
        (path, received(json!(1e300)), Unreadable),
        (path, received(json!("12 345,67 €")), Unreadable),
        (path, received(json!(null)), Refused("INVALID_FORM: resources.adults[0].received[0].amount=MISSING")),
        (
            path,
            json!([{"adult": 0, "received": [{"kind": "XXX", "amount": 1}]}]),
            Refused("INVALID_FORM: resources.adults[0].received[0].kind=UNKNOWN_CODE"),
        ),
        // A kind that is received, among those paid.
        (
            path,
            json!([{"adult": 0, "paid": [{"kind": "SAL", "amount": 1}]}]),
            Refused("INVALID_FORM: resources.adults[0].paid[0].kind=UNKNOWN_CODE"),
        ),
        (path, tax(2025, -999_999), Accepted),
        (path, tax(2023, 999_999), Accepted),
        (path, tax(2022, 1), year_out),
        (path, tax(2026, 1), year_out),
        (path, tax(-1, 1), year_out),
        (path, tax(40_000, 1), year_out),
        (path, tax(2025, 1_000_000), tax_out),
        (path, tax(2025, i64::MIN), tax_out),
        (
            path,
            json!([{"adult": 0, "tax": [{}]}]),
            Refused("INVALID_FORM: resources.adults[0].tax[0].year=MISSING, resources.adults[0].tax[0].amount=MISSING"),
        ),
        (
            path,
            json!([{"adult": 0, "tax": [{"year": 2025, "amount": 1}, {"year": 2025, "amount": 2}]}]),
            Refused("INVALID_FORM: resources.adults[0].tax[1].year=DUPLICATE"),
        ),
        (path, json!([{"adult": 0, "tax": [{}, {}, {}]}]), Refused("INVALID_FORM: resources.adults[0].tax=TOO_MANY")),
        (path, json!([{"adult": 1}]), Bad("INCONSISTENT")),
        (path, json!([{"adult": 0}, {"adult": 0}]), Refused("INVALID_FORM: resources.adults[1].adult=DUPLICATE")),
        (
            path,
            json!([{"adult": 0, "received": lines}]),
            Refused("INVALID_FORM: resources.adults[0].received=TOO_MANY"),
        ),
        (path, json!(vec![json!({"adult": -1}); 100_000]), Bad("TOO_MANY")),
        ("resources.dependants_received", json!(vec![json!({}); 100_000]), Bad("TOO_MANY")),
        ("resources.dependants_paid", json!([{"kind": "PAV", "amount": 999_999}]), Accepted),
    ];
    Stage::new().await.registrations(cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rubric_f_how_the_household_is_housed_now() {
    let since = |day: &str| json!([{"kind": "CPE", "since": day}]);
    let mut cases: Vec<Case> = vec![
        ("housing", json!(null), Bad("MISSING")),
        ("housing.kinds", json!([]), Bad("MISSING")),
        ("housing.kinds", json!(["XYZ"]), Refused("INVALID_FORM: housing.kinds[0]=UNKNOWN_CODE")),
        ("housing.kinds", json!(["CPE", "CPE"]), Refused("INVALID_FORM: housing.kinds[1]=DUPLICATE")),
        ("housing.kinds", json!(vec!["CPE"; 18]), Bad("TOO_MANY")),
        ("housing.kinds", json!(vec!["XYZ"; 100_000]), Bad("TOO_MANY")),
        ("housing.landlord", json!("é".repeat(35)), Bad("TOO_LONG")),
        ("housing.stays", json!([{"kind": "CPE", "since": "2026-11-23"}]), Accepted),
        ("housing.stays", json!([{"kind": "CPE"}]), Accepted),
        ("housing.stays", since("2026-11-24"), Refused("INVALID_FORM: housing.stays[0].since=IN_THE_FUTURE")),
        ("housing.stays", since("2025-02-29"), Refused("INVALID_FORM: housing.stays[0].since=IMPOSSIBLE_DATE")),
        ("housing.stays", since("0001-01-01"), Refused("INVALID_FORM: housing.stays[0].since=IMPOSSIBLE_DATE")),
        ("housing.stays", since("hier"), Refused("INVALID_FORM: housing.stays[0].since=MALFORMED")),
        ("housing.stays", json!([{"kind": "HOT"}]), Refused("INVALID_FORM: housing.stays[0].kind=INCONSISTENT")),
        ("housing.stays", json!([{"kind": "XYZ"}]), Refused("INVALID_FORM: housing.stays[0].kind=UNKNOWN_CODE")),
        (
            "housing.stays",
            json!([{"kind": "CPE"}, {"kind": "CPE"}]),
            Refused("INVALID_FORM: housing.stays[1].kind=DUPLICATE"),
        ),
        (
            "housing.stays",
            json!([{"kind": "CPE", "name": "Foyer"}]),
            Refused("INVALID_FORM: housing.stays[0].name=INCONSISTENT"),
        ),
        (
            "housing",
            json!({"kinds": ["SH", "CDEFCM"], "stays": [
                {"kind": "CDEFCM", "since": "2026-01-01", "name": "Les Mimosas"}, {"kind": "SH", "name": "é".repeat(14)}
            ]}),
            Accepted,
        ),
        (
            "housing",
            json!({"kinds": ["SH"], "stays": [{"kind": "SH", "name": "é".repeat(15)}]}),
            Refused("INVALID_FORM: housing.stays[0].name=TOO_LONG"),
        ),
        ("housing.stays", json!(vec![json!({}); 100_000]), Bad("TOO_MANY")),
        ("housing.since", json!("2026-11-23"), Unreadable),
        ("housing.occupants", json!(99), Accepted),
        ("housing.occupants", json!(100), Bad("OUT_OF_RANGE")),
        ("housing.category", json!("I"), Bad("UNKNOWN_CODE")),
        ("housing.dwelling_type", json!("T6P"), Accepted),
        ("housing.dwelling_type", json!("T7"), Bad("UNKNOWN_CODE")),
        ("housing.owned_commune", json!("06088"), Refused("INVALID_FORM: housing.owner=INCONSISTENT")),
        ("housing.owned_commune", json!(" "), Accepted),
        ("housing.owner", json!(true), Accepted),
        ("housing.owner", json!(1), Unreadable),
    ];
    for amount in ["housing.rent", "housing.housing_benefit", "housing.surface"] {
        cases.push((amount, json!(0), Accepted));
        cases.push((amount, json!(9_999), Accepted));
        cases.push((amount, json!(10_000), Bad("OUT_OF_RANGE")));
        cases.push((amount, json!(-1), Bad("OUT_OF_RANGE")));
        cases.push((amount, json!(i64::MAX), Bad("OUT_OF_RANGE")));
    }
    Stage::new().await.registrations(cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rubric_g_reasons_and_what_goes_with_them() {
    let cases: Vec<Case> = vec![
        ("reasons", json!(null), Bad("MISSING")),
        ("reasons.reasons", json!([]), Bad("MISSING")),
        ("reasons.reasons", json!(["00"]), Refused("INVALID_FORM: reasons.reasons[0]=UNKNOWN_CODE")),
        ("reasons.reasons", json!(["24"]), Refused("INVALID_FORM: reasons.reasons[0]=UNKNOWN_CODE")),
        ("reasons.reasons", json!(["1"]), Refused("INVALID_FORM: reasons.reasons[0]=UNKNOWN_CODE")),
        ("reasons.reasons", json!(["06", "07", "08"]), Accepted),
        ("reasons.reasons", json!(["06", "06"]), Refused("INVALID_FORM: reasons.reasons[1]=DUPLICATE")),
        ("reasons.reasons", json!(vec!["06"; 24]), Bad("TOO_MANY")),
        ("reasons.reasons", json!(["23"]), Refused("INVALID_FORM: reasons.other=MISSING")),
        (
            "reasons",
            json!({"reasons": ["23"], "other": "é".repeat(37)}),
            Refused("INVALID_FORM: reasons.other=TOO_LONG"),
        ),
        (
            "reasons",
            json!({"reasons": ["23", "99"]}),
            Refused("INVALID_FORM: reasons.reasons[1]=UNKNOWN_CODE, reasons.other=MISSING"),
        ),
        ("reasons.judgment_on", json!("2026-01-15"), Bad("INCONSISTENT")),
        ("reasons", json!({"reasons": ["05"], "judgment_on": "2026-01-15"}), Accepted),
        (
            "reasons",
            json!({"reasons": ["05"], "judgment_on": "9999-12-31"}),
            Refused("INVALID_FORM: reasons.judgment_on=IN_THE_FUTURE"),
        ),
        (
            "reasons",
            json!({"reasons": ["05"], "judgment_on": "2026-01-32"}),
            Refused("INVALID_FORM: reasons.judgment_on=IMPOSSIBLE_DATE"),
        ),
    ];
    Stage::new().await.registrations(cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_head_of_the_form_is_two_texts() {
    let cases: Vec<Case> = vec![
        ("remarks", json!({}), Accepted),
        ("remarks.precision", json!("é".repeat(255)), Accepted),
        ("remarks.precision", json!("é".repeat(256)), Bad("TOO_LONG")),
        ("remarks.precision", json!("a\0"), Bad("FORBIDDEN_CHARACTER")),
        ("remarks.precision", json!("x".repeat(1_000_000)), Bad("TOO_LONG")),
        ("remarks.internal_reference", json!("2026/000123-ABCDEF"), Accepted),
        ("remarks.internal_reference", json!("2026/000123-ABCDEFG"), Bad("TOO_LONG")),
        ("remarks.internal_reference", json!(12), Unreadable),
        ("remarks.nir", json!("190067512345678"), Unreadable),
    ];
    Stage::new().await.registrations(cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_02_and_inv_71_rubric_h_communes_of_the_territory_and_no_more_than_ten() {
    let many: Vec<String> = (1..=11).map(|n| format!("06{n:03}")).collect();
    let cases: Vec<Case> = vec![
        ("sought", json!(null), Bad("MISSING")),
        ("sought.extended", json!(null), Bad("MISSING")),
        ("sought.communes", json!([]), Bad("MISSING")),
        ("sought.communes", json!(many[..10]), Accepted),
        ("sought.communes", json!(many), Bad("TOO_MANY")),
        ("sought.communes", json!(vec!["06088"; 100_000]), Bad("TOO_MANY")),
        ("sought.communes", json!(["83137"]), Refused("INVALID_FORM: sought.communes[0]=OUTSIDE_TERRITORY")),
        ("sought.communes", json!(["06088", "06088"]), Refused("INVALID_FORM: sought.communes[1]=DUPLICATE")),
        (
            "sought.communes",
            json!(["06999", "6088", "01018"]),
            Refused(
                "INVALID_FORM: sought.communes[0]=UNKNOWN_CODE, sought.communes[1]=MALFORMED, \
             sought.communes[2]=SUPERSEDED",
            ),
        ),
        ("sought.dwelling_types", json!([]), Bad("MISSING")),
        ("sought.dwelling_types", json!(["T9"]), Refused("INVALID_FORM: sought.dwelling_types[0]=UNKNOWN_CODE")),
        ("sought.dwelling_types", json!(vec!["T2"; 8]), Bad("TOO_MANY")),
        ("sought.category", json!("I"), Accepted),
        ("sought.category", json!("X"), Bad("UNKNOWN_CODE")),
        ("sought.max_rent", json!(9_999), Accepted),
        ("sought.max_rent", json!(10_000), Bad("OUT_OF_RANGE")),
        ("sought.max_rent", json!(-1), Bad("OUT_OF_RANGE")),
    ];
    Stage::new().await.registrations(cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_08_every_violation_of_a_request_is_listed_at_once() {
    let stage = Stage::new().await;
    let act = json!({"register": {"territory": "006", "filed_on": "hier", "form": {
        "identity": {"applicant": {"surname": "Lu\u{0}ne", "birth_date": "1990-02-30", "nationality": "9"}},
        "contact": {"postal_address": {"street": "", "postal_code": "1", "commune": "83137"}, "email": "zoe"},
        "family": {"situations": ["Z"], "expected_children": 99},
        "employment": [{"adult": 700}],
        "housing": {"kinds": ["CPE", "CPE"], "rent": -1},
        "reasons": {"reasons": []},
        "sought": {"dwelling_types": ["T2"], "communes": ["83137"]}
    }}});
    let words = stage.send(NICE, None, &act).await.unwrap_err();
    let expected = [
        "filed_on=MALFORMED",
        "identity.applicant.surname=FORBIDDEN_CHARACTER",
        "identity.applicant.given_names=MISSING",
        "identity.applicant.birth_date=IMPOSSIBLE_DATE",
        "identity.applicant.nationality=UNKNOWN_CODE",
        "contact.postal_address.street=MISSING",
        "contact.postal_address.postal_code=MALFORMED",
        "contact.email=MALFORMED",
        "family.situations[0]=UNKNOWN_CODE",
        "family.expected_children=OUT_OF_RANGE",
        "employment[0].adult=OUT_OF_RANGE",
        "employment[0].contract=MISSING",
        "housing.kinds[1]=DUPLICATE",
        "housing.rent=OUT_OF_RANGE",
        "reasons.reasons=MISSING",
        "sought.communes[0]=OUTSIDE_TERRITORY",
        "sought.extended=MISSING",
        "identity_piece=MISSING",
    ];
    assert_eq!(words, format!("INVALID_FORM: {}", expected.join(", ")));

    let nothing = cast::register(json!({}));
    let words = stage.send(NICE, None, &nothing).await.unwrap_err();
    assert_eq!(words, "INVALID_FORM: identity=MISSING, contact=MISSING, sought=MISSING");
}
