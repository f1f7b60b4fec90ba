//! One round: every step for all of its commands at once.

use std::collections::{HashMap, HashSet};

use event_log::{Command, Receipt, Refusal, Verdict};
use jiff::Timestamp;
use nomenclature::UniqueNumber;
use uuid::Uuid;

use super::Fate;
use super::decision::Decision;
use super::order::Order;
use super::rehearsal::Rehearsal;
use super::run::Run;
use super::verdict::Refused;
use super::waiting::{Stage, Waiting};
use super::writing::{Free, Ready};
use crate::Error;
use crate::blind::Token;
use crate::claim::{Claims, PERSON};
use crate::import::Entered;
use crate::register::Parts;
use crate::stream::{self, Loaded, Opening};

/// A round under way.
pub(super) struct Round<'a> {
    parts: &'a Parts,
    recorded_at: Timestamp,
    ended: Ended,
    /// Committed before, at these positions.
    repeated: Vec<(usize, Receipt)>,
    /// Numbers that came with demands which are there now.
    kept: Vec<UniqueNumber>,
    /// Refused, for what is known so far.
    refused: Vec<(Run, Error)>,
}

/// What became of a round.
#[derive(Default)]
pub(super) struct Ended {
    /// Answers, with the place of their command in the call.
    pub(super) answers: Vec<(usize, Result<Entered, Error>)>,
    /// To be decided in a later round, anew or for the first time.
    pub(super) again: Vec<Waiting>,
}

/// Commands that imported ones name.
#[derive(Default)]
struct Others {
    /// Those that are entered.
    entered: HashSet<Uuid>,
    /// The demands that they registered.
    registered: HashMap<Uuid, UniqueNumber>,
}

impl<'a> Round<'a> {
    pub(super) fn new(parts: &'a Parts, recorded_at: Timestamp) -> Self {
        Self {
            parts,
            recorded_at,
            ended: Ended::default(),
            repeated: Vec::new(),
            kept: Vec::new(),
            refused: Vec::new(),
        }
    }

    pub(super) async fn run(mut self, commands: Vec<Waiting>, fate: &mut Fate<'_>) -> Result<Ended, Error> {
        match fate {
            Fate::Written => {
                let runs = self.begin(commands, None).await?;
                let loaded = self.load(runs).await?;
                let decided = self.decide(loaded).await;
                let ready = self.write(decided).await?;
                self.append(ready).await?;
                self.look_for_receipts_again().await;
                self.tell_repeated().await;
                self.parts.numbers.move_above(&self.kept).await?;
            }
            Fate::Rehearsed(rehearsal) => {
                let runs = self.begin(commands, Some(rehearsal)).await?;
                let loaded = self.load_over(runs, rehearsal).await?;
                let decided = self.decide(loaded).await;
                self.ended.answers.extend(rehearsal.rehearse(self.parts, decided).await?);
                let refused = std::mem::take(&mut self.refused).into_iter();
                self.ended.answers.extend(refused.map(|(run, error)| (run.place, Err(error))));
                self.tell_repeated().await;
            }
        }
        Ok(self.ended)
    }

    /// Receipts, then rights.
    async fn begin(&mut self, commands: Vec<Waiting>, rehearsal: Option<&Rehearsal>) -> Result<Vec<Run>, Error> {
        let mut runs = Vec::with_capacity(commands.len());
        let mut asked = Vec::new();
        for Waiting { place, stage } in commands {
            match stage {
                Stage::Running(run) => runs.push(*run),
                Stage::Asked(order) => match self.parts.digest(&order) {
                    Ok(digest) => asked.push((place, order, digest)),
                    Err(error) => self.ended.answers.push((place, Err(error))),
                },
            }
        }
        let (receipts, named) = self.receipts(&asked, rehearsal).await?;
        for ((place, mut order, digest), receipt) in asked.into_iter().zip(receipts) {
            if let Some((receipt, of_first)) = receipt {
                match self.parts.may_hear(&order, self.recorded_at).await {
                    Ok(()) if of_first == digest => self.repeat(place, &order, receipt),
                    Ok(()) => self.ended.answers.push((place, Err(Error::CommandIdReused))),
                    Err(error) => self.ended.answers.push((place, Err(error))),
                }
                continue;
            }
            if let Some(answer) = rehearsal.and_then(|rehearsal| rehearsal.repeated(&order, digest)) {
                self.ended.answers.push((place, answer.map(Entered::Before)));
                continue;
            }
            if let Some(demand) = order.unresolved() {
                order.request.number = named.registered.get(&demand).copied();
            }
            let begun = match (order.after(), order.unresolved()) {
                (Some(after), _) if !named.entered.contains(&after) => Err(Error::PredecessorMissing),
                (_, Some(_)) => Err(Error::NotFound),
                (_, None) => self.parts.begin(place, *order, digest, self.recorded_at).await,
            };
            match begun {
                Ok(run) => runs.push(run),
                Err(error) => self.ended.answers.push((place, Err(error))),
            }
        }
        runs.sort_by_key(|run| run.place);
        Ok(runs)
    }

    /// The receipts of commands, and what became of others which some of them name.
    async fn receipts(
        &self,
        asked: &[(usize, Box<Order>, [u8; 32])],
        rehearsal: Option<&Rehearsal>,
    ) -> Result<(Vec<Option<(Receipt, [u8; 32])>>, Others), Error> {
        if asked.is_empty() {
            return Ok(Default::default());
        }
        let organisation = |order: &'_ Order| order.request.actor.organisation_code().to_owned();
        let mut ids: Vec<(String, Uuid)> =
            asked.iter().map(|(_, order, _)| (organisation(order), order.request.command_id)).collect();
        let demands: HashSet<Uuid> = asked.iter().filter_map(|(_, order, _)| order.unresolved()).collect();
        let named = asked.iter().flat_map(|(_, order, _)| {
            let others = order.unresolved().into_iter().chain(order.after());
            others.map(|command| (organisation(order), command))
        });
        ids.extend(named.collect::<HashSet<_>>());
        let borrowed: Vec<(&str, Uuid)> = ids.iter().map(|(organisation, id)| (organisation.as_str(), *id)).collect();
        let mut receipts = self.parts.log.receipts(&borrowed).await?;
        let of_named = receipts.split_off(asked.len());
        let named = ids.split_off(asked.len());
        let mut others = Others::default();
        let mut of_demands = Vec::new();
        for ((_, id), receipt) in named.into_iter().zip(of_named) {
            if receipt.is_some() || rehearsal.is_some_and(|rehearsal| rehearsal.entered(id)) {
                others.entered.insert(id);
            }
            if !demands.contains(&id) {
                continue;
            }
            others.registered.extend(rehearsal.and_then(|rehearsal| Some((id, rehearsal.registered(id)?))));
            of_demands.extend(receipt.map(|(receipt, _)| (id, receipt)));
        }
        // Where the demand is, the log is asked; that a row is entered, its receipt tells.
        let (found, of_found): (Vec<Uuid>, Vec<Receipt>) = of_demands.into_iter().unzip();
        for (id, answer) in found.into_iter().zip(self.parts.answers(&of_found).await) {
            others.registered.insert(id, answer?.number);
        }
        Ok((receipts, others))
    }

    /// As [`Round::load`], from what was rehearsed where it is there.
    async fn load_over(&mut self, runs: Vec<Run>, rehearsal: &Rehearsal) -> Result<Vec<(Run, Loaded)>, Error> {
        let (mut loaded, mut unknown) = (Vec::new(), Vec::new());
        for mut run in runs {
            match rehearsal.demand(&run).map(|demand| run.checked(demand)) {
                None => unknown.push(run),
                Some(Ok(demand)) => loaded.push((run, demand)),
                Some(Err(error)) => self.refused.push((run, error)),
            }
        }
        loaded.extend(self.load(unknown).await?);
        loaded.sort_by_key(|(run, _)| run.place);
        Ok(loaded)
    }

    async fn load(&mut self, runs: Vec<Run>) -> Result<Vec<(Run, Loaded)>, Error> {
        let asked: Vec<_> = runs.iter().filter_map(|run| Some((run.order.request.number?, Opening::Opened))).collect();
        let mut found = stream::load_many(&self.parts.reader, &self.parts.vault, &asked).await?.into_iter();
        let mut loaded = Vec::with_capacity(runs.len());
        for mut run in runs {
            let demand = match run.order.request.number {
                None => Ok(Loaded::nothing()),
                Some(_) => found.next().unwrap_or(Err(Error::NotFound)).and_then(|demand| run.checked(demand)),
            };
            match demand {
                Ok(demand) => loaded.push((run, demand)),
                Err(error) => self.refused.push((run, error)),
            }
        }
        Ok(loaded)
    }

    async fn decide(&mut self, loaded: Vec<(Run, Loaded)>) -> Vec<(Run, Decision)> {
        let mut decided = Vec::with_capacity(loaded.len());
        for (run, demand) in loaded {
            match Decision::of(&run, demand).await {
                Ok(decision) => decided.push((run, decision)),
                Err(error) => self.refused.push((run, error)),
            }
        }
        decided
    }

    /// Key and number come after the decision, so that a refusal costs neither.
    async fn write(&mut self, decided: Vec<(Run, Decision)>) -> Result<Vec<(Ready, Command)>, Error> {
        let new = decided.iter().filter(|(_, decision)| matches!(decision, Decision::New(_))).count();
        let mut keys = if new == 0 { Vec::new() } else { self.parts.vault.draw_many(new).await? };
        let mut ready = Vec::with_capacity(decided.len());
        let mut claimed = HashSet::new();
        for (run, decision) in decided {
            let (one, command) = match self.parts.ready(run, decision, &mut keys).await {
                Ok(ready) => ready,
                Err(refused) => {
                    self.refused.push(*refused);
                    continue;
                }
            };
            let claims: HashSet<_> = command.claims.iter().map(|claim| (claim.kind, claim.key.clone())).collect();
            if claims.is_disjoint(&claimed) {
                ready.push((one, command));
            } else {
                self.parts.settle(one.opened, Free::Yes).await;
                self.again(one.run);
            }
            claimed.extend(claims);
        }
        keys.into_iter().for_each(|key| self.parts.vault.give_back(key));
        Ok(ready)
    }

    async fn append(&mut self, ready: Vec<(Ready, Command)>) -> Result<(), Error> {
        if ready.is_empty() {
            return Ok(());
        }
        let (ready, commands): (Vec<_>, Vec<_>) = ready.into_iter().unzip();
        let verdicts = self.parts.log.append(commands).await?;
        let mut elsewhere = Vec::new();
        for (one, verdict) in ready.into_iter().zip(verdicts) {
            match verdict {
                Verdict::Committed(receipt) => {
                    self.kept.extend(one.run.order.past.and_then(|past| past.number));
                    self.ended.answers.push((one.run.place, one.answer(receipt).map(Entered::Now)));
                }
                // Sent twice at once, or again after a lost connection: the first answer stands.
                Verdict::Repeated(receipt) => self.repeat(one.run.place, &one.run.order, receipt),
                Verdict::Refused(refusal) => elsewhere.extend(self.take_refusal(one, refusal).await),
            }
        }
        self.learn(elsewhere).await
    }

    /// Returns a command about persons who are known elsewhere under other references.
    async fn take_refusal(&mut self, mut one: Ready, refusal: Refusal) -> Option<(Run, Claims)> {
        match one.run.refused(one.opened.as_ref(), refusal, &one.claims) {
            Refused::Again => {
                self.parts.settle(one.opened, Free::Yes).await;
                self.again(one.run);
            }
            Refused::KnownElsewhere => {
                self.parts.settle(one.opened, Free::Yes).await;
                return Some((one.run, one.claims));
            }
            Refused::NumberTaken(number) => {
                self.parts.settle(one.opened, Free::No).await;
                match self.parts.numbers.skip_taken(&self.parts.reader, number).await {
                    Ok(()) => self.again(one.run),
                    Err(error) => self.refused.push((one.run, error)),
                }
            }
            Refused::For(error) => {
                // Only what is known not to be written gives number and key back.
                if surely_not_written(&error) {
                    self.parts.settle(one.opened, Free::Yes).await;
                }
                self.refused.push((one.run, error));
            }
        }
        None
    }

    /// Learns the references of persons who are known elsewhere, to decide anew with them.
    async fn learn(&mut self, elsewhere: Vec<(Run, Claims)>) -> Result<(), Error> {
        if elsewhere.is_empty() {
            return Ok(());
        }
        let tokens: Vec<Token> = elsewhere.iter().flat_map(|(_, claims)| claims.taken()).collect();
        let keys: Vec<&[u8]> = tokens.iter().map(Token::as_slice).collect();
        let holders = self.parts.reader.claim_holders_of(PERSON, &keys).await?;
        let known: HashMap<Token, Uuid> =
            tokens.iter().zip(holders).filter_map(|(token, holders)| Some((*token, holders.first()?.tag))).collect();
        for (mut run, claims) in elsewhere {
            let tags = claims.taken().into_iter().filter_map(|token| Some((token, *known.get(&token)?)));
            run.tags.extend(tags);
            if let Some(known) = claims.applicant.iter().find_map(|token| run.tags.get(token)) {
                run.person_ref = *known;
            }
            self.again(run);
        }
        Ok(())
    }

    fn repeat(&mut self, place: usize, order: &Order, receipt: Receipt) {
        self.kept.extend(order.past.and_then(|past| past.number));
        self.repeated.push((place, receipt));
    }

    fn again(&mut self, run: Run) {
        self.ended.again.push(Waiting { place: run.place, stage: Stage::Running(Box::new(run)) });
    }

    /// The same command, sent twice at once or by a process that was killed, may have committed since the receipt was
    /// looked up; its own effect must not refuse it. Whoever was refused because of an event sees its receipt now.
    async fn look_for_receipts_again(&mut self) {
        let failed = |error: &Error| {
            matches!(error, Error::OutcomeUnknown | Error::Log(_) | Error::Vault(_) | Error::Database(_))
        };
        let (failed, refused): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.refused).into_iter().partition(|(_, error)| failed(error));
        self.ended.answers.extend(failed.into_iter().map(|(run, error)| (run.place, Err(error))));
        if refused.is_empty() {
            return;
        }
        let ids =
            refused.iter().map(|(run, _)| (run.order.request.actor.organisation_code(), run.order.request.command_id));
        let receipts = self.parts.log.receipts(&ids.collect::<Vec<_>>()).await;
        // When that fails, whether a refusal is true cannot be said now.
        let mut receipts = receipts.map(Vec::into_iter);
        for (run, error) in refused {
            let answer = match receipts.as_mut().map(|receipts| receipts.next().flatten()) {
                Ok(Some((receipt, of_first))) if of_first == run.digest => {
                    self.repeat(run.place, &run.order, receipt);
                    continue;
                }
                Ok(Some(_)) => Error::CommandIdReused,
                Ok(None) => error,
                Err(_) => Error::OutcomeUnknown,
            };
            self.ended.answers.push((run.place, Err(answer)));
        }
    }

    /// The first answers of what was committed before.
    async fn tell_repeated(&mut self) {
        let (places, receipts): (Vec<_>, Vec<_>) = std::mem::take(&mut self.repeated).into_iter().unzip();
        let answers = self.parts.answers(&receipts).await.into_iter().map(|answer| answer.map(Entered::Before));
        self.ended.answers.extend(places.into_iter().zip(answers));
    }
}

/// Whether an error of the append tells that nothing was written: what the log or the decision refused.
fn surely_not_written(error: &Error) -> bool {
    matches!(
        error,
        Error::Duplicate { .. }
            | Error::CommandIdReused
            | Error::CommandFenced
            | Error::NumberTaken { .. }
            | Error::VersionConflict { .. }
            | Error::Contended { .. }
    )
}
