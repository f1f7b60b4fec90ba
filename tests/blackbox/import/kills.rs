//! `sne import` killed again and again ends as one that nobody disturbed.

use std::time::Instant;

use serde_json::json;

use super::stage::{Stage, filed, lines, rows};

/// Kills of a usual run; `make kill` asks for fifty.
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

    let stage = Stage::new();
    let file = stage.file("dossiers.ndjson", &content);
    let mut under_way = 0;
    for kill in 0..kills() {
        let mut import = stage.start(&file);
        std::thread::sleep(whole.mul_f64(f64::from(kill + 1) / f64::from(kills() + 1)));
        under_way += u32::from(import.try_wait().unwrap().is_none());
        import.kill().unwrap();
        import.wait().unwrap();
        // Every other time the way is gone again by the keys alone.
        if kill % 2 == 1 {
            let _ = std::fs::remove_file(format!("{file}.progress.json"));
        }
    }
    assert!(under_way > 0, "no import was killed under way");
    let report = stage.place.sne(&["import", &file, "--format", "json"]).ends(4).json();
    assert_eq!((&report[0]["lines"], &report[0]["refused"]), (&json!(all.len()), &json!(3)));
    assert_eq!(stage.events(), undisturbed.events());
    assert_eq!(stage.errors(&file).len(), 3);
    let reasons: Vec<_> = stage.errors(&file).iter().map(|fault| fault["reason"].clone()).collect();
    assert_eq!(reasons, [json!("DUPLICATE_DEMAND"), json!("DUPLICATE_DEMAND"), json!("DUPLICATE_DEMAND")]);
    stage.is_sound();
    undisturbed.is_sound();
    eprintln!("import: {} kills, {under_way} of them under way, a whole import takes {whole:?}", kills());
}
