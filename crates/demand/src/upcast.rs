//! Older layouts of events, brought to the present one a step at a time.
//!
//! A step belongs to one event type and leads from one version of its layout to the next. It is pure and total on what that
//! version could say, and typed: the older layout has a struct of its own here, which never changes again. What was written
//! stays as it was written; whoever reads it sees the present layout alone. `docs/evolution.md` says when an event gets a
//! new version, and what comes with it.

mod housing;

/// A step from one version of a layout to the next.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The type whose events it is for.
    pub event_type: &'static str,
    /// The version that it reads; it writes the next one.
    pub from: u16,
    part: Part,
}

/// What becomes of a personal part, under its tag.
type Part = fn(u8, Vec<u8>) -> Result<Vec<u8>, serde_json::Error>;

/// Every step. The open part of an event has had one layout so far.
const STEPS: &[Step] = &[
    Step { event_type: "Registered", from: 1, part: housing::stays },
    Step { event_type: "Modified", from: 1, part: housing::stays },
    Step { event_type: "Renewed", from: 1, part: housing::stays },
    Step { event_type: "CoApplicantDropped", from: 1, part: housing::stays },
];

/// Every step there is: for readers that bring events up by themselves.
pub fn steps() -> &'static [Step] {
    STEPS
}

/// The version of the layout that events of a type are written in.
pub fn version_of(event_type: &str) -> u16 {
    STEPS.iter().filter(|step| step.event_type == event_type).map(|step| step.from + 1).max().unwrap_or(1)
}

/// A personal part as the present layout has it.
pub(crate) fn part(
    event_type: &str,
    version: u16,
    (tag, content): (u8, Vec<u8>),
) -> Result<Vec<u8>, serde_json::Error> {
    let mut due = STEPS.iter().filter(|step| step.event_type == event_type && step.from >= version);
    due.try_fold(content, |content, step| (step.part)(tag, content))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A gap would leave events that nobody can read, two steps for one version would read them in two ways.
    #[test]
    fn the_steps_of_a_type_are_a_chain_from_its_first_layout_to_the_present_one() {
        for step in STEPS {
            let chain: Vec<u16> =
                STEPS.iter().filter(|other| other.event_type == step.event_type).map(|other| other.from).collect();
            assert_eq!(chain, (1..version_of(step.event_type)).collect::<Vec<_>>(), "{}", step.event_type);
        }
        assert_eq!((version_of("Registered"), version_of("PieceAdded")), (2, 1));
    }
}
