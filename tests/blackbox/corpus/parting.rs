//! Those who ask together and part: each wrong word of a separation, and of a drop, is told and moves nothing.

use serde_json::{Value, json};
use tests::cast::{self, ANTIBES, NICE, TOULON};

use super::stage::*;

const DAY: &str = "2026-11-23";

/// Two adults with a name of their own, tied so.
fn couple(n: usize, link: &str) -> Value {
    let mut form = somebody(n);
    let word = cast::letters(n);
    form["identity"]["co_applicants"] = json!([{"link": link, "person": {
        "surname": format!("Autre {word}"), "given_names": "Paul", "birth_date": "1981-02-03", "nationality": "1"
    }}]);
    form["family"]["situations"] = json!(["S", "S"]);
    form
}

fn separation(n: usize) -> Value {
    let own = cast::form(&format!("AUTRE {}", cast::letters(n)), "Paul", "1981-02-03");
    json!({"separate": {
        "co_applicant": 0, "ground": "SWORN_STATEMENT", "warned_on": DAY, "form": own,
        "identity_piece": {"piece_type": "ID", "sha256": "a".repeat(64)},
        "proof": {"piece_type": "FAM-HON", "sha256": "b".repeat(64)}
    }})
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_36_a_separation_that_is_wrong_in_one_word_is_refused_for_it() {
    let cases: Vec<Case> = vec![
        ("forced", json!(null), Accepted),
        ("co_applicant", json!(null), Refused("INVALID_FORM: separation.co_applicant=MISSING")),
        ("co_applicant", json!(1), Refused("INVALID_FORM: separation.co_applicant=OUT_OF_RANGE")),
        ("co_applicant", json!(-1), Refused("INVALID_FORM: separation.co_applicant=OUT_OF_RANGE")),
        ("co_applicant", json!(0.5), Unreadable),
        ("ground", json!("DIVORCE"), Unreadable),
        (
            "ground",
            json!("CONSENT"),
            Refused("INVALID_FORM: separation.ground=INCONSISTENT, proof.piece_type=NOT_A_PROOF"),
        ),
        ("warned_on", json!("2026-11-22"), Refused("INVALID_FORM: separation.warned_on=TOO_EARLY")),
        ("warned_on", json!("2026-11-24"), Refused("INVALID_FORM: separation.warned_on=IN_THE_FUTURE")),
        ("warned_on", json!("9999-99-99"), Refused("INVALID_FORM: separation.warned_on=IMPOSSIBLE_DATE")),
        ("proof", json!({}), Refused("INVALID_FORM: proof.piece_type=MISSING, proof.sha256=MISSING")),
        ("proof.piece_type", json!("FAM"), Refused("INVALID_FORM: proof.piece_type=NOT_A_PROOF")),
        (
            "identity_piece.piece_type",
            json!("FAM"),
            Refused("INVALID_FORM: identity_piece.piece_type=NOT_AN_IDENTITY_PIECE"),
        ),
        ("form.identity.applicant.birth_date", json!("1981-02-04"), Refused("NOT_THE_CO_APPLICANT")),
        ("form.sought.communes", json!(["83137"]), Refused("INVALID_FORM: sought.communes[0]=OUTSIDE_TERRITORY")),
        (
            "joint_form",
            json!({"family": {"situations": ["S", "C"]}}),
            Refused("INVALID_FORM: joint_form.family.situations=INCONSISTENT"),
        ),
        (
            "joint_form",
            json!({"employment": [{"adult": 1, "contract": "CDI"}]}),
            Refused("INVALID_FORM: joint_form.employment=INCONSISTENT"),
        ),
        ("filed_on", json!("2001-01-01"), Unreadable),
    ];
    let stage = Stage::new().await;
    for (n, (path, value, expected)) in cases.into_iter().enumerate() {
        let joint = stage.registered(couple(n, "C")).await;
        let mut act = separation(n);
        let given = describe(&value);
        set(&mut act["separate"], path, value);
        let outcome = stage.send(ANTIBES, Some(joint), &act).await;
        verify(path, &given, expected, outcome);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_36_a_separation_is_answered_with_both_demands_and_done_once() {
    let stage = Stage::new().await;
    let joint = stage.registered(couple(0, "C")).await;
    assert_eq!(stage.send(TOULON, Some(joint), &separation(0)).await.unwrap_err(), "DEMAND_NOT_FOUND");
    let answer = stage.send(ANTIBES, Some(joint), &separation(0)).await.unwrap();
    let opened = answer.opened.unwrap();
    assert_eq!((answer.number, answer.version, opened.version), (joint, 4, 3), "filed today: nothing to renew");
    let again = stage.send(ANTIBES, Some(joint), &separation(0)).await.unwrap_err();
    assert_eq!(again, "INVALID_FORM: separation.co_applicant=OUT_OF_RANGE");
    let own = stage.send(NICE, Some(opened.number), &separation(0)).await.unwrap_err();
    assert_eq!(own, "INVALID_FORM: separation.co_applicant=OUT_OF_RANGE", "alone, nobody is left to separate from");
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_37_a_drop_that_is_wrong_in_one_word_is_refused_for_it() {
    let stage = Stage::new().await;
    let cases: Vec<Case> = vec![
        ("form", json!({}), Accepted),
        ("co_applicant", json!(2), Refused("INVALID_FORM: drop.co_applicant=OUT_OF_RANGE")),
        ("ground", json!("DEATH"), Refused("INVALID_FORM: drop.piece_id=NOT_A_PROOF")),
        ("ground", json!(null), Refused("INVALID_FORM: drop.ground=MISSING")),
        ("piece_id", json!(null), Refused("INVALID_FORM: drop.piece_id=MISSING")),
        ("piece_id", json!("6bcac7df-244e-4fda-8994-d27f0c5e562c"), Refused("UNKNOWN_PIECE")),
        ("form", json!({"family": {"situations": []}}), Refused("INVALID_FORM: family.situations=MISSING")),
        ("reason", json!("parti"), Unreadable),
    ];
    for (n, (path, value, expected)) in cases.into_iter().enumerate() {
        let number = stage.registered(couple(n, "L")).await;
        stage.send(NICE, Some(number), &cast::add_piece("FAM-ACC")).await.unwrap();
        let register::Seen { demand, .. } = stage.register.demand(number, register::Viewer::Operator).await.unwrap();
        let piece_id = demand.content().unwrap().pieces[1].piece_id;
        let mut act = json!({"drop_co_applicant": {
            "co_applicant": 0, "ground": "CONSENT", "piece_id": piece_id, "form": {}
        }});
        let given = describe(&value);
        set(&mut act["drop_co_applicant"], path, value);
        let outcome = stage.send(NICE, Some(number), &act).await;
        verify(path, &given, expected, outcome);
    }
}
