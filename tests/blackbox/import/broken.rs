//! Files that are not what they should be: every wrong line is told with its reason, and every right one entered.

use serde_json::{Value, json};
use tests::cast::{ANTIBES, NICE, attribute, form, register, renew};

use super::stage::{Stage, filed, life, lines, row, rows};

#[test]
fn every_broken_line_is_told_with_its_reason_and_nothing_of_its_content_and_the_others_are_entered() {
    let stage = Stage::new();
    let good = life(0, "");
    let name = "Quetzalcóatl";
    let born = "1980-13-45";
    let wrong_form = row("D-90", None, "2024-03-04", NICE, register(form(name, "Claire", born)));
    let mut unknown_field = filed(91, "", None);
    unknown_field[name] = "x".into();
    let mut unknown_act = filed(92, "", None);
    unknown_act["act"] = json!({"marry": {"to": name}});
    let other_content = row("D-0/1", Some("D-0"), "2025-02-11", ANTIBES, renew());
    let mut file: Vec<u8> = b"\xEF\xBB\xBF".to_vec();
    let mut expected: Vec<(u64, &str)> = Vec::new();
    let mut add = |line: &[u8], reason: Option<&'static str>| {
        let number = file.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
        expected.extend(reason.map(|reason| (number, reason)));
        file.extend_from_slice(line);
        file.extend_from_slice(b"\r\n");
    };
    add(good[0].to_string().as_bytes(), None);
    add(b"", None);
    add(
        format!("\"{name}\"").replace('ó', "\u{f3}").chars().map(|c| c as u8).collect::<Vec<_>>().as_slice(),
        Some("NOT_UTF8"),
    );
    add(good[1].to_string().as_bytes(), None);
    add(good[1].to_string().as_bytes(), None);
    add(other_content.to_string().as_bytes(), Some("KEY_REUSED"));
    add(format!("{{\"source\": \"{}\"}}", "x".repeat(1 << 20)).as_bytes(), Some("LINE_TOO_LONG"));
    add(&good[2].to_string().as_bytes()[..80], Some("NOT_JSON"));
    add(wrong_form.to_string().as_bytes(), Some("INVALID_FORM"));
    add(unknown_field.to_string().as_bytes(), Some("NOT_A_ROW"));
    add(unknown_act.to_string().as_bytes(), Some("NOT_A_ROW"));
    add(b"\0\0\0", Some("NOT_JSON"));
    add(b"[]", Some("NOT_A_ROW"));
    let bad_day = row("a", Some("D-0"), "2025-02-30", NICE, renew());
    add(bad_day.to_string().as_bytes(), Some("INVALID_FORM"));
    let stranger = row("b", Some("D-0"), "2025-03-01", "999999998/G0601/x", renew());
    add(stranger.to_string().as_bytes(), Some("UNKNOWN_ORGANISATION"));
    let no_lessor = row("c", Some("D-0"), "2025-06-01", ANTIBES, attribute("2025-05-30"));
    add(no_lessor.to_string().as_bytes(), Some("NOT_A_LESSOR"));
    add(good[2].to_string().as_bytes(), None);
    let last = lines(&life(1, ""));
    file.extend_from_slice(&last.as_bytes()[..last.len() - 20]);
    expected.push((20, "TRUNCATED_LINE"));

    let path = stage.file("casse.ndjson", &file);
    let told = stage.place.sne(&["import", &path, "--format", "json"]).ends(4);
    let faults = stage.errors(&path);
    let reasons: Vec<_> =
        faults.iter().map(|fault| (fault["line"].as_u64().unwrap(), fault["reason"].as_str().unwrap())).collect();
    assert_eq!(reasons, expected);
    assert!(faults.iter().all(|fault| fault["message"].as_str().is_some_and(|message| !message.is_empty())));
    // Three of the first life, two of the second one.
    assert_eq!((&told.json()[0]["entered"], &told.json()[0]["already"]), (&json!(5), &json!(1)));
    let told_in_all = format!("{}{}{}", told.out, told.err, Value::from(faults));
    for personal in [name, "Quetzal", born, "rue des Lilas", "Passé"] {
        assert!(!told_in_all.contains(personal), "{personal} is told");
    }
    // Mended, the file is entered as a whole.
    let mended = stage.file("mende.ndjson", lines(&rows(0..2)));
    assert_eq!(stage.counts(&mended, &[], 0), json!([6, 1, 5, 0, 0]));
    stage.is_sound();
}

#[test]
fn a_file_of_another_encoding_or_none_at_all_enters_nothing() {
    let stage = Stage::new();
    let utf16: Vec<u8> =
        std::iter::once(0xFEFF).chain(lines(&rows(0..1)).encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let told = stage.place.sne(&["import", &stage.file("utf16.ndjson", utf16)]).ends(1);
    assert!(told.err.contains("UTF-16"), "{}", told.err);
    stage.place.sne(&["import", "/nowhere/dossiers.ndjson"]).ends(1);
    assert_eq!(stage.counts(&stage.file("vide.ndjson", ""), &[], 0), json!([0, 0, 0, 0, 0]));
    assert_eq!(stage.events(), Vec::<String>::new());
}

#[test]
fn a_hint_that_is_wrong_is_not_believed() {
    let stage = Stage::new();
    let file = stage.file("dossiers.ndjson", lines(&rows(0..3)));
    for hint in [
        "",
        "{}",
        r#"{"offset":10,"line":1,"sha256":"00","counts":{"lines":9,"entered":9,"already":0,"refused":0,"unreadable":0},"faults":0,"anchor":{"position":1,"number":"0060324000500G0601","recorded_at":"2026-01-01T00:00:00Z"}}"#,
    ] {
        stage.file("dossiers.ndjson.progress.json", hint);
        let counts = stage.counts(&file, &[], 0);
        assert_eq!(counts[0], 9, "{hint}");
    }
    assert_eq!(stage.counts(&file, &[], 0), json!([9, 0, 9, 0, 0]));
}
