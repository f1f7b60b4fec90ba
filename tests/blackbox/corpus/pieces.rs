//! Pieces, the filing date, and the other fields of a registration.

use serde_json::json;
use tests::cast::{self, ANTIBES, NICE};

use super::stage::*;

#[tokio::test(flavor = "multi_thread")]
async fn inv_08_no_registration_without_a_piece_that_proves_the_identity() {
    let cases: Vec<Case> = vec![
        ("identity_piece", json!(null), Bad("MISSING")),
        (
            "identity_piece",
            json!({}),
            Refused("INVALID_FORM: identity_piece.piece_type=MISSING, identity_piece.sha256=MISSING"),
        ),
        ("identity_piece.piece_type", json!("TAX"), Bad("NOT_AN_IDENTITY_PIECE")),
        ("identity_piece.piece_type", json!("id"), Bad("UNKNOWN_CODE")),
        ("identity_piece.sha256", json!("a".repeat(63)), Bad("MALFORMED")),
        ("identity_piece.sha256", json!("A".repeat(64)), Bad("MALFORMED")),
        ("identity_piece.sha256", json!("é".repeat(32)), Bad("MALFORMED")),
        ("identity_piece.sha256", json!("a".repeat(1_000_000)), Bad("MALFORMED")),
        ("identity_piece.label", json!("é".repeat(100)), Accepted),
        ("identity_piece.label", json!("é".repeat(101)), Bad("TOO_LONG")),
        ("identity_piece.label", json!("carte\0"), Bad("FORBIDDEN_CHARACTER")),
        ("identity_piece.received_on", json!("2026-11-23"), Accepted),
        ("identity_piece.received_on", json!("2026-11-24"), Bad("IN_THE_FUTURE")),
        ("identity_piece.received_on", json!("2026-11-31"), Bad("IMPOSSIBLE_DATE")),
        ("identity_piece.received_on", json!("0000-00-00"), Bad("MALFORMED")),
        ("identity_piece.received_on", json!("0001-01-01"), Bad("IMPOSSIBLE_DATE")),
    ];
    let stage = Stage::new().await;
    stage.registrations(cases).await;
    // A date that says nothing counts as absent; the piece itself must not get lost with it.
    for (n, nothing) in ["", "  "].into_iter().enumerate() {
        let mut act = cast::register(somebody(1_000 + n));
        act["register"]["identity_piece"]["received_on"] = json!(nothing);
        assert_eq!(stage.send(NICE, None, &act).await.unwrap().version, 2, "Registered and PieceAdded");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_10_reception_lies_in_the_last_31_days() {
    let cases: Vec<Case> = vec![
        ("filed_on", json!("2026-11-23"), Accepted),
        ("filed_on", json!("2026-10-23"), Accepted),
        ("filed_on", json!("2026-10-22"), Bad("TOO_LONG_AGO")),
        ("filed_on", json!("0001-01-01"), Bad("TOO_LONG_AGO")),
        ("filed_on", json!("2026-11-24"), Bad("IN_THE_FUTURE")),
        ("filed_on", json!("9999-12-31"), Bad("IN_THE_FUTURE")),
        ("filed_on", json!("0000-01-01"), Bad("MALFORMED")),
        ("filed_on", json!("2026-02-29"), Bad("IMPOSSIBLE_DATE")),
        ("filed_on", json!(" "), Accepted),
        ("filed_on", json!("x".repeat(1_000_000)), Bad("MALFORMED")),
        ("forced", json!("BECAUSE"), Unreadable),
        ("forced", json!("HOMONYM"), Accepted),
        ("territory", json!("06"), Unreadable),
        ("territory", json!("999"), Unreadable),
        ("territory", json!(null), Unreadable),
        ("form", json!(null), Unreadable),
        ("form", json!({}), Refused("INVALID_FORM: identity=MISSING, contact=MISSING, sought=MISSING")),
        ("number", json!("0061126000001G0601"), Unreadable),
    ];
    Stage::new().await.registrations(cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pieces_of_a_dossier_have_a_type_of_the_list_a_digest_and_a_day() {
    let cases: Vec<Case> = vec![
        ("piece_type", json!("MOT-06"), Accepted),
        ("piece_type", json!("MOT-99"), Bad("UNKNOWN_CODE")),
        ("piece_type", json!(""), Bad("MISSING")),
        ("sha256", json!(null), Bad("MISSING")),
        ("sha256", json!("g".repeat(64)), Bad("MALFORMED")),
        ("label", json!("x".repeat(1_000_000)), Bad("TOO_LONG")),
        ("received_on", json!(""), Accepted),
        ("received_on", json!("2026-11-24"), Bad("IN_THE_FUTURE")),
        ("received_on", json!("2026-11-31"), Bad("IMPOSSIBLE_DATE")),
        ("content", json!("AAAA"), Unreadable),
    ];
    Stage::new().await.acts(ANTIBES, &cast::add_piece("TAX"), "piece", cases).await;
}
