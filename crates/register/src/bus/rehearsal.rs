//! A rehearsal: every decision is made as if it were written, and nothing is.
//!
//! What was decided is remembered here, so that what comes later is decided on it: the demands touched, the claims taken
//! and released. That is some kilobytes for each demand. Keys and numbers are not drawn: a demand that brings no number has one
//! here that means nothing.

use std::collections::{HashMap, HashSet};

use event_log::{ClaimHolder, ClaimOp, Position, StreamId};
use jiff::civil::Date;
use nomenclature::{Sequence, Territory, UniqueNumber};
use uuid::Uuid;

use super::decision::{Decided, Decision};
use super::order::Order;
use super::run::Run;
use super::writing::kept;
use crate::Error;
use crate::blind::Token;
use crate::claim::{Claims, Known, PERSON};
use crate::import::Entered;
use crate::register::{Answer, Parts};
use crate::stream::{self, Loaded};

/// What was rehearsed so far.
#[derive(Default)]
pub(crate) struct Rehearsal {
    demands: HashMap<UniqueNumber, Loaded>,
    answered: HashMap<Uuid, ([u8; 32], Answer)>,
    taken: HashMap<(Token, Territory), Vec<UniqueNumber>>,
    released: HashSet<(Token, Territory, UniqueNumber)>,
    /// By territory and month, the next number that means nothing.
    made_up: HashMap<(Territory, i16, i8), u32>,
}

/// A decision with what it claims.
struct Rehearsed {
    run: Run,
    demands: Vec<(UniqueNumber, Decided)>,
    claims: Vec<(Token, UniqueNumber, ClaimOp)>,
}

impl Rehearsal {
    /// The answer that the command had before, or that its id had for another content.
    pub(super) fn repeated(&self, order: &Order, digest: [u8; 32]) -> Option<Result<Answer, Error>> {
        let (of_first, answer) = self.answered.get(&order.request.command_id)?;
        Some(if *of_first == digest { Ok(*answer) } else { Err(Error::CommandIdReused) })
    }

    /// The demand that an import's command registered.
    pub(super) fn registered(&self, command: Uuid) -> Option<UniqueNumber> {
        self.answered.get(&command).map(|(_, answer)| answer.number)
    }

    /// Whether an import's command was rehearsed and not refused.
    pub(super) fn entered(&self, command: Uuid) -> bool {
        self.answered.contains_key(&command)
    }

    /// The demand as it was rehearsed.
    pub(super) fn demand(&self, run: &Run) -> Option<Loaded> {
        run.order.request.number.and_then(|number| self.demands.get(&number).cloned())
    }

    /// Decides what the log would have had to: whether numbers are free, and who holds the persons.
    pub(super) async fn rehearse(
        &mut self,
        parts: &Parts,
        decided: Vec<(Run, Decision)>,
    ) -> Result<Vec<(usize, Result<Entered, Error>)>, Error> {
        let (mut answers, mut rehearsed) = (Vec::new(), Vec::new());
        let taken = taken_numbers(parts, &decided).await?;
        for (run, decision) in decided {
            match self.claiming(parts, &run, decision, &taken).await {
                Ok((demands, claims)) => rehearsed.push(Rehearsed { run, demands, claims }),
                Err(error) => answers.push((run.place, Err(error))),
            }
        }
        let tokens: Vec<Token> = rehearsed.iter().flat_map(|one| one.claims.iter().map(|(token, ..)| *token)).collect();
        let keys: Vec<&[u8]> = tokens.iter().map(Token::as_slice).collect();
        let found = if keys.is_empty() { Vec::new() } else { parts.reader.claim_holders_of(PERSON, &keys).await? };
        let holders: HashMap<Token, Vec<ClaimHolder>> = tokens.into_iter().zip(found).collect();
        for one in rehearsed {
            answers.push((one.run.place, self.take(one, &holders).map(Entered::Now)));
        }
        Ok(answers)
    }

    async fn claiming(
        &mut self,
        parts: &Parts,
        run: &Run,
        decision: Decision,
        taken: &HashSet<UniqueNumber>,
    ) -> Result<(Vec<(UniqueNumber, Decided)>, Vec<(Token, UniqueNumber, ClaimOp)>), Error> {
        let demands = match decision {
            Decision::Known(number, decided) => vec![(number, *decided)],
            Decision::New(opening) => {
                let filed_on = opening.filed_on(run.today);
                let number = match run.order.past.and_then(|past| past.number) {
                    Some(number) => kept(number, run.territory, filed_on)?,
                    None => self.made_up(run, filed_on)?,
                };
                if taken.contains(&number) || self.demands.contains_key(&number) {
                    return Err(Error::NumberTaken { number });
                }
                opening.numbered(number).await?
            }
        };
        let mut claims = Vec::new();
        for (number, decided) in &demands {
            let stream: StreamId = stream::stream_of(*number)?;
            let known = Known { applicant_ref: run.person_ref, tags: &run.tags, forced: &run.forced };
            let at = (&stream, run.territory);
            let of_demand = Claims::of(parts.vault.secrets(), &decided.loaded.demand, &decided.after, at, &known)
                .map_err(|_| demand::Rejection::from(demand::RejectionReason::PersonalDataUnreadable))?;
            let tokens = of_demand.claims.iter().enumerate();
            claims.extend(tokens.filter_map(|(nth, claim)| Some((of_demand.token(nth)?, *number, claim.op))));
        }
        Ok((demands, claims))
    }

    fn made_up(&mut self, run: &Run, filed_on: Date) -> Result<UniqueNumber, Error> {
        let month = (run.territory, filed_on.year(), filed_on.month());
        let next = self.made_up.entry(month).or_insert(Sequence::MAX.value());
        loop {
            let sequence = Sequence::try_new(*next).map_err(|_| Error::NumbersExhausted)?;
            *next = next.checked_sub(1).ok_or(Error::NumbersExhausted)?;
            let number = UniqueNumber::compose(run.territory, filed_on, sequence, run.desk()?);
            if !self.demands.contains_key(&number) {
                return Ok(number);
            }
        }
    }

    /// Takes what a decision claims, unless somebody else holds it.
    fn take(&mut self, one: Rehearsed, holders: &HashMap<Token, Vec<ClaimHolder>>) -> Result<Answer, Error> {
        let Rehearsed { run, demands, claims } = one;
        let territory = run.territory;
        let leaving: HashSet<(Token, UniqueNumber)> = claims
            .iter()
            .filter(|(.., op)| *op == ClaimOp::Release)
            .map(|(token, number, _)| (*token, *number))
            .collect();
        let taking = claims.iter().filter(|(.., op)| *op != ClaimOp::Release);
        for (token, number, _) in taking.clone() {
            let in_the_log = holders.get(token).into_iter().flatten();
            let in_the_log = in_the_log
                .filter(|holder| holder.scope == territory.as_str())
                .filter_map(|holder| UniqueNumber::parse(holder.holder.as_str()).ok())
                .filter(|holder| !self.released.contains(&(*token, territory, *holder)));
            let held = in_the_log.chain(self.taken.get(&(*token, territory)).into_iter().flatten().copied());
            let other = held.into_iter().find(|holder| holder != number && !leaving.contains(&(*token, *holder)));
            if let (Some(held_by), false) = (other, run.may_force()) {
                return Err(Error::Duplicate { held_by });
            }
        }
        for (token, number, _) in taking {
            self.released.remove(&(*token, territory, *number));
            self.taken.entry((*token, territory)).or_default().push(*number);
        }
        for (token, number) in leaving {
            if let Some(taken) = self.taken.get_mut(&(token, territory)) {
                taken.retain(|holder| *holder != number);
            }
            self.released.insert((token, territory, number));
        }
        let mut last = None;
        for (number, decided) in demands {
            let days = decided.events.iter().map(|event| event.effective_on(run.today));
            let effective_on = days.clone().min().unwrap_or(run.today);
            let version = decided.loaded.version + u32::try_from(decided.events.len()).unwrap_or(u32::MAX);
            let latest = decided.loaded.latest.max(days.max());
            self.demands.insert(number, Loaded { demand: decided.after, version, latest, ..Loaded::nothing() });
            let (position, recorded_at) = (Position::ZERO, run.recorded_at);
            last = Some(Answer { number, version, position, effective_on, recorded_at, opened: None });
        }
        let answer = last.ok_or(Error::OutcomeUnknown)?;
        self.answered.insert(run.order.request.command_id, (run.digest, answer));
        Ok(answer)
    }
}

/// Those of the numbers that came with demands which have a stream already.
async fn taken_numbers(parts: &Parts, decided: &[(Run, Decision)]) -> Result<HashSet<UniqueNumber>, Error> {
    let brought: Vec<UniqueNumber> =
        decided.iter().filter_map(|(run, _)| run.order.past.and_then(|past| past.number)).collect();
    if brought.is_empty() {
        return Ok(HashSet::new());
    }
    let streams = brought.iter().map(|number| stream::stream_of(*number)).collect::<Result<Vec<_>, _>>()?;
    let read = parts.reader.read_streams(&streams).await?;
    let taken = brought.into_iter().zip(read).filter(|(_, events)| !events.as_ref().is_ok_and(Vec::is_empty));
    Ok(taken.map(|(number, _)| number).collect())
}
