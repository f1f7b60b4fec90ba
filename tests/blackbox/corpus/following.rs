//! What follows a registration: certificates, leases that others report, deposits, claims to housing.

use serde_json::json;
use tests::cast::{self, ANTIBES, NICE, STATE, STATE_LINE};

use super::stage::*;

const DAY: &str = "2026-11-23";

#[tokio::test(flavor = "multi_thread")]
async fn inv_11_a_certificate_has_a_day_and_a_way() {
    let cases: Vec<Case> = vec![
        ("issued_on", json!(null), Bad("MISSING")),
        ("issued_on", json!(" "), Bad("MISSING")),
        ("issued_on", json!("2026-11-24"), Bad("IN_THE_FUTURE")),
        ("issued_on", json!("2026-11-22"), Bad("TOO_EARLY")),
        ("issued_on", json!("2026-11-31"), Bad("IMPOSSIBLE_DATE")),
        ("issued_on", json!("hier\0"), Bad("MALFORMED")),
        ("channel", json!(null), Bad("MISSING")),
        ("channel", json!("PIGEON"), Unreadable),
        ("channel", json!("ELECTRONIC"), Accepted),
        ("desk", json!("G0601"), Unreadable),
    ];
    let act = json!({"issue_certificate": {"issued_on": DAY, "channel": "POST"}});
    Stage::new().await.acts(ANTIBES, &act, "certificate", cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_26_a_reported_lease_has_the_reference_of_its_source() {
    let cases: Vec<Case> = vec![
        ("signed_on", json!(null), Accepted),
        ("signed_on", json!(""), Accepted),
        ("signed_on", json!("2026-11-24"), Bad("IN_THE_FUTURE")),
        ("signed_on", json!("2026-11-22"), Bad("TOO_EARLY")),
        ("lessor", json!(null), Accepted),
        ("lessor", json!("732829321"), Bad("MALFORMED")),
        ("lessor", json!("7".repeat(1_000_000)), Bad("MALFORMED")),
        ("lessor", json!("210600045"), Refused("LESSOR_MUST_SIGN")),
        ("reference", json!(null), Bad("MISSING")),
        ("reference", json!("é".repeat(40)), Accepted),
        ("reference", json!("é".repeat(41)), Bad("TOO_LONG")),
        ("reference", json!("a\u{202e}b"), Bad("FORBIDDEN_CHARACTER")),
        ("organisation", json!("732829320"), Unreadable),
    ];
    let act = json!({"report_lease": {"signed_on": DAY, "lessor": "732829320", "reference": "courriel"}});
    Stage::new().await.acts(ANTIBES, &act, "lease", cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_38_a_deposit_has_a_type_of_the_list() {
    let cases: Vec<Case> = vec![
        ("piece_type", json!(null), Bad("MISSING")),
        ("piece_type", json!("tax"), Bad("UNKNOWN_CODE")),
        ("piece_type", json!("MOT-08"), Accepted),
        ("label", json!("é".repeat(100)), Accepted),
        ("label", json!("é".repeat(101)), Bad("TOO_LONG")),
        ("label", json!("carte\0"), Bad("FORBIDDEN_CHARACTER")),
        ("deposited_on", json!(null), Accepted),
        ("deposited_on", json!("2026-11-24"), Bad("IN_THE_FUTURE")),
        ("deposited_on", json!("2026-11-22"), Bad("TOO_EARLY")),
        ("deposit_id", json!("00000000-0000-4000-8000-000000000000"), Unreadable),
    ];
    let act = json!({"deposit_piece": {"piece_type": "TAX", "deposited_on": DAY}});
    let stage = Stage::new().await;
    stage.acts(ANTIBES, &act, "deposit", cases).await;
    let stored: Vec<Case> = vec![
        ("deposit_id", json!(null), Accepted),
        ("deposit_id", json!("17"), Unreadable),
        ("deposit_id", json!("00000000-0000-4000-8000-000000000000"), Refused("UNKNOWN_DEPOSIT")),
    ];
    stage.acts(NICE, &cast::add_piece("TAX"), "piece", stored).await;
    let aside: Vec<Case> = vec![
        ("deposit_id", json!("17"), Unreadable),
        ("reason", json!("UGLY"), Unreadable),
        ("reason", json!("INCOMPLETE"), Refused("UNKNOWN_DEPOSIT")),
    ];
    let deposit_id = "00000000-0000-4000-8000-000000000000";
    let act = json!({"set_deposit_aside": {"deposit_id": deposit_id, "reason": "UNREADABLE"}});
    stage.acts(NICE, &act, "deposit", aside).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_56_inv_57_a_claim_has_a_day_and_a_route_and_is_the_states_to_tell() {
    let stage = Stage::new().await;
    stage.register.import_organisation(serde_json::from_str(STATE_LINE).unwrap()).await.unwrap();
    let seise = json!({"seise_dalo": {"seised_on": DAY, "route": "EXP"}});
    let cases: Vec<Case> = vec![
        ("seised_on", json!(null), Bad("MISSING")),
        ("seised_on", json!("2026-11-24"), Bad("IN_THE_FUTURE")),
        ("seised_on", json!("2026-11-22"), Bad("TOO_EARLY")),
        ("route", json!(null), Bad("MISSING")),
        ("route", json!("exp"), Bad("UNKNOWN_CODE")),
        ("route", json!("HAN"), Accepted),
        ("status", json!("ACTIF"), Unreadable),
    ];
    stage.acts(STATE, &seise, "seisin", cases).await;
    let number = stage.registered(somebody(500)).await;
    for actor in [NICE, ANTIBES] {
        assert_eq!(stage.send(actor, Some(number), &seise).await.unwrap_err(), "NOT_THE_STATE");
    }
    stage.send(STATE, Some(number), &seise).await.unwrap();
    for (decided, expected) in [
        (json!({}), "INVALID_FORM: decision.decided_on=MISSING, decision.decision=MISSING"),
        (json!({"decided_on": DAY}), "INVALID_FORM: decision.decision=MISSING"),
        (json!({"decided_on": DAY, "decision": "MAYBE"}), "unreadable"),
    ] {
        let act = json!({"decide_dalo": decided});
        assert_eq!(stage.send(STATE, Some(number), &act).await.unwrap_err(), expected);
    }
    let renounced = stage.send(NICE, Some(number), &cast::renounce(DAY)).await;
    assert!(renounced.is_ok(), "a claim keeps nobody in the register: {renounced:?}");
    let decide = json!({"decide_dalo": {"decided_on": DAY, "decision": "PRIORITY"}});
    stage.send(STATE, Some(number), &decide).await.unwrap();
    stage.send(STATE, Some(number), &json!({"end_dalo": {"ended_on": DAY}})).await.unwrap();
    let rehouse = json!({"rehouse_dalo": {"rehoused_on": DAY}});
    assert_eq!(stage.send(STATE, Some(number), &rehouse).await.unwrap_err(), "DALO_NOT_ACTIVE");
}
