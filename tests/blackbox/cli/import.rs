//! `sne org import`: once, twice, and with wrong lines.

use std::path::PathBuf;

use private_postgres::test_util::shared;
use serde_json::json;
use tempfile::TempDir;
use tests::cast::ORGANISATIONS;

use tests::stage::sne::{Place, Ran};
use tests::stage::world;

/// An empty register.
struct Empty {
    place: Place,
    folder: TempDir,
}

impl Empty {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (_, url) = world::new_database(shared());
        Self { place: Place { data_dir: folder.path().join("data"), database_url: Some(url) }, folder }
    }

    fn import(&self, content: impl AsRef<[u8]>) -> Ran {
        let file: PathBuf = self.folder.path().join("organismes.ndjson");
        std::fs::write(&file, content).unwrap();
        self.place.sne(&["org", "import", file.to_str().unwrap(), "--format", "json"])
    }
}

fn report(organisations: usize, desks_opened: usize, desks_closed: usize) -> serde_json::Value {
    json!([{"organisations": organisations, "desks_opened": desks_opened, "desks_closed": desks_closed}])
}

#[test]
fn a_second_import_of_the_same_file_changes_nothing() {
    let register = Empty::new();
    let file = ORGANISATIONS.join("\n");
    assert_eq!(register.import(&file).ends(0).json(), report(4, 4, 0));
    assert_eq!(register.import(&file).ends(0).json(), report(0, 0, 0));
    assert_eq!(register.import(file.replace('\n', "\r\n\r\n")).ends(0).json(), report(0, 0, 0));
    let closing = ORGANISATIONS[0]
        .replace(r#""opened_on":"2020-01-01"}"#, r#""opened_on":"2020-01-01","closed_on":"2026-01-31"}"#);
    assert_eq!(register.import(closing).ends(0).json(), report(0, 0, 1));
    assert_eq!(register.import("").ends(0).json(), report(0, 0, 0));
}

#[test]
fn wrong_lines_are_all_named_and_nothing_of_the_file_is_entered() {
    let good = ORGANISATIONS[0];
    let wrong_siren = ORGANISATIONS[1].replace("552032534", "552032535");
    let unknown_kind = ORGANISATIONS[1].replace("SEM", "GARAGE");
    let unknown_field = ORGANISATIONS[1].replace("\"since\"", "\"depuis\"");
    let impossible_day = ORGANISATIONS[1].replace("2020-01-01", "2020-02-30");
    let register = Empty::new();
    register.place.sne(&["migrate"]).ends(0);
    for wrong in ["x", "{}", "[]", "{\"siren\":", &wrong_siren, &unknown_kind, &unknown_field, &impossible_day] {
        let refused = register.import(format!("{good}\n\n{wrong}\n{}\n\0", ORGANISATIONS[2])).ends(1);
        for line in ["ligne 3 ", "ligne 5 "] {
            assert!(refused.err.contains(line), "{wrong}: {}", refused.err);
        }
        assert!(!refused.err.contains("ligne 1 ") && !refused.err.contains("ligne 4 "), "{}", refused.err);
        assert_eq!(refused.out, "");
    }
    assert_eq!(register.import(good).ends(0).json(), report(1, 1, 0), "nothing was entered before");
}

#[test]
fn lines_that_the_register_refuses_are_all_named_and_nothing_is_entered() {
    let register = Empty::new();
    let thief = ORGANISATIONS[1].replace("G0602", "G0601");
    let contradiction = ORGANISATIONS[0].replace("HLM", "SEM");
    let file = [ORGANISATIONS[0], &thief, ORGANISATIONS[2], &contradiction].join("\n");
    let refused = register.import(&file).ends(4);
    for part in ["ligne 2 : ", "DESK_CODE_TAKEN", "ligne 4 : ", "ORGANISATION_DIFFERS"] {
        assert!(refused.err.contains(part), "{part}: {}", refused.err);
    }
    assert_eq!(refused.out, "");
    assert_eq!(register.import(ORGANISATIONS.join("\n")).ends(0).json(), report(4, 4, 0), "nothing was entered");
    assert_eq!(register.import(thief).ends(4).code, Some(4), "the desk is another's in the register, too");
}

#[test]
fn a_dry_run_says_what_would_change_and_changes_nothing() {
    let register = Empty::new();
    let file = register.folder.path().join("organismes.ndjson");
    let dry = || register.place.sne(&["org", "import", file.to_str().unwrap(), "--dry-run", "--format", "json"]);
    std::fs::write(&file, ORGANISATIONS.join("\n")).unwrap();
    assert!(dry().ends(1).err.contains("sne migrate"), "there is no register yet, and a dry run makes none");
    register.import(ORGANISATIONS[0]).ends(0);
    std::fs::write(&file, ORGANISATIONS.join("\n")).unwrap();
    for _ in 0..2 {
        assert_eq!(dry().ends(0).json(), report(3, 3, 0));
    }
    assert_eq!(register.import(ORGANISATIONS.join("\n")).ends(0).json(), report(3, 3, 0));
}

#[test]
fn a_file_that_is_not_there_or_no_text_is_told() {
    let register = Empty::new();
    let missing = register.place.sne(&["org", "import", "/nowhere/organismes.ndjson"]).ends(1);
    assert!(missing.err.contains("/nowhere/organismes.ndjson"), "{}", missing.err);
    register.import(b"\xff\xfe{\x00}\x00").ends(1);
    let nul = register.import(format!("\0{}", ORGANISATIONS[0])).ends(1);
    assert!(nul.err.contains("ligne 1 "), "{}", nul.err);
}
