//! The command bus: receipt, rights, load, rights, plan, decide, number, claims, seal, append (design 10.5).
//!
//! Commands go through it in rounds: each step is taken for all commands of a round at once, in one statement where the
//! database is asked, and one append ends it. A command that comes alone is a round of one. Every command of a round is
//! decided for itself; one that is refused refuses only itself.
//!
//! Two commands that touch one stream, command id or claim never share a round: the later one waits, whatever becomes of
//! the earlier one, so that the order of the caller is the order of the log. Whose claims a command touches is known once it
//! is decided: while one waits that may touch some, so do all later ones that may. A decision made on a version that moved on
//! is made anew, unless the caller named the version he had read.

mod decision;
mod order;
mod rehearsal;
mod round;
mod run;
mod verdict;
mod waiting;
mod writing;

use std::collections::VecDeque;
use std::sync::Arc;

use access::Purpose;
use demand::Act;
use jiff::Timestamp;
use uuid::Uuid;

use crate::Error;
use crate::consultation::{Look, LookKind, Question};
use crate::import::Entered;
use crate::register::{Answer, Parts, Register, Request, territory_of, to_the_microsecond};
use order::Named;
pub(crate) use order::{Order, Past};
pub(crate) use rehearsal::Rehearsal;
use round::Round;
use waiting::{Waiting, pick, put_back};

/// How often an act is decided anew because its demand moved on meanwhile.
const MOST_TRIES: usize = 8;

impl Register {
    /// Applies an act, durably, once per command id.
    ///
    /// A refusal that tells the number of the demand which a person holds is recorded as a search before it is told.
    ///
    /// # Errors
    /// Every variant of [`Error`]; nothing was written, except for [`Error::OutcomeUnknown`], after which the same
    /// request may be sent again.
    pub async fn execute(&self, request: Request) -> Result<Answer, Error> {
        let (actor, territory) = (request.actor, territory_of(&request));
        let question = self.who_is_registered(&request.act);
        let done = self.submit_many(vec![request]).await?.pop().unwrap_or(Err(Error::OutcomeUnknown));
        match (&done, territory) {
            (Ok(_), _) => self.parts.note_use(&actor).await,
            (Err(Error::Duplicate { held_by }), Ok(territory)) => {
                let shown = vec![(*held_by, 0)];
                let look = Look::of(LookKind::Duplicate, Purpose::Attribution);
                self.record(&actor, Look { territory: Some(territory), question, shown, ..look }).await?;
            }
            _ => {}
        }
        done
    }

    /// The digest of the person whom a registration names; none for other acts.
    fn who_is_registered(&self, act: &Act) -> Option<Question> {
        let identity = match act {
            Act::Register(registration) => registration.form.identity.as_ref(),
            Act::Separate(separation) => separation.form.identity.as_ref(),
            _ => None,
        };
        Some(self.question(&[&serde_json::to_vec(identity?).ok()?]))
    }

    /// Applies many acts, each as [`Register::execute`] does, and answers each in its place. All of them bear one instant of
    /// record, that of the call. Acts on one demand, and what clashes otherwise, are applied in the order given; what comes
    /// after a refused act is tried all the same.
    ///
    /// It costs four statements and one flush for each round of up to 250 commands (receipts, streams, keys, append), and
    /// one insert more where new demands need keys or numbers; beside that a few hundred microseconds of this process for a
    /// command, forms and sealing. Acts on one demand take a round each: of lives of ten acts, submit the n-th acts of all,
    /// then the next ones. A registration answers its number only with the call, so acts on a new demand belong into the next
    /// one. Some thousands of commands a call are plenty: all are held in memory.
    ///
    /// # Errors
    /// A failure of log, vault or database, after which any of the commands may have been applied: the same call may be
    /// made again, and gives the first answers where there were some.
    pub async fn submit_many(&self, requests: Vec<Request>) -> Result<Vec<Result<Answer, Error>>, Error> {
        let parts = Arc::clone(&self.parts);
        // A task of its own: a dropped caller never leaves a command between two awaits.
        let orders = requests.into_iter().map(Order::from).collect();
        let recorded_at = to_the_microsecond(parts.clock.now());
        let submitted = async move { parts.submit(orders, recorded_at, Fate::Written).await };
        match self.parts.tasks.run(submitted).await {
            Ok(answers) => Ok(answers?.into_iter().map(|answer| answer.map(|entered| entered.answer())).collect()),
            Err(_) => Err(Error::OutcomeUnknown),
        }
    }
}

/// What becomes of the decisions of a call.
pub(crate) enum Fate<'a> {
    /// They are written.
    Written,
    /// Nothing is written: they are remembered, so that later ones are decided on them.
    Rehearsed(&'a mut Rehearsal),
}

impl Parts {
    pub(crate) async fn submit(
        &self,
        orders: Vec<Order>,
        // Once for all tries: the day of the decision is the day of record, also at midnight.
        recorded_at: Timestamp,
        mut fate: Fate<'_>,
    ) -> Result<Vec<Result<Entered, Error>>, Error> {
        let names: Vec<Option<Uuid>> = orders.iter().map(Order::name).collect();
        let mut answers: Vec<Option<Result<Entered, Error>>> = orders.iter().map(|_| None).collect();
        let mut named = Named::new();
        let mut waiting: VecDeque<Waiting> =
            orders.into_iter().enumerate().map(|(place, order)| Waiting::new(place, order)).collect();
        while !waiting.is_empty() {
            let commands = pick(&mut waiting, &named);
            let ended = Round::new(self, recorded_at).run(commands, &mut fate).await?;
            for (place, answer) in ended.answers {
                if let Some(command) = names.get(place).copied().flatten() {
                    named.insert(command, answer.as_ref().ok().map(|entered| entered.answer().number));
                }
                if let Some(slot) = answers.get_mut(place) {
                    *slot = Some(answer);
                }
            }
            put_back(&mut waiting, ended.again);
        }
        Ok(answers.into_iter().map(|answer| answer.unwrap_or(Err(Error::OutcomeUnknown))).collect())
    }
}
