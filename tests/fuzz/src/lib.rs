//! What reads bytes of strangers, as functions of bytes that must never panic.
//!
//! Each [`Target`] reads its input as the register does and asserts what must hold of it: what cannot be read is refused
//! by a type, what can be read means one thing only. Its corpus lies in `corpus/` under its name. Every test run
//! replays the corpora with some thousand [mutations](mutate); `make fuzz ARGS=<target>` lets libFuzzer look for more.
//! An input that was once wrong joins the corpus, so that it is never wrong again.

mod deadlines;
mod decision;
mod events;
mod import_lines;
pub mod mutate;
mod numbers;
mod page_tokens;
mod requests;
mod upcasters;

/// One function under fuzz.
#[derive(Clone, Copy)]
pub struct Target {
    /// The name: of its corpus, and of its program for libFuzzer.
    pub name: &'static str,
    /// Reads an input.
    ///
    /// # Panics
    /// When something does not hold that must.
    pub run: fn(&[u8]),
}

/// All of them.
pub const TARGETS: &[Target] = &[
    Target { name: "deadlines", run: deadlines::run },
    Target { name: "events", run: events::run },
    Target { name: "import_lines", run: import_lines::run },
    Target { name: "numbers", run: numbers::run },
    Target { name: "page_tokens", run: page_tokens::run },
    Target { name: "requests", run: requests::run },
    Target { name: "upcasters", run: upcasters::run },
];

/// Reads an input as the target of that name does.
///
/// # Panics
/// When there is no such target, or something does not hold that must.
pub fn run(name: &str, input: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("the target is in the table");
    (target.run)(input);
}
