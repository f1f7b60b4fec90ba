//! Documents made from the code. `make docs` writes them; here they must be what it would write.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use demand::Class;

use super::{files, root};

/// Compares a document with what the code says, or writes it when `UPDATE` is set.
pub(super) fn check(path: &str, expected: &str) {
    let file = root().join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, expected).unwrap();
        return;
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(found == expected, "{path} is not what the code says: run `make docs`");
}

#[test]
fn fields_document_is_fresh() {
    let mut text = String::from(
        "# Fields: what is personal, what is open\n\nMade by `make docs` from the tables of `crates/demand` and `crates/access`. \
         Do not edit.\n\n*Personal* content is sealed under the demand's own key, or the agent's, and gone when the key is destroyed. \
         *Open* fields stay readable for ever: they are coarse, fixed when written, and do not identify.\n\n\
         The rubrics are those of the form (R441-2-2); limits are those of form 14069*02.\n\n\
         | rubric | struct | field | French | limits | class |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for field in demand::fields() {
        let class = match field.class {
            Class::Personal => "personal",
            Class::Open => "open",
        };
        let demand::Field { rubric, owner, name, french, limits, .. } = field;
        writeln!(text, "| {rubric} | {owner} | `{name}` | {french} | {limits} | {class} |").unwrap();
    }
    text.push_str("\n## Organisations and agents\n\n| stream | event | field | French | limits | class |\n| --- | --- | --- | --- | --- | --- |\n");
    for field in access::fields::fields() {
        let class = match field.class {
            access::fields::Class::Personal => "personal",
            access::fields::Class::Open => "open",
        };
        let access::fields::Field { stream, owner, name, french, limits, .. } = field;
        writeln!(text, "| {stream} | {owner} | `{name}` | {french} | {limits} | {class} |").unwrap();
    }
    check("docs/fields.md", &text);
}

#[test]
fn statistics_document_is_fresh() {
    let mut text = String::from(include_str!("statistics.md"));
    for measure in infocentre::Measure::ALL {
        let (code, label, unit) = (measure.code(), measure.label(), measure.unit().label());
        writeln!(text, "| `{code}` | {label} | {unit} | {} |", measure.formula()).unwrap();
    }
    check("docs/statistics.md", &text);
}

#[test]
fn rules_document_is_fresh() {
    let rules = std::fs::read_to_string(root().join("docs/rules.csv")).unwrap();
    let enforced = mentions();
    let tested = tests_by_rule();
    let mut text = String::from(
        "# Rules: where each is enforced, where it is tested\n\nMade by `make docs` from `docs/rules.csv`, the doc comments of \
         `crates/*/src` that name a rule, and the names of tests. Do not edit.\n\n*Held* means that code and a test name the \
         rule and nothing is known to be missing; *partly* says what remains; *not yet* means that no test names it.\n\n\
         | rule | in our words | source | state | enforced in | tested by |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    let mut count = 0;
    for line in rules.lines().skip(1) {
        let [id, words, source, remains] = line.split('|').collect::<Vec<_>>().try_into().expect("four columns");
        count += 1;
        assert_eq!(id, format!("INV-{count:02}"), "docs/rules.csv is complete and in order");
        let tests = tested.get(id).map(|tests| tests.join(", ")).unwrap_or_default();
        let places = enforced.get(id).map(|files| files.join(", ")).unwrap_or_default();
        let state = match (tests.is_empty(), places.is_empty(), remains) {
            (false, false, "") => "held".to_owned(),
            (false, _, "") => "partly".to_owned(),
            (false, _, remains) => format!("partly; remains: {remains}"),
            (true, ..) => "not yet".to_owned(),
        };
        writeln!(text, "| {id} | {words} | {source} | {state} | {places} | {tests} |").unwrap();
    }
    assert_eq!(count, 72);
    check("docs/rules.md", &text);
}

#[test]
fn synthetic_territory_document_is_fresh() {
    use synth::calibration::{Calibration, TABLE, Table, write_page};
    let options = synth::TerritoryOptions::default();
    let calibration = Calibration::run(&options, &Table::parse(TABLE).unwrap()).unwrap();
    let mut page = Vec::new();
    write_page(&calibration, &mut page).unwrap();
    check("docs/synthetic-territory.md", &String::from_utf8(page).unwrap());
    assert!(calibration.is_met());
}

/// `docs/mutants.md` speaks of the deadlines and of every radiation, and of no change there that the tests did not notice.
#[test]
fn no_mutant_of_a_deadline_or_a_radiation_survived() {
    let text = std::fs::read_to_string(root().join("docs/mutants.md")).unwrap();
    let source = root().join("crates/demand/src");
    let mut rules = files(&source.join("radiation"), &["rs"]);
    rules.push(source.join("deadlines.rs"));
    for file in rules {
        let name = relative(&file);
        let row = text.lines().find(|line| line.starts_with(&format!("| {name} |")));
        let survived = row.and_then(|row| row.trim_end_matches(" |").rsplit(' ').next());
        assert_eq!(survived, Some("0"), "{name}: run `make mutants`");
    }
}

/// Rule -> source files whose comments name it.
fn mentions() -> BTreeMap<String, Vec<String>> {
    let mut mentions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files(&root().join("crates"), &["rs"]) {
        // Below the root only: the house itself may lie in a folder of any name.
        let name = relative(&file);
        let has = |folder: &str| name.split('/').any(|part| part == folder);
        // Invented lives and measurements name rules, they do not enforce them.
        if !has("src") || has("synth") || has("bench") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for id in ids(code) {
            let files = mentions.entry(id).or_default();
            if !files.contains(&name) {
                files.push(name.clone());
            }
        }
    }
    mentions
}

/// Every `INV-nn` of a text.
fn ids(text: &str) -> Vec<String> {
    text.match_indices("INV-")
        .filter_map(|(at, _)| text.get(at..at + 6))
        .filter(|id| id[4..].bytes().all(|b| b.is_ascii_digit()))
        .map(str::to_owned)
        .collect()
}

/// Rule -> tests whose name says it.
fn tests_by_rule() -> BTreeMap<String, Vec<String>> {
    let mut tests: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let roots = [root().join("crates"), root().join("tests")];
    for file in roots.iter().flat_map(|folder| files(folder, &["rs"])) {
        for line in std::fs::read_to_string(&file).unwrap().lines() {
            let Some(name) = line.trim().trim_start_matches("async ").strip_prefix("fn ") else { continue };
            let name = name.split('(').next().unwrap_or_default();
            for (at, _) in name.match_indices("inv_") {
                if let Some(digits) = name.get(at + 4..at + 6).filter(|d| d.bytes().all(|b| b.is_ascii_digit())) {
                    tests.entry(format!("INV-{digits}")).or_default().push(format!("`{name}`"));
                }
            }
        }
    }
    tests
}

fn relative(file: &Path) -> String {
    file.strip_prefix(root()).unwrap_or(file).display().to_string()
}
