//! `sne import`: broken files, files sent twice or in halves, rehearsals, and kills. Everything is entered once.

mod broken;
mod document;
mod kills;
mod stage;

use serde_json::{Value, json};
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

/// Imports parts of a file at once, again and again until nothing is set aside any more; in how many runs.
fn all_at_once(stage: &Stage, parts: &[Vec<Value>]) -> usize {
    let files: Vec<_> =
        parts.iter().enumerate().map(|(nth, part)| stage.file(&format!("{nth}.ndjson"), lines(part))).collect();
    // The first run that comes after the others entered what it waits for has nothing to set aside.
    for run in 1..=MOST_ROWS_OF_A_DEMAND {
        let running: Vec<_> = files.iter().map(|file| stage.start(file)).collect();
        let codes: Vec<_> = running.into_iter().map(|mut import| import.wait().unwrap().code()).collect();
        assert!(codes.iter().all(|code| matches!(code, Some(0 | 4))), "{codes:?}");
        for fault in files.iter().flat_map(|file| stage.errors(file)) {
            assert_eq!(fault["reason"], "PREDECESSOR_MISSING", "{fault}");
            assert!(
                fault["message"].as_str().is_some_and(|message| message.contains("importer de nouveau")),
                "{fault}"
            );
        }
        if codes.iter().all(|code| *code == Some(0)) {
            return run;
        }
    }
    panic!("something is set aside for ever");
}

/// Each run enters one row more of every demand, at least; the last run finds all of them.
const MOST_ROWS_OF_A_DEMAND: usize = 3 + 1;

#[test]
fn two_halves_at_once_from_two_processes_lose_nothing_and_count_nothing_twice() {
    let whole = Stage::new();
    whole.counts(&whole.file("tout.ndjson", lines(&rows(0..60))), &[], 0);
    // Every other row: the acts of a demand lie in both halves, two of them in the second one.
    let mixed: Vec<Vec<_>> =
        (0..2).map(|half| rows(0..60).into_iter().skip(half).step_by(2).collect::<Vec<_>>()).collect();
    // All that came first, and all that came later.
    let cut: Vec<Vec<_>> = [0..1, 1..3]
        .map(|acts| (0..60).flat_map(|household| life(household, "").drain(acts.clone()).collect::<Vec<_>>()).collect())
        .into();
    for parts in [mixed, cut] {
        let stage = Stage::new();
        all_at_once(&stage, &parts);
        assert_eq!(stage.events(), whole.events());
        stage.is_sound();
    }
}

#[test]
fn a_later_half_that_comes_first_changes_nothing_and_is_entered_once_the_other_is() {
    let whole = Stage::new();
    whole.counts(&whole.file("tout.ndjson", lines(&rows(0..10))), &[], 0);
    let stage = Stage::new();
    // Cut inside the past of every demand: what registers, and the last act, stand apart from the renewal between them.
    let [ends, between]: [Vec<_>; 2] = [[0, 2].as_slice(), &[1]].map(|acts| {
        (0..10)
            .flat_map(|household| acts.iter().map(|nth| life(household, "")[*nth].clone()).collect::<Vec<_>>())
            .collect()
    });
    let [ends, between] = [stage.file("bouts.ndjson", lines(&ends)), stage.file("milieu.ndjson", lines(&between))];
    for _ in 0..2 {
        // What has no predecessor yet is set aside by both, however often.
        assert_eq!(stage.counts(&between, &["--dry-run"], 4), json!([10, 0, 0, 10, 0]));
    }
    assert_eq!(stage.counts(&between, &[], 4), json!([10, 0, 0, 10, 0]));
    assert_eq!(stage.events(), Vec::<String>::new());
    assert_eq!(stage.counts(&ends, &["--dry-run"], 4), json!([20, 10, 0, 10, 0]));
    assert_eq!(stage.counts(&ends, &[], 4), json!([20, 10, 0, 10, 0]));
    assert!(stage.errors(&ends).iter().all(|fault| fault["reason"] == "PREDECESSOR_MISSING"));
    assert_eq!(stage.counts(&between, &[], 0), json!([10, 10, 0, 0, 0]));
    assert_eq!(stage.counts(&ends, &[], 0), json!([20, 10, 10, 0, 0]));
    assert_eq!(stage.events(), whole.events());
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
    let reasons = |faults: &[Value]| faults.iter().map(|fault| fault["reason"].clone()).collect::<Vec<_>>();
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
    let expected = ["DUPLICATE_DEMAND", "PREDECESSOR_MISSING", "PREDECESSOR_MISSING"];
    assert_eq!(told, (1..).zip(expected.into_iter().chain(expected)).collect::<Vec<_>>());
    assert_eq!(faults[0]["key"], "autre D-3");
    assert!(faults[0]["held_by"].as_str().is_some_and(|number| number.len() == 18));
    stage.is_sound();
}
