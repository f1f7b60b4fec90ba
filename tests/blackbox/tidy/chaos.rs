//! `docs/chaos.md` is what `docs/chaos.json` says, every lane is in it, and every sabotage can still be applied.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;

use super::documents::check;
use super::{files, root};

#[derive(Deserialize)]
struct Summary {
    lanes: BTreeMap<String, Lane>,
    sabotages: BTreeMap<String, Sabotage>,
}

#[derive(Deserialize)]
struct Lane {
    run_on: String,
    seconds: u64,
    figures: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Sabotage {
    what: String,
    suites: BTreeMap<String, Tried>,
}

#[derive(Deserialize)]
struct Tried {
    run_on: String,
    noticed: bool,
    word: String,
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn summary() -> Summary {
    serde_json::from_str(&read("docs/chaos.json")).unwrap()
}

/// What a lane does: the first paragraph of the module that begins it.
fn lanes() -> BTreeMap<String, String> {
    let mut lanes = BTreeMap::new();
    for file in files(&root().join("tests/chaos"), &["rs"]) {
        let source = std::fs::read_to_string(&file).unwrap();
        let comment = source.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
        let paragraph: Vec<&str> = comment.take_while(|line| !line.is_empty()).collect();
        for begun in source.split("Lane::begin(\"").skip(1) {
            let name = begun.split('"').next().unwrap();
            lanes.insert(name.to_owned(), paragraph.join(" "));
        }
    }
    lanes
}

#[test]
fn chaos_document_is_fresh() {
    let summary = summary();
    let mut text = String::from(include_str!("chaos.md"));
    for (name, meaning) in lanes() {
        let lane =
            summary.lanes.get(&name).unwrap_or_else(|| panic!("docs/chaos.json has no lane {name}: run `make chaos`"));
        write!(text, "\n### {name}\n\n{meaning}\n\nRun whole on {} in {} s:\n\n", lane.run_on, lane.seconds).unwrap();
        for (what, figure) in &lane.figures {
            writeln!(text, "- {what}: {figure}").unwrap();
        }
    }
    text.push_str("\n## Sabotages\n\n| sabotage | what it does | tried on | noticed by | what it says first |\n| --- | --- | --- | --- | --- |\n");
    for (name, sabotage) in &summary.sabotages {
        for (suite, tried) in &sabotage.suites {
            let word = tried.word.replace('|', "\\|");
            writeln!(text, "| {name} | {} | {} | `{suite}` | {word} |", sabotage.what, tried.run_on).unwrap();
        }
    }
    text.push_str("\n## Findings\n\n");
    text.push_str(include_str!("findings.md"));
    check("docs/chaos.md", &text);
    let known: BTreeSet<String> = lanes().into_keys().collect();
    let gone: Vec<_> = summary.lanes.keys().filter(|lane| !known.contains(*lane)).collect();
    assert!(gone.is_empty(), "lanes that are gone: {gone:?}");
}

/// A sabotage that fits no longer shows nothing any more; one that nobody noticed shows that a lane is blind.
#[test]
fn every_sabotage_still_fits_and_was_noticed() {
    let tried = summary().sabotages;
    let patches = files(&root().join("tests/chaos/sabotages"), &["patch"]);
    assert!(patches.len() >= 5);
    for patch in patches {
        let name = patch.file_stem().unwrap().to_str().unwrap();
        let fits = Command::new("git").current_dir(root()).args(["apply", "--check"]).arg(&patch).output().unwrap();
        assert!(fits.status.success(), "{name}: {}", String::from_utf8_lossy(&fits.stderr));
        let text = std::fs::read_to_string(&patch).unwrap();
        let named: BTreeSet<_> = text.lines().filter_map(|line| line.strip_prefix("Noticed by: ")).collect();
        let sabotage =
            tried.get(name).unwrap_or_else(|| panic!("docs/chaos.json has no sabotage {name}: run `make chaos`"));
        let noticed: BTreeSet<_> =
            sabotage.suites.iter().filter(|(_, tried)| tried.noticed).map(|(suite, _)| suite.as_str()).collect();
        assert_eq!(noticed, named, "{name}");
    }
}
