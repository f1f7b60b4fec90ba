//! A client of one desk: it asks, asks again when it heard nothing, and keeps its books.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use demand::form::identity::PersonDraft;
use jiff::civil::Date;
use nomenclature::{Actor, Channel, UniqueNumber};
use register::{Answer, Error, Outcome, Register, Request, Seen, Viewer};
use tokio::time::sleep;
use uuid::Uuid;

use crate::dice::Dice;
use crate::ledger::{Id, Ledger, id_of};
use crate::process::{Asked, Process};
use crate::workload::{self, Desk, Known};

/// How often a command is sent that nobody answers.
const TRIES: u64 = 6;

/// One client.
pub(crate) struct Client {
    pub(crate) dice: Dice,
    pub(crate) desk: Desk,
    pub(crate) actor: Actor,
    pub(crate) processes: Arc<Vec<Process>>,
    pub(crate) ledger: Arc<Mutex<Ledger>>,
}

impl Client {
    /// Asks for so many things, one after the other.
    pub(crate) async fn live(mut self, steps: u64) {
        for _ in 0..steps {
            sleep(Duration::from_micros(self.dice.below(150_000))).await;
            if self.dice.percent(12) {
                self.send_many().await;
                continue;
            }
            let Some(request) = self.request().await else { continue };
            self.ledger().intend(&request);
            self.deliver(&request).await;
            if self.dice.percent(15) {
                self.send(&request).await;
            }
            if self.dice.percent(6) {
                self.misuse(&request).await;
            }
        }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something to ask for, drawn from what the clients know.
    async fn request(&mut self) -> Option<Request> {
        let numbers: Vec<UniqueNumber> = {
            let ledger = self.ledger();
            let of_here = |number: &&UniqueNumber| number.territory().as_str() == self.desk.territory;
            ledger.numbers.iter().filter(of_here).copied().collect()
        };
        let rare = self.dice.percent(30);
        let command_id = Uuid::from_u128(self.dice.bits());
        let actor = self.actor;
        let channel = Channel::Desk;
        if numbers.is_empty() || self.dice.percent(35) {
            let act = workload::register(&mut self.dice, self.desk);
            return Some(Request { command_id, actor, channel, number: None, expected_version: None, act });
        }
        // Mostly one of the latest, which has most of its life before it.
        let latest = &numbers[numbers.len().saturating_sub(4)..];
        let number = *self.dice.pick(if rare { &numbers } else { latest })?;
        let (viewer, process) = (self.actor, self.process());
        let looked = self.processes[process].ask(async |register| look(&register, number, &viewer).await).await;
        let Asked::Answered(Ok((known, version, today))) = looked else { return None };
        let expected_version = self.dice.percent(20).then_some(version);
        let act = workload::act(&mut self.dice, self.desk, today, &known);
        Some(Request { command_id, actor, channel, number: Some(number), expected_version, act })
    }

    fn process(&mut self) -> usize {
        usize::try_from(self.dice.below(self.processes.len() as u64)).unwrap_or(0)
    }

    /// Sends a command until its end is known, or there is something better to do.
    async fn deliver(&mut self, request: &Request) {
        for _ in 0..TRIES {
            let known = match self.dice.below(10) {
                0 | 1 => self.send_twice(request).await,
                2 => self.send_and_ask(request).await,
                _ => self.send(request).await,
            };
            if known {
                return;
            }
            sleep(Duration::from_micros(self.dice.below(80_000))).await;
            match self.dice.below(10) {
                0 | 1 => self.ask_outcome(request).await,
                2 => self.give_up(request).await,
                3 => return,
                _ => {}
            }
        }
    }

    /// One attempt; whether its end is known.
    async fn send(&mut self, request: &Request) -> bool {
        let process = self.process();
        attempt(&self.processes[process], &self.ledger, std::slice::from_ref(request)).await.is_empty()
    }

    /// Two attempts at once, as of a client that does not wait; whether the end is known.
    async fn send_twice(&mut self, request: &Request) -> bool {
        let (one, other) = (self.process(), self.process());
        let (one, other) = tokio::join!(
            attempt(&self.processes[one], &self.ledger, std::slice::from_ref(request)),
            attempt(&self.processes[other], &self.ledger, std::slice::from_ref(request)),
        );
        one.is_empty() && other.is_empty()
    }

    /// An attempt, and a question what became of it meanwhile; whether the end is known.
    async fn send_and_ask(&mut self, request: &Request) -> bool {
        let (one, other) = (self.process(), self.process());
        let pause = Duration::from_micros(self.dice.below(3_000));
        let asked = async {
            sleep(pause).await;
            let ask = async |register: Register| register.outcome(request.command_id, &request.actor).await;
            if let Asked::Answered(Ok(outcome)) = self.processes[other].ask(ask).await {
                hear(&mut self.ledger(), &id_of(request), outcome);
            }
        };
        let alone = std::slice::from_ref(request);
        let (unknown, ()) = tokio::join!(attempt(&self.processes[one], &self.ledger, alone), asked);
        unknown.is_empty()
    }

    /// Several commands in one call, some of them the same one again; what is not answered is sent alone then.
    async fn send_many(&mut self) {
        let mut requests = Vec::new();
        for _ in 0..3 {
            requests.extend(self.request().await);
        }
        if self.dice.percent(30) {
            requests.extend(requests.first().cloned());
        }
        requests.iter().for_each(|request| self.ledger().intend(request));
        let process = self.process();
        let unanswered = attempt(&self.processes[process], &self.ledger, &requests).await;
        for request in unanswered {
            self.deliver(&request).await;
        }
    }

    /// The same id for another body: refused, if the first body was heard of.
    async fn misuse(&mut self, request: &Request) {
        let id = id_of(request);
        let before = self.ledger().intents.get(&id).and_then(|intent| intent.answer);
        if before.is_none() {
            return;
        }
        let mut other = request.clone();
        other.channel = Channel::Online;
        let process = self.process();
        let answer = self.processes[process].ask(async |register| register.execute(other).await).await;
        if let Asked::Answered(Ok(answer)) = answer {
            self.ledger().fault(format!("{}: answered {answer:?} to another body", id.1));
        }
    }

    async fn ask_outcome(&mut self, request: &Request) {
        let (id, process) = (id_of(request), self.process());
        let asked = async |register: Register| register.outcome(request.command_id, &request.actor).await;
        if let Asked::Answered(Ok(outcome)) = self.processes[process].ask(asked).await {
            hear(&mut self.ledger(), &id, outcome);
        }
    }

    async fn give_up(&mut self, request: &Request) {
        let (id, process) = (id_of(request), self.process());
        let asked = async |register: Register| register.fence(request.command_id, &request.actor).await;
        if let Asked::Answered(Ok(outcome)) = self.processes[process].ask(asked).await {
            hear(&mut self.ledger(), &id, outcome);
        }
    }
}

/// One attempt at some commands, in one call; those of which the end is not known.
async fn attempt(process: &Process, ledger: &Mutex<Ledger>, requests: &[Request]) -> Vec<Request> {
    let locked = || ledger.lock().unwrap_or_else(PoisonError::into_inner);
    let first_answer = |request: &Request| locked().intents.get(&id_of(request)).and_then(|intent| intent.answer);
    let before: Vec<Option<Answer>> = requests.iter().map(first_answer).collect();
    let answers = match process.ask(async |register| register.submit_many(requests.to_vec()).await).await {
        Asked::Answered(Ok(answers)) => answers,
        Asked::Answered(Err(refused)) if !unknown_after(&refused) => {
            // Only of a command that came alone it tells that nothing was written.
            if let [alone] = requests {
                locked().refuse(&id_of(alone), &refused, before.first().copied().flatten());
                return requests.to_vec();
            }
            requests.iter().for_each(|request| locked().lose(&id_of(request)));
            return requests.to_vec();
        }
        Asked::Answered(Err(_)) | Asked::Dead => {
            requests.iter().for_each(|request| locked().lose(&id_of(request)));
            return requests.to_vec();
        }
        Asked::Hangs => {
            locked().fault("no answer of a process that lives".to_owned());
            return Vec::new();
        }
    };
    let mut unknown = Vec::new();
    for ((request, answer), before) in requests.iter().zip(answers).zip(before) {
        let id = id_of(request);
        match answer {
            Ok(answer) => locked().acknowledge(&id, answer),
            Err(failed) if unknown_after(&failed) => {
                locked().lose(&id);
                unknown.push(request.clone());
            }
            Err(refused) => locked().refuse(&id, &refused, before),
        }
    }
    unknown
}

/// Whether an attempt that failed so may have written something.
fn unknown_after(error: &Error) -> bool {
    match error {
        Error::Log(event_log::Error::Unreachable { .. }) => false,
        Error::OutcomeUnknown | Error::Log(_) | Error::Vault(_) | Error::Database(_) => true,
        _ => false,
    }
}

/// What was told of a command.
pub(crate) fn hear(ledger: &mut Ledger, id: &Id, outcome: Outcome) {
    match outcome {
        Outcome::Committed(answer) => ledger.acknowledge(id, answer),
        Outcome::NotCommittedAsOf(position) => ledger.miss(id, position),
        Outcome::Fenced(position) => ledger.give_up(id, position),
        Outcome::TerritoryCommitted(_) | Outcome::AdministrationCommitted(_) => {
            ledger.fault(format!("{}: committed as another act", id.1))
        }
    }
}

/// What a desk sees of a demand before it acts on it.
async fn look(register: &Register, number: UniqueNumber, viewer: &Actor) -> Result<(Known, u32, Date), Error> {
    let today = register.clock().today();
    let Seen { demand, version, .. } = register.demand(number, Viewer::Agent(viewer)).await?;
    let Some(content) = demand.content() else { return Ok((Known::default(), version, today)) };
    let pieces = content.pieces.iter().map(|piece| piece.piece_id).collect();
    let household = content.rubrics.clear().and_then(|rubrics| rubrics.household());
    let co_applicant = household.and_then(|household| household.co_applicants.first()).map(|other| PersonDraft {
        surname: Some(other.person.surname.as_str().to_owned()),
        given_names: Some(other.person.given_names.as_str().to_owned()),
        birth_date: Some(other.person.birth_date.to_string()),
        nationality: Some("1".to_owned()),
        ..PersonDraft::default()
    });
    Ok((Known { pieces, co_applicant }, version, today))
}
