//! Whether an answer tells something foreign, or that it is there: by what was written down, in whatever bytes came back.

use nomenclature::{AgentId, Territories};
use prost::Message as _;
use proto::v1::get_outcome_response::Outcome;
use proto::v1::{FenceCommandResponse, GetOutcomeResponse, fence_command_response};

use super::door::Told;
use super::questions::{Question, Twin};
use super::world::{Caller, World};

/// Territory, month and year: what a number begins with.
const HEAD: usize = 7;
/// Characters of a number, of the token of an agent.
const NUMBER: usize = 18;
const TOKEN: usize = 32;
/// Who looked at a demand may have looked from anywhere: whose business it was then is told to whoever watches over it.
const WHO_LOOKED: &str = "ConsultationService/";
/// The one list of what is foreign: other demands of the same person, by their numbers.
const ELSEWHERE: &str = "SharedManagementService/ListDemandsElsewhere";

/// What an answer tells that is foreign to whom it is given.
pub fn foreign(world: &World, caller: &Caller, question: &Question, told: &Told) -> Option<String> {
    let text = text_of(told).to_ascii_lowercase();
    for place in &world.places {
        let names = |word: &str| text.contains(&word.to_ascii_lowercase());
        let bounded = caller.is_bounded() && !question.at_a_desk;
        let named = caller.named.contains(place.territory);
        if !named && names(place.word) || (!named || bounded) && names(place.outlying.1) {
            return Some(format!("it names people of {}", place.territory));
        }
        let head = &place.households[0].number.as_str()[..HEAD];
        let numbers = text.match_indices(head).filter_map(|(at, _)| text.get(at..at + NUMBER));
        let mut foreign = numbers.filter(|number| number.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let may_know = |number: &str| {
            let others = question.elsewhere.iter().any(|other| other.as_str().eq_ignore_ascii_case(number));
            let outlying = place.households.iter().filter(|household| household.outlying);
            let beyond = bounded && outlying.map(|it| it.number).any(|it| it.as_str().eq_ignore_ascii_case(number));
            caller.home.contains(place.territory) && !beyond || (question.method == ELSEWHERE && others)
        };
        if let Some(number) = foreign.find(|number| !may_know(number)) {
            return Some(format!("it tells of {number}"));
        }
    }
    let agents = text.split(|c: char| !c.is_ascii_hexdigit()).filter(|run| run.len() == TOKEN);
    let known = agents.filter_map(|token| world.agents.get(&AgentId::parse(token).ok()?));
    let mut elsewhere = known.filter(|places| places.intersection(caller.home) == Territories::NONE);
    let told_of = elsewhere.next().filter(|_| !question.method.starts_with(WHO_LOOKED));
    told_of.map(|places| format!("it tells of an agent of {places:?}"))
}

/// Whether two answers are the same, but for what was said in the one question and in the other.
pub fn are_alike(method: &str, told: &Told, of_twin: &Told, twin: &Twin) -> bool {
    let mut text = outcome(method, told).unwrap_or_else(|| text_of(told));
    for (real, other) in &twin.said {
        text = text.replace(real, other);
    }
    text == outcome(method, of_twin).unwrap_or_else(|| text_of(of_twin))
}

/// Everything that came back.
fn text_of(told: &Told) -> String {
    match told {
        Ok(messages) => messages.iter().map(|message| String::from_utf8_lossy(message)).collect::<Vec<_>>().join(" "),
        Err(status) => {
            let details = String::from_utf8_lossy(status.details());
            format!("{:?} {} {details}", status.code(), status.message())
        }
    }
}

/// That a command was not done, whatever the position as of which it is told, or who gave it up.
fn outcome(method: &str, told: &Told) -> Option<String> {
    let message = told.as_ref().ok()?.first()?.clone();
    let is_done = match method {
        "CommandService/GetOutcome" => {
            let outcome = GetOutcomeResponse::decode(message).unwrap().outcome?;
            !matches!(outcome, Outcome::NotCommitted(_) | Outcome::Fenced(_))
        }
        "CommandService/FenceCommand" => {
            let outcome = FenceCommandResponse::decode(message).unwrap().outcome?;
            !matches!(outcome, fence_command_response::Outcome::Fenced(_))
        }
        _ => true,
    };
    (!is_done).then(|| "not done".to_owned())
}
