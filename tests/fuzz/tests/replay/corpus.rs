//! The committed corpora: where they lie, and that none is forgotten or grows.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use fuzz::TARGETS;

/// Files and bytes of all corpora together, at most.
const MOST_FILES: usize = 200;
const MOST_BYTES: usize = 500_000;

fn house() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of a target.
pub fn folder(name: &str) -> PathBuf {
    house().join("corpus").join(name)
}

/// The inputs of a target with their files, in order of their names.
pub fn read(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{name} has no corpus");
    files.into_iter().map(|file| (file.clone(), std::fs::read(file).unwrap())).collect()
}

#[test]
fn every_target_has_a_corpus_and_a_program_and_the_corpora_are_small() {
    let names = |folder: PathBuf| -> BTreeSet<String> {
        let stem = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
        std::fs::read_dir(folder).unwrap().map(|entry| stem(entry.unwrap().path())).collect()
    };
    let targets: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(names(house().join("corpus")), targets);
    assert_eq!(names(house().join("libfuzzer/fuzz_targets")), targets);
    let programs = std::fs::read_to_string(house().join("libfuzzer/Cargo.toml")).unwrap();
    for name in &targets {
        let path = format!("fuzz_targets/{name}.rs");
        assert!(programs.contains(&path), "libfuzzer/Cargo.toml does not name {path}");
        let program = std::fs::read_to_string(house().join("libfuzzer").join(path)).unwrap();
        assert!(program.contains(&format!("fuzz::run(\"{name}\", input)")), "{name} runs another target");
    }
    let all: Vec<_> = targets.iter().flat_map(|name| read(name)).collect();
    let bytes: usize = all.iter().map(|(_, input)| input.len()).sum();
    assert!(all.len() < MOST_FILES && bytes < MOST_BYTES, "{} files of {bytes} bytes", all.len());
}
