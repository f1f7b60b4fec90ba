//! The text of a request itself: fields nobody knows, keys twice, depth, numbers that are none, bytes that are no text.

use tests::cast::{self, NICE};

use super::stage::*;

/// A registration in which `here` stands for the surname's value.
fn with_surname(here: &str) -> Vec<u8> {
    let text = cast::register(cast::form("HERE", "Zoé", "1990-02-28")).to_string();
    text.replace("\"HERE\"", here).into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_not_of_its_form_is_unreadable() {
    let sound = String::from_utf8(with_surname("\"Lune\"")).unwrap();
    let mut texts: Vec<Vec<u8>> = [
        "",
        " ",
        "null",
        "true",
        "42",
        "[]",
        "{}",
        "\"renew\"",
        "\"register\"",
        "{\"register\":null}",
        "{\"register\":[]}",
        "{\"erase\":{}}",
        "{\"renew\":{\"form\":{}},\"renounce\":{}}",
        "{\"renew\":{\"form\":{}},\"renew\":{\"form\":{}}}",
        "{\"renew\":{\"form\":{},\"form\":{}}}",
        "{\"renew\":{\"form\":{\"reasons\":{\"reasons\":[\"12\"],\"reasons\":[\"09\"]}}}}",
        "{\"renew\":{\"form\":{},\"unknown\":1}}",
        "{\"renew\":{\"form\":{\"unknown\":1}}}",
        "{\"renew\":{\"form\":{\"housing\":{\"rent\":1e400}}}}",
        "{\"renew\":{\"form\":{\"housing\":{\"rent\":NaN}}}}",
        "{\"renew\":{\"form\":{\"housing\":{\"rent\":-0}}}}",
        "{\"renew\":{\"form\":{\"housing\":{\"rent\":9223372036854775808}}}}",
        "{\"renew\":{\"form\":{\"housing\":{\"rent\":007}}}}",
        "{\"renew\":{\"form\":{},}}",
        "{\"renew\":{\"form\":{}}} {}",
        "\u{feff}{\"renew\":{\"form\":{}}}",
        "{'renew':{}}",
        "<renew/>",
    ]
    .map(|text| text.as_bytes().to_vec())
    .into();
    // Escapes of half a character, control characters as they are, text that is none.
    texts.push(with_surname(r#""Lu\ud800ne""#));
    texts.push(with_surname(r#""Lu\udfff\ud800ne""#));
    texts.push(with_surname("\"Lu\u{1}ne\""));
    texts.push(with_surname(r#""Lu\x00ne""#));
    for bytes in [&b"Lu\xffne"[..], b"Lu\xc0\x80ne", b"Lu\xed\xa0\x80ne", b"Lu\xf4\x90\x80\x80ne", b"Lu\xc3"] {
        let at = sound.find("Lune").unwrap();
        texts.push([&sound.as_bytes()[..at], bytes, &sound.as_bytes()[at + 4..]].concat());
    }
    // Depth, with and without an end.
    for open in ["[", "{\"form\":"] {
        texts.push(format!("{{\"renew\":{{\"form\":{}", open.repeat(10_000)).into_bytes());
        texts.push(open.repeat(1_000_000).into_bytes());
    }
    texts.push(format!("{{\"renew\":{{\"form\":{}{}}}}}", "[".repeat(10_000), "]".repeat(10_000)).into_bytes());
    // Cut at every eighth byte.
    texts.extend((1..sound.len()).step_by(8).map(|end| sound.as_bytes()[..end].to_vec()));

    let stage = Stage::new().await;
    for text in texts {
        let shown: String = String::from_utf8_lossy(&text).chars().take(120).collect();
        assert_eq!(stage.send_text(NICE, None, &text).await, Err("unreadable".to_owned()), "{shown}");
    }
    stage.send_text(NICE, None, sound.as_bytes()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_fields_are_refused_at_every_place_of_a_form() {
    let places = [
        "territory_name",
        "form.nir",
        "form.identity.nir",
        "form.identity.applicant.nir",
        "form.contact.fax",
        "form.contact.postal_address.cedex",
        "form.family.pets",
        "form.housing.mould",
        "form.reasons.truth",
        "form.sought.garden",
        "identity_piece.content",
    ];
    Stage::new().await.registrations(places.map(|place| (place, "x".into(), Unreadable)).into()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_escaped_nul_is_read_and_refused_and_other_escapes_are_kept() {
    let stage = Stage::new().await;
    let refused = stage.send_text(NICE, None, &with_surname(r#""Lu\u0000ne""#)).await;
    assert_eq!(refused, Err("INVALID_FORM: identity.applicant.surname=FORBIDDEN_CHARACTER".to_owned()));
    let number = stage.send_text(NICE, None, &with_surname(r#""L\u00e9a \ud83d\ude00""#)).await.unwrap().number;
    assert_eq!(stage.rubrics(number).await.household().unwrap().applicant.surname.as_str(), "Léa 😀");
}
