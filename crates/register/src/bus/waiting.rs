//! The commands of a call that are not answered yet, and which of them make the next round.

use std::collections::{HashSet, VecDeque};

use demand::claims;
use nomenclature::UniqueNumber;
use uuid::Uuid;

use super::run::Run;
use crate::bulk::PAGE;
use crate::register::Request;

/// How many commands that have to wait are passed over in search of some for the round.
const LOOKAHEAD: usize = 16 * PAGE;

/// A command and its place in the call.
pub(super) struct Waiting {
    pub(super) place: usize,
    pub(super) stage: Stage,
}

/// How far it came.
pub(super) enum Stage {
    /// Nothing was looked up for it.
    Asked(Box<Request>),
    /// It has no receipt, its actor may ask for it, and it has to be decided, anew perhaps.
    Running(Box<Run>),
}

impl Waiting {
    pub(super) fn new(place: usize, request: Request) -> Self {
        Self { place, stage: Stage::Asked(Box::new(request)) }
    }

    fn request(&self) -> &Request {
        match &self.stage {
            Stage::Asked(request) => request,
            Stage::Running(run) => &run.request,
        }
    }
}

/// What commands are known to clash on before they are decided.
#[derive(Default)]
struct Touched {
    ids: HashSet<(String, Uuid)>,
    numbers: HashSet<UniqueNumber>,
    /// A command waits that may change whom its demand claims: whose claims those are, nobody knows yet.
    claims: bool,
}

impl Touched {
    /// Whether the command has to wait for an earlier one. What a waiting command touches counts as touched: a third one
    /// must not overtake the second.
    fn waits(&mut self, request: &Request) -> bool {
        let id = (request.actor.organisation_code().to_owned(), request.command_id);
        let new_id = self.ids.insert(id);
        let new_number = request.number.is_none_or(|number| self.numbers.insert(number));
        let on_claims = claims::may_change(&request.act);
        let waits = !new_id || !new_number || (on_claims && self.claims);
        self.claims |= waits && on_claims;
        waits
    }
}

/// Takes the commands of the next round, in the order given.
pub(super) fn pick(waiting: &mut VecDeque<Waiting>) -> Vec<Waiting> {
    let mut touched = Touched::default();
    let (mut round, mut passed) = (Vec::new(), Vec::new());
    while round.len() < PAGE && passed.len() < LOOKAHEAD {
        let Some(next) = waiting.pop_front() else { break };
        if touched.waits(next.request()) { passed.push(next) } else { round.push(next) }
    }
    for later in passed.into_iter().rev() {
        waiting.push_front(later);
    }
    round
}

/// Puts those back that have to be decided anew, each in its place.
pub(super) fn put_back(waiting: &mut VecDeque<Waiting>, again: Vec<Waiting>) {
    if !again.is_empty() {
        waiting.extend(again);
        waiting.make_contiguous().sort_by_key(|waiting| waiting.place);
    }
}
