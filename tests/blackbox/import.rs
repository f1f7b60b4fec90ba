//! `sne import`: broken files, files sent twice or in halves, rehearsals, and kills. Everything is entered once.

mod broken;
mod document;
mod kills;
mod stage;

use serde_json::json;
use tests::cast::{NICE, renew};

use stage::{Stage, filed, life, lines, row, rows};

#[test]
fn a_file_is_entered_and_a_second_time_found_there() {
    let stage = Stage::new();
    let file = stage.file("dossiers.ndjson", lines(&rows(0..40)));
    assert_eq!(stage.counts(&file, &[], 0), json!([120, 120, 0, 0, 0]));
    let entered = stage.events();
    assert_eq!(stage.counts(&file, &[], 0), json!([120, 0, 120, 0, 0]));
    // Under another name it is the same file.
    let copy = stage.file("copie.ndjson", lines(&rows(0..40)));
    assert_eq!(stage.counts(&copy, &[], 0), json!([120, 0, 120, 0, 0]));
    assert_eq!(stage.events(), entered);
    assert_eq!(stage.beside(&file), ["copie.ndjson", "dossiers.ndjson"], "nothing is left beside");
    stage.is_sound();
}

#[test]
fn two_halves_at_once_from_two_processes_lose_nothing_and_count_nothing_twice() {
    let whole = Stage::new();
    whole.counts(&whole.file("tout.ndjson", lines(&rows(0..60))), &[], 0);

    let stage = Stage::new();
    // The acts of a demand lie in both halves, and the registrations that others wait for in the first one alone.
    let all = rows(0..60);
    let (first, second): (Vec<_>, Vec<_>) = all.into_iter().enumerate().partition(|(nth, _)| nth % 2 == 0);
    let half = |rows: Vec<(usize, serde_json::Value)>| lines(&rows.into_iter().map(|(_, row)| row).collect::<Vec<_>>());
    let files = [stage.file("un.ndjson", half(first)), stage.file("deux.ndjson", half(second))];
    let running: Vec<_> = files.iter().map(|file| stage.start(file)).collect();
    for mut import in running {
        let code = import.wait().unwrap().code();
        assert!(code == Some(0) || code == Some(4), "{code:?}");
    }
    // What came before its demand, or after a later act of it, was set aside; told again, in order, it is entered or told why.
    for _ in 0..2 {
        for file in &files {
            stage.place.sne(&["import", file]);
        }
    }
    let entered = stage.events();
    assert!(!entered.is_empty());
    let twice = entered.iter().filter(|event| event.contains("Registered")).count();
    assert_eq!(twice, 60);
    // A row that others overtook is refused for its day, with its reason; the rest is the same as of one file.
    let aside = stage.errors(&files[0]).into_iter().chain(stage.errors(&files[1]));
    for fault in aside {
        assert_eq!((&fault["reason"], &fault["fields"][0]["reason"]), (&json!("INVALID_FORM"), &json!("TOO_EARLY")));
    }
    stage.is_sound();
}

#[test]
fn two_imports_of_one_file_at_once_enter_it_once() {
    let stage = Stage::new();
    let file = stage.file("dossiers.ndjson", lines(&rows(0..40)));
    let codes: Vec<_> =
        [stage.start(&file), stage.start(&file)].into_iter().map(|mut import| import.wait().unwrap().code()).collect();
    // The second one does not begin, or finds everything there.
    assert!(codes.contains(&Some(0)), "{codes:?}");
    assert!(codes.iter().all(|code| matches!(code, Some(0 | 1))), "{codes:?}");
    let registered = stage.events().iter().filter(|event| event.contains("Registered")).count();
    assert_eq!(registered, 40);
}

#[test]
fn a_rehearsal_says_what_the_import_does_and_writes_nothing() {
    let stage = Stage::new();
    let mut rows = rows(0..10);
    rows.extend([filed(3, "autre", None), row("seule", Some("nulle part"), "2024-01-01", NICE, renew())]);
    let file = stage.file("dossiers.ndjson", lines(&rows));
    let rehearsed = stage.counts(&file, &["--dry-run"], 4);
    assert_eq!(rehearsed, json!([32, 30, 0, 2, 0]));
    assert_eq!(stage.events(), Vec::<String>::new());
    let told = stage.place.sne(&["import", &file, "--dry-run"]).ends(4);
    assert!(told.out.contains("à entrer"), "{}", told.out);
    let rehearsed_faults = stage.faults("dossiers.ndjson.dry-run.errors.ndjson");
    assert_eq!(stage.counts(&file, &[], 4), rehearsed);
    let reasons = |faults: &[serde_json::Value]| faults.iter().map(|fault| fault["reason"].clone()).collect::<Vec<_>>();
    assert_eq!(reasons(&rehearsed_faults), reasons(&stage.errors(&file)));
    assert_eq!(stage.counts(&file, &["--dry-run"], 4), json!([32, 0, 30, 2, 0]));
}

#[test]
fn inv_06_a_household_that_has_a_demand_here_is_set_aside_and_the_others_are_entered() {
    let stage = Stage::new();
    let first = stage.file("un.ndjson", lines(&rows(0..5)));
    stage.counts(&first, &[], 0);
    let again: Vec<_> = (3..8).flat_map(|household| life(household, "autre ")).collect();
    let second = stage.file("deux.ndjson", lines(&again));
    // Two households of the first file: their registrations, and what follows them.
    assert_eq!(stage.counts(&second, &[], 4), json!([15, 9, 0, 6, 0]));
    let faults = stage.errors(&second);
    let told: Vec<_> =
        faults.iter().map(|fault| (fault["line"].as_u64().unwrap(), fault["reason"].as_str().unwrap())).collect();
    let expected = ["DUPLICATE_DEMAND", "DEMAND_NOT_FOUND", "DEMAND_NOT_FOUND"];
    assert_eq!(told, (1..).zip(expected.into_iter().chain(expected)).collect::<Vec<_>>());
    assert_eq!(faults[0]["key"], "autre D-3");
    assert!(faults[0]["held_by"].as_str().is_some_and(|number| number.len() == 18));
    stage.is_sound();
}
