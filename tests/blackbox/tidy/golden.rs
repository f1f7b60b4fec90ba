//! Golden files are for ever: what a register has written, and what was published, is read the same by every later version.
//!
//! `tests/golden.sha256` has the digest of each. A file that is changed or gone fails here; so does a line of the list that is,
//! as far as the history of the repository is at hand. `UPDATE=1 cargo test -p tests --test blackbox golden` adds the digests of
//! new files, and changes nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use sha2::{Digest as _, Sha256};

use super::{files, root};

const LIST: &str = "tests/golden.sha256";
/// The interface as it was published.
const INTERFACE: &str = "proto/image.binpb";

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The golden files by name, with their digests.
fn golden_files(root: &Path) -> BTreeMap<String, String> {
    let mut found = files(&root.join("crates"), &["json", "txt"]);
    found.retain(|file| file.ancestors().any(|folder| folder.ends_with("tests/golden")));
    found.push(root.join(INTERFACE));
    let named = found.iter().map(|file| {
        let name = file.strip_prefix(root).unwrap().display().to_string();
        (name, digest(&std::fs::read(file).unwrap()))
    });
    named.collect()
}

fn listed(list: &str) -> BTreeMap<String, String> {
    let entries = list.lines().map(|line| line.split_once("  ").expect("a digest and a name"));
    entries.map(|(digest, name)| (name.to_owned(), digest.to_owned())).collect()
}

/// What is wrong with some golden files, by the list.
fn faults(listed: &BTreeMap<String, String>, found: &BTreeMap<String, String>) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, digest) in listed {
        match found.get(name) {
            None => faults.push(format!("{name} is gone")),
            Some(now) if now != digest => faults.push(format!("{name} was changed")),
            Some(_) => {}
        }
    }
    let new = found.keys().filter(|name| !listed.contains_key(*name));
    faults.extend(new.map(|name| format!("{name} is not in {LIST}: add it with UPDATE=1")));
    faults
}

/// Every line that some commit took out of the list; none when there is no history.
fn taken_out() -> BTreeSet<String> {
    let log = Command::new("git").current_dir(root()).args(["log", "--format=", "--patch", "--", LIST]).output();
    let log = log.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let removed = log.lines().filter_map(|line| line.strip_prefix('-'));
    removed.filter(|line| !line.starts_with("--")).map(str::to_owned).collect()
}

#[test]
fn no_golden_file_was_changed_or_removed_ever() {
    let list = std::fs::read_to_string(root().join(LIST)).unwrap_or_default();
    let (mut listed, found) = (listed(&list), golden_files(&root()));
    if std::env::var_os("UPDATE").is_some() {
        for (name, digest) in &found {
            listed.entry(name.clone()).or_insert_with(|| digest.clone());
        }
        let lines: Vec<String> = listed.iter().map(|(name, digest)| format!("{digest}  {name}\n")).collect();
        std::fs::write(root().join(LIST), lines.concat()).unwrap();
    }
    assert_eq!(faults(&listed, &found), Vec::<String>::new());
    assert!(found.len() > 90, "{}", found.len());
    assert_eq!(taken_out(), BTreeSet::new(), "a line of {LIST} was changed");
}

#[test]
fn a_golden_file_that_is_changed_gone_or_not_listed_is_noticed() {
    let of = |files: &[(&str, &str)]| files.iter().map(|(name, it)| (name.to_string(), it.to_string())).collect();
    let listed = of(&[("a", "1"), ("b", "2"), ("c", "3")]);
    assert_eq!(faults(&listed, &listed), Vec::<String>::new());
    let told = faults(&listed, &of(&[("a", "1"), ("b", "9"), ("d", "4")]));
    assert_eq!(told, ["b was changed", "c is gone", "d is not in tests/golden.sha256: add it with UPDATE=1"]);
}
