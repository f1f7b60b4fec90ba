//! `sne import` killed again and again ends as one that nobody disturbed.

use std::time::Instant;

use serde_json::json;

use super::stage::{Stage, filed, lines, rows};

/// An import is killed after one of so many moments of a whole one, the longest of them being this share of it.
const MOMENTS: u32 = 10;
const LONGEST: f64 = 0.4;
/// Kills of a usual run, each of an import under way; `make kill` asks for fifty.
const KILLS: u32 = 4;
const HOUSEHOLDS: usize = 700;

fn kills() -> u32 {
    std::env::var("IMPORT_KILLS").map_or(KILLS, |kills| kills.parse().expect("IMPORT_KILLS is a number of kills"))
}

#[test]
fn an_import_that_is_killed_anywhere_and_run_again_ends_as_an_undisturbed_one() {
    let mut all = rows(0..HOUSEHOLDS);
    // Somebody who has a demand already: set aside once, however often the import begins.
    for household in [5, HOUSEHOLDS / 2, HOUSEHOLDS - 1] {
        all.push(filed(household, "autre ", None));
    }
    let content = lines(&all);
    let undisturbed = Stage::new();
    let whole = Instant::now();
    let report = undisturbed.counts(&undisturbed.file("dossiers.ndjson", &content), &[], 4);
    let whole = whole.elapsed();
    assert_eq!(report, json!([all.len(), all.len() - 3, 0, 3, 0]));

    let expected = undisturbed.events();
    let (mut under_way, mut starts, mut registers) = (0, 0, 0);
    while under_way < kills() {
        registers += 1;
        let stage = Stage::new();
        let file = stage.file("dossiers.ndjson", &content);
        while under_way < kills() {
            let mut import = stage.start(&file);
            // It goes on where the last one was killed: short moments come to every part of the file.
            std::thread::sleep(whole.mul_f64(f64::from(starts % MOMENTS + 1) / f64::from(MOMENTS) * LONGEST));
            starts += 1;
            let ended = import.try_wait().unwrap().is_some();
            import.kill().unwrap();
            import.wait().unwrap();
            if ended {
                break;
            }
            under_way += 1;
            // Every other time the way is gone again by the keys alone.
            if under_way % 2 == 0 {
                let _ = std::fs::remove_file(format!("{file}.progress.json"));
            }
        }
        let report = stage.place.sne(&["import", &file, "--format", "json"]).ends(4).json();
        assert_eq!((&report[0]["lines"], &report[0]["refused"]), (&json!(all.len()), &json!(3)));
        assert_eq!(stage.events(), expected);
        let reasons: Vec<_> = stage.errors(&file).iter().map(|fault| fault["reason"].clone()).collect();
        assert_eq!(reasons, [json!("DUPLICATE_DEMAND"), json!("DUPLICATE_DEMAND"), json!("DUPLICATE_DEMAND")]);
        stage.is_sound();
    }
    undisturbed.is_sound();
    eprintln!("import: {under_way} kills under way over {registers} registers, a whole import takes {whole:?}");
}
