//! Rubric b: addresses, telephones, e-mail.

use serde_json::json;

use super::stage::*;

#[tokio::test(flavor = "multi_thread")]
async fn addresses_are_whole_and_of_communes_in_force() {
    let abroad = |extra: serde_json::Value| {
        let mut address = json!({"street": "1 Main Street", "foreign_town": "Genova", "country": "Italia"});
        address.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        address
    };
    let cases: Vec<Case> = vec![
        ("contact.postal_address", json!(null), Bad("MISSING")),
        (
            "contact.postal_address",
            json!({}),
            Refused(
                "INVALID_FORM: contact.postal_address.street=MISSING, contact.postal_address.postal_code=MISSING, \
                 contact.postal_address.commune=MISSING",
            ),
        ),
        ("contact.postal_address.street", json!("  "), Bad("MISSING")),
        ("contact.postal_address.street", json!("é".repeat(32)), Accepted),
        ("contact.postal_address.street", json!("é".repeat(33)), Bad("TOO_LONG")),
        ("contact.postal_address.street", json!("rue\0"), Bad("FORBIDDEN_CHARACTER")),
        ("contact.postal_address.apartment", json!("12345"), Bad("TOO_LONG")),
        ("contact.postal_address.floor", json!("100"), Bad("TOO_LONG")),
        ("contact.postal_address.number", json!("12 bis"), Bad("TOO_LONG")),
        ("contact.postal_address.locality", json!("x".repeat(1_000_000)), Bad("TOO_LONG")),
        ("contact.postal_address.host", json!("42"), Bad("NOT_A_NAME")),
        ("contact.postal_address.postal_code", json!("6300"), Bad("MALFORMED")),
        ("contact.postal_address.postal_code", json!("0630O"), Bad("MALFORMED")),
        ("contact.postal_address.postal_code", json!("06300 CEDEX"), Bad("MALFORMED")),
        ("contact.postal_address.commune", json!("6088"), Bad("MALFORMED")),
        ("contact.postal_address.commune", json!("06O88"), Bad("MALFORMED")),
        ("contact.postal_address.commune", json!("2a004"), Bad("MALFORMED")),
        ("contact.postal_address.commune", json!("2A004"), Accepted),
        ("contact.postal_address.commune", json!("06999"), Bad("UNKNOWN_CODE")),
        // Given up for 01033 at a merger.
        ("contact.postal_address.commune", json!("01018"), Bad("SUPERSEDED")),
        ("contact.postal_address", abroad(json!({})), Accepted),
        ("contact.postal_address", abroad(json!({"foreign_postal_code": "16121"})), Accepted),
        (
            "contact.postal_address",
            abroad(json!({"foreign_postal_code": "x".repeat(11)})),
            Refused("INVALID_FORM: contact.postal_address.foreign_postal_code=TOO_LONG"),
        ),
        (
            "contact.postal_address",
            abroad(json!({"country": " "})),
            Refused("INVALID_FORM: contact.postal_address.country=MISSING"),
        ),
        (
            "contact.postal_address",
            abroad(json!({"commune": "06088", "postal_code": "06300"})),
            Refused(
                "INVALID_FORM: contact.postal_address.postal_code=INCONSISTENT, \
                 contact.postal_address.commune=INCONSISTENT",
            ),
        ),
        // Nothing that was typed is lost: a code abroad has no place in a French address.
        ("contact.postal_address.foreign_postal_code", json!("16121"), Bad("INCONSISTENT")),
        ("contact.postal_address.foreign_postal_code", json!(" "), Accepted),
        ("contact.postal_address.country", json!(""), Accepted),
        ("contact.postal_address.foreign_town", json!("  "), Accepted),
        ("contact.postal_address", abroad(json!({"commune": "", "postal_code": " "})), Accepted),
        (
            "contact.postal_address",
            json!({"street": "1 Main Street", "foreign_postal_code": "16121"}),
            Refused(
                "INVALID_FORM: contact.postal_address.foreign_town=MISSING, contact.postal_address.country=MISSING",
            ),
        ),
        (
            "contact.dwelling_address",
            json!({"street": "rue des Lilas", "postal_code": "06300"}),
            Refused("INVALID_FORM: contact.dwelling_address.commune=MISSING"),
        ),
    ];
    Stage::new().await.registrations(cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn telephones_are_digits_and_an_e_mail_has_its_form() {
    let mut cases: Vec<Case> = vec![
        ("contact.mobile_phone", json!("0612345678"), Accepted),
        ("contact.mobile_phone", json!(""), Accepted),
        ("contact.mobile_phone", json!("06 12 34 56 78"), Bad("TOO_LONG")),
        ("contact.mobile_phone", json!("+336123456"), Bad("MALFORMED")),
        ("contact.home_phone", json!("０６１２３"), Bad("MALFORMED")),
        ("contact.work_phone", json!("01234567890"), Bad("TOO_LONG")),
        ("contact.work_phone", json!("0123\0"), Bad("FORBIDDEN_CHARACTER")),
        ("contact.work_phone", json!(123_456_789), Unreadable),
        ("contact.email", json!("zoe@exemple.fr"), Accepted),
        ("contact.email", json!("zoé@exämple.fr"), Accepted),
        ("contact.email", json!(format!("{}@exemple.fr", "z".repeat(245))), Bad("TOO_LONG")),
        ("contact.email", json!(format!("{}@exemple.fr", "z".repeat(1_000_000))), Bad("TOO_LONG")),
        ("contact.electronic_notices", json!("oui"), Unreadable),
        ("contact.postal_notices", json!("oui"), Unreadable),
        ("contact.postal_notices", json!(true), Accepted),
    ];
    for email in
        ["zoe", "zoe@", "@exemple.fr", "zoe@exemple", "zoe@@exemple.fr", "z oe@exemple.fr", "zoe@.fr", "zoe@fr."]
    {
        cases.push(("contact.email", json!(email), Bad("MALFORMED")));
    }
    cases.push(("contact.email", json!("zoe@exemple.fr\r\nBcc: x@y.fr"), Bad("FORBIDDEN_CHARACTER")));
    Stage::new().await.registrations(cases).await;
}
