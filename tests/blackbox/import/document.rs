//! The example of the documentation is a file that is entered.

use serde_json::json;

use super::stage::Stage;

#[test]
fn the_example_of_the_document_is_entered_as_it_says() {
    let house = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let document = std::fs::read_to_string(house.join("docs/import.md")).unwrap();
    let (_, example) = document.split_once("```ndjson\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let stage = Stage::new();
    let file = stage.file("exemple.ndjson", example);
    assert_eq!(stage.counts(&file, &["--dry-run"], 0), json!([5, 5, 0, 0, 0]));
    assert_eq!(stage.counts(&file, &[], 0), json!([5, 5, 0, 0, 0]));
    let events = stage.events();
    let of = |what: &str| events.iter().filter(|event| event.contains(what)).count();
    assert_eq!(
        (of(" Registered "), of(" Renewed "), of(" Attributed "), of(" LeaseSigned "), of(" Radiated ")),
        (1, 2, 1, 1, 1)
    );
    assert!(
        events[0].starts_with("0060519000341G0601 1 Registered 2019-05-03 operator import/732829320/G0601"),
        "{}",
        events[0]
    );
    // Every reason that the program can give of a line is in the document.
    for reason in [
        "NOT_UTF8",
        "LINE_TOO_LONG",
        "NOT_JSON",
        "NOT_A_ROW",
        "TRUNCATED_LINE",
        "KEY_REUSED",
        "NUMBER_TAKEN",
        "PREDECESSOR_MISSING",
    ] {
        assert!(document.contains(&format!("`{reason}`")), "{reason}");
    }
}
