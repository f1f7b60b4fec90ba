//! The commands of a call that are not answered yet, and which of them make the next round.

use std::collections::{HashSet, VecDeque};

use demand::claims;
use nomenclature::UniqueNumber;
use uuid::Uuid;

use super::order::{Named, Order};
use super::run::Run;
use crate::bulk::PAGE;

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
    Asked(Box<Order>),
    /// It has no receipt, its actor may ask for it, and it has to be decided, anew perhaps.
    Running(Box<Run>),
}

impl Waiting {
    pub(super) fn new(place: usize, order: Order) -> Self {
        Self { place, stage: Stage::Asked(Box::new(order)) }
    }

    fn order(&self) -> &Order {
        match &self.stage {
            Stage::Asked(order) => order,
            Stage::Running(run) => &run.order,
        }
    }

    /// The number of the demand, once the command that registers it has an answer; and whether what comes before is entered.
    fn resolve(&mut self, named: &Named) {
        let Stage::Asked(order) = &mut self.stage else { return };
        if let Some(number) = order.unresolved().and_then(|demand| named.get(&demand)) {
            order.request.number = *number;
        }
        if order.after().is_some_and(|after| named.get(&after).is_some_and(Option::is_some)) {
            order.follows();
        }
    }
}

/// What commands are known to clash on before they are decided.
#[derive(Default)]
struct Touched {
    ids: HashSet<(String, Uuid)>,
    numbers: HashSet<UniqueNumber>,
    /// Demands that are named by the command that registers them.
    demands: HashSet<Uuid>,
    /// A command waits that may change whom its demand claims: whose claims those are, nobody knows yet.
    claims: bool,
}

impl Touched {
    /// Whether the command has to wait for an earlier one. What a waiting command touches counts as touched: a third one
    /// must not overtake the second.
    fn waits(&mut self, order: &Order) -> bool {
        let request = &order.request;
        let organisation = request.actor.organisation_code();
        // The demand is opened, or the act preceded, by a command that has no answer yet.
        let mut named = order.unresolved().into_iter().chain(order.after());
        let unanswered = named.any(|command| self.ids.contains(&(organisation.to_owned(), command)));
        let demand = order.past.and_then(|past| past.demand);
        let new_demand = demand.is_none_or(|demand| self.demands.insert(demand));
        let new_id = self.ids.insert((organisation.to_owned(), request.command_id));
        let new_number = request.number.is_none_or(|number| self.numbers.insert(number));
        let on_claims = claims::may_change(&request.act);
        let waits = unanswered || !new_demand || !new_id || !new_number || (on_claims && self.claims);
        self.claims |= waits && on_claims;
        waits
    }
}

/// Takes the commands of the next round, in the order given.
pub(super) fn pick(waiting: &mut VecDeque<Waiting>, named: &Named) -> Vec<Waiting> {
    let mut touched = Touched::default();
    let (mut round, mut passed) = (Vec::new(), Vec::new());
    while round.len() < PAGE && passed.len() < LOOKAHEAD {
        let Some(mut next) = waiting.pop_front() else { break };
        next.resolve(named);
        if touched.waits(next.order()) { passed.push(next) } else { round.push(next) }
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
