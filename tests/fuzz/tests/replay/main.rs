//! The committed corpora are replayed, and some thousand inputs made of them.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
#![allow(clippy::print_stderr, reason = "what failed is named beside the file that keeps it")]

mod corpus;
mod seeds;

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use fuzz::mutate::{Dice, mutate};
use fuzz::{TARGETS, Target};

/// Inputs made of a corpus in a usual run.
const MUTATIONS: u32 = 3_000;

fn mutations() -> u32 {
    std::env::var("FUZZ_MUTATIONS").map_or(MUTATIONS, |count| count.parse().expect("FUZZ_MUTATIONS is a number"))
}

/// The seed of the draws; another one tries other inputs.
fn seed() -> u64 {
    std::env::var("FUZZ_SEED").map_or(441, |seed| seed.parse().expect("FUZZ_SEED is a number"))
}

fn replay(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let corpus = corpus::read(name);
    for (file, input) in &corpus {
        try_input(*target, input, file);
    }
    let mut dice = Dice::new(seed());
    for _ in 0..mutations() {
        let (_, input) = &corpus[dice.below(corpus.len())];
        let (_, other) = &corpus[dice.below(corpus.len())];
        let mutated = mutate(input, other, &mut dice);
        try_input(*target, &mutated, &PathBuf::from("a mutation"));
    }
}

/// An input that fails is kept, to be looked at and to join the corpus.
fn try_input(target: Target, input: &[u8], from: &Path) {
    if catch_unwind(|| (target.run)(input)).is_err() {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.failed", target.name));
        std::fs::write(&kept, input).unwrap();
        panic!("{} fails on {}, kept as {}", target.name, from.display(), kept.display());
    }
}

#[test]
fn the_deadlines_are_those_of_a_calendar_turned_by_hand_under_any_delays() {
    replay("deadlines");
}

#[test]
fn an_event_of_the_log_is_a_typed_error_or_is_written_again_as_the_same() {
    replay("events");
}

#[test]
fn a_line_of_an_import_is_a_row_or_has_its_reason() {
    replay("import_lines");
}

#[test]
fn an_identifier_or_a_day_is_read_exactly_or_refused() {
    replay("numbers");
}

#[test]
fn a_page_token_that_was_not_given_is_refused_by_its_type() {
    replay("page_tokens");
}

#[test]
fn a_message_is_refused_by_its_type_or_is_an_act_that_can_be_decided() {
    replay("requests");
}

#[test]
fn the_chain_of_upcasters_gives_what_the_codec_gives() {
    replay("upcasters");
}
