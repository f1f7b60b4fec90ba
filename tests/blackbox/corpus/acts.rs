//! Acts on a demand that lives: attribution, lease, renunciation, modification.

use serde_json::json;
use tests::cast::{self, ANTIBES, NICE};

use super::stage::*;

const DAY: &str = "2026-11-23";

#[tokio::test(flavor = "multi_thread")]
async fn inv_48_an_attribution_has_the_day_of_its_decision() {
    let cases: Vec<Case> = vec![
        ("decided_on", json!(null), Bad("MISSING")),
        ("decided_on", json!(""), Bad("MISSING")),
        ("decided_on", json!("2026-11-31"), Bad("IMPOSSIBLE_DATE")),
        ("decided_on", json!("23/11/2026"), Bad("MALFORMED")),
        ("decided_on", json!("2026-11-24"), Bad("IN_THE_FUTURE")),
        ("decided_on", json!("9999-12-31"), Bad("IN_THE_FUTURE")),
        ("decided_on", json!("2026-11-22"), Bad("TOO_EARLY")),
        ("decided_on", json!("0001-01-01"), Bad("TOO_EARLY")),
        ("rpls", json!("0600012345"), Accepted),
        ("rpls", json!(" "), Accepted),
        ("rpls", json!("060001234"), Bad("MALFORMED")),
        ("rpls", json!("060001234\0"), Bad("MALFORMED")),
        ("rpls", json!("0".repeat(1_000_000)), Bad("MALFORMED")),
        ("lessor", json!("732829320"), Unreadable),
    ];
    Stage::new().await.acts(NICE, &cast::attribute(DAY), "attribution", cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_25_and_inv_27_a_lease_has_the_data_of_the_law() {
    let mut cases: Vec<Case> = vec![
        ("signed_on", json!(null), Bad("MISSING")),
        ("signed_on", json!("2026-11-24"), Bad("IN_THE_FUTURE")),
        ("signed_on", json!("2026-11-22"), Bad("TOO_EARLY")),
        ("signed_on", json!("2026-11-00"), Bad("IMPOSSIBLE_DATE")),
        ("rpls", json!(null), Bad("MISSING")),
        ("rpls", json!("06000 2345"), Bad("MALFORMED")),
        ("urban_zone", json!("ZUSOUI"), Accepted),
        ("urban_zone", json!("OUI"), Bad("UNKNOWN_CODE")),
        ("dwelling_type", json!("T9P"), Accepted),
        ("dwelling_type", json!("C"), Bad("UNKNOWN_CODE")),
        ("commune", json!("06004"), Accepted),
        ("commune", json!("83137"), Bad("OUTSIDE_TERRITORY")),
        ("commune", json!("01018"), Bad("SUPERSEDED")),
        ("commune", json!("06999"), Bad("UNKNOWN_CODE")),
        ("surface", json!(9_999), Accepted),
        ("surface", json!(10_000), Bad("OUT_OF_RANGE")),
        ("rent", json!(-1), Bad("OUT_OF_RANGE")),
        ("rent", json!(1e308), Unreadable),
        ("convention", json!("R314-4"), Refused("INVALID_FORM: lease.convention=INCONSISTENT")),
        ("convention", json!("R314-5"), Bad("UNKNOWN_CODE")),
        ("priority", json!("OUI"), Accepted),
        ("intercommunal_public", json!("PEUT-ETRE"), Bad("UNKNOWN_CODE")),
        ("address", json!({"street": "rue Neuve", "postal_code": "06300", "commune": "06088"}), Accepted),
        (
            "address",
            json!({"street": "rue Neuve"}),
            Refused("INVALID_FORM: lease.address.postal_code=MISSING, lease.address.commune=MISSING"),
        ),
        ("form", json!({"sought": {"dwelling_types": ["T4"], "communes": ["06004"], "extended": true}}), Accepted),
        ("form", json!({"reasons": {"reasons": ["99"]}}), Refused("INVALID_FORM: reasons.reasons[0]=UNKNOWN_CODE")),
    ];
    for code in ["already_housed", "collective_agreement", "reservation_holder", "dalo"] {
        cases.push((code, json!(null), Bad("MISSING")));
        cases.push((code, json!("PEUT-ETRE"), Bad("UNKNOWN_CODE")));
    }
    Stage::new().await.acts(NICE, &cast::sign_lease(DAY), "lease", cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_28_a_renunciation_has_a_written_act() {
    let cases: Vec<Case> = vec![
        ("written_on", json!(null), Bad("MISSING")),
        ("written_on", json!("2026-11-24"), Bad("IN_THE_FUTURE")),
        ("written_on", json!("2026-11-22"), Bad("TOO_EARLY")),
        ("written_on", json!("2026-02-29"), Bad("IMPOSSIBLE_DATE")),
        ("written_act", json!(null), Bad("MISSING")),
        ("written_act", json!("PHONE"), Unreadable),
        ("written_act", json!("PORTAL"), Accepted),
    ];
    Stage::new().await.acts(ANTIBES, &cast::renounce(DAY), "renunciation", cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_34_a_modification_says_where_it_comes_from_and_replaces_nobody() {
    let stage = Stage::new().await;
    let mut couple = cast::form("Lune", "Zoé", "1990-02-28");
    let paul = json!({"link": "M", "person": {
        "surname": "Soleil", "given_names": "Paul", "birth_date": "1988-07-14", "nationality": "1"
    }});
    couple["identity"]["co_applicants"] = json!([paul]);
    couple["family"]["situations"] = json!(["M", "M"]);
    let number = stage.registered(couple.clone()).await;
    let sought = json!({"sought": couple["sought"]});
    let identity = |applicant: serde_json::Value, co: serde_json::Value| {
        cast::modify(json!({"identity": {"applicant": applicant, "co_applicants": co}}))
    };
    let zoe = couple["identity"]["applicant"].clone();
    let stranger = json!({"surname": "Tout", "given_names": "Autre", "birth_date": "1970-01-01", "nationality": "1"});
    let unknown_piece = "00000000-0000-4000-8000-000000000000";
    let refused = [
        (cast::modify(json!({})), "NOTHING_TO_MODIFY"),
        (json!({"modify": {"form": sought}}), "unreadable"),
        (json!({"modify": {"origin": "rumour", "form": sought}}), "unreadable"),
        (json!({"modify": {"origin": {"piece": {"piece_id": "x"}}, "form": sought}}), "unreadable"),
        (json!({"modify": {"origin": {"piece": {"piece_id": unknown_piece, "x": 1}}, "form": sought}}), "unreadable"),
        (json!({"modify": {"origin": {"piece": {"piece_id": unknown_piece}}, "form": sought}}), "UNKNOWN_PIECE"),
        (cast::modify(json!({"family": {"situations": ["M"]}})), "INVALID_FORM: family.situations=INCONSISTENT"),
        (
            cast::modify(json!({"sought": {}})),
            "INVALID_FORM: sought.dwelling_types=MISSING, sought.communes=MISSING, sought.extended=MISSING",
        ),
        (identity(stranger.clone(), json!([paul])), "APPLICANT_REPLACED"),
        (identity(zoe.clone(), json!([{"link": "M", "person": stranger}])), "CO_APPLICANT_DROPPED"),
        // A wrong identity hides nothing of the rest.
        (
            cast::modify(
                json!({"identity": {"applicant": {"surname": "Lune"}}, "employment": [{"adult": 1, "contract": "CDI"}]}),
            ),
            "INVALID_FORM: identity.applicant.given_names=MISSING, identity.applicant.birth_date=MISSING, \
             identity.applicant.nationality=MISSING, family.situations=INCONSISTENT, employment=INCONSISTENT",
        ),
        (identity(zoe.clone(), json!([])), "INVALID_FORM: family.situations=INCONSISTENT"),
        (
            cast::modify(json!({"identity": {"applicant": zoe}, "family": {"situations": ["M"]}})),
            "CO_APPLICANT_DROPPED",
        ),
        (
            cast::modify(json!({"identity": {"association": {"name": "Toit"}}})),
            "INVALID_FORM: family=NOT_FOR_ASSOCIATION, housing=NOT_FOR_ASSOCIATION, reasons=NOT_FOR_ASSOCIATION",
        ),
    ];
    for (act, words) in refused {
        assert_eq!(stage.send(ANTIBES, Some(number), &act).await, Err(words.to_owned()), "{act}");
    }
    stage.send(ANTIBES, Some(number), &cast::modify(sought)).await.unwrap();
}
