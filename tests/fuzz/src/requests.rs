//! Messages of the interface: bytes that are none, requests that say nothing sound, and those that become an act.

use demand::Violation;
use nomenclature::Actor;
use server::fuzzing::{QUESTIONS, REQUESTS, Read, Refusal, told};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::decision::{self, TODAY};

/// The name of a request in a line, then its bytes.
pub fn run(input: &[u8]) {
    let Some(end) = input.iter().position(|byte| *byte == b'\n') else { return };
    let (name, bytes) = (&input[..end], &input[end + 1..]);
    if let Some((_, read)) = REQUESTS.iter().find(|(known, _)| known.as_bytes() == name) {
        let actor = Actor::parse("732829320/G0601/agent-01").expect("the actor is well formed");
        let Ok(read) = read(bytes, actor) else { return };
        let guess = match read {
            Read::Sound(request) => {
                assert!(!request.command_id.is_nil(), "a request without an id is sound");
                Some(request)
            }
            Read::Faulty { found, guess } => {
                is_told(found);
                guess
            }
        };
        if let Some(request) = guess {
            decision::decide(&request.act, request.channel);
        }
    }
    if let Some((_, question)) = QUESTIONS.iter().find(|(known, _)| known.as_bytes() == name)
        && let Err(refusal) = question(bytes, TODAY)
    {
        is_typed(refusal);
    }
}

/// All faults are told, each with its field.
fn is_told(found: Vec<Violation>) {
    let count = found.len();
    assert!(count > 0, "a request without faults is faulty");
    let status = told(found);
    assert_eq!(status.code(), Code::InvalidArgument);
    let fields = status.get_details_bad_request().expect("the faults are told").field_violations;
    assert_eq!(fields.len(), count);
    assert!(fields.iter().all(|fault| !fault.field.is_empty() && !fault.reason.is_empty()));
}

/// A refusal says its reason.
fn is_typed(refusal: Refusal) {
    let status = Status::from(refusal);
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(status.get_details_error_info().is_some_and(|info| !info.reason.is_empty()));
}
