//! One concept a file: none grows into a drawer.

use super::{files, root};

/// Lines above which a file needs a reason, written here.
const LONGEST: usize = 400;
const REASONS: &[(&str, &str)] = &[];

#[test]
fn no_source_file_is_a_drawer() {
    let mut lengths = Vec::new();
    for folder in ["crates", "tests"] {
        for file in files(&root().join(folder), &["rs"]) {
            let lines = std::fs::read_to_string(&file).unwrap().lines().count();
            let name = file.strip_prefix(root()).unwrap().display().to_string();
            let excused = REASONS.iter().any(|(other, _)| *other == name);
            assert!(lines <= LONGEST || excused, "{name} has {lines} lines");
            lengths.push(lines);
        }
    }
    lengths.sort_unstable();
    println!("{} files, median {} lines", lengths.len(), lengths[lengths.len() / 2]);
}
