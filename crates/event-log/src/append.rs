//! Appending: rounds of commands, one function call each, one careful path.
//!
//! - Commands of one call that touch the same stream, command id or claim key go into different rounds, in the order
//!   given ([`rounds`]). Each round is one call of `log.append`, one transaction, over one connection.
//! - The function locks the head row first and only then looks at receipts, versions and claims, in statements of their
//!   own: under READ COMMITTED each of them sees what the last holder of the lock has committed. Take that order away
//!   and two processes can both believe to be first.
//! - When a connection is lost, nobody knows whether the round was committed. The same round is sent again; receipts
//!   answer for what was. The lost session is ended before, or it could still commit what was refused since.
//! - Where a synchronous standby must hold what is acknowledged, it is asked after each such answer ([`Standby`](crate::Standby)).
//! - Each call runs in a task of its own: a caller that goes away never leaves a connection half-way.

mod rounds;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};
use uuid::Uuid;

use crate::postgres;
use crate::store::{Fault, Slot, Slots};
use crate::{Command, Error, Position, Reader, Receipt, Refusal, Standby, Subscription, Verdict};
pub use rounds::{MAX_ROUND_BYTES, MAX_ROUND_COMMANDS};

const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// How the log appends.
#[derive(Clone, Debug)]
pub struct Options {
    /// Connections that append, each made when first needed: 4. The head row lets one of them commit at a time; more
    /// of them only overlap the work before and after.
    pub connections: usize,
    /// How long a round of commands may stay without an answer before the call gives up: 30 s.
    pub patience: Duration,
    /// Who must hold a command before it is called committed: the primary alone.
    pub standby: Standby,
}

impl Default for Options {
    fn default() -> Self {
        Self { connections: 4, patience: Duration::from_secs(30), standby: Standby::NotAsked }
    }
}

/// The log, to be appended to and read. Cheap to clone.
#[derive(Clone, Debug)]
pub struct EventLog {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    slots: Box<dyn Slots>,
    reader: Reader,
    patience: Duration,
    permits: Semaphore,
    idle: Mutex<Vec<Box<dyn Slot>>>,
    /// When an attempt last failed although its content was sound; none once a round was answered since.
    failed_at: Mutex<Option<Instant>>,
}

/// For so long a failed append counts against the log; then it is given another try.
const REMEMBERED: Duration = Duration::from_secs(10);

impl EventLog {
    /// A log over a database: `connect` for the appending connections (made when needed, acting as
    /// [`Role::Writer`](crate::Role::Writer)), `readers` for everything that is read.
    ///
    /// Appending needs sessions of its own: a pooler between must not share them between transactions.
    pub fn new(connect: PgConnectOptions, readers: PgPool, options: Options) -> Self {
        let reader = Reader::over(Arc::new(postgres::PgStore::new(readers, options.standby)));
        Self::over(Box::new(postgres::PgSlots::new(connect, options.standby)), reader, options)
    }

    pub(crate) fn over(slots: Box<dyn Slots>, reader: Reader, options: Options) -> Self {
        let inner = Inner {
            slots,
            reader,
            patience: options.patience,
            permits: Semaphore::new(options.connections.max(1)),
            idle: Mutex::new(Vec::new()),
            failed_at: Mutex::new(None),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The reading side, woken by the appends of this log.
    pub fn reader(&self) -> &Reader {
        &self.inner.reader
    }

    /// Whether commands can be expected to succeed: the database answers, takes writes, and the last append of this
    /// process did not fail (a full disk still answers every question).
    ///
    /// # Errors
    /// [`Error::ReadOnly`], [`Error::AppendsFail`], [`Error::Connection`] or [`Error::Database`].
    pub async fn ready(&self) -> Result<(), Error> {
        self.reader().store.takes_writes().await?;
        let failed_at = *self.inner.failed_at();
        if failed_at.is_some_and(|at| at.elapsed() < REMEMBERED) { Err(Error::AppendsFail) } else { Ok(()) }
    }

    /// Follows the log from behind a position on, woken by the appends of this log.
    pub fn subscribe(&self, after: Position) -> Subscription {
        self.inner.reader.subscribe(after)
    }

    /// Gives a command id up for good: `None` when it is committed, and stays so; else the position as of which it is
    /// fenced, the same at each asking. A command that is still under way is decided by who gets the head row first.
    ///
    /// # Errors
    /// [`Error::Connection`], [`Error::Database`] or [`Error::OutcomeUnknown`], after which it may be fenced or not: ask
    /// again.
    pub async fn fence(&self, organisation: &str, command: Uuid) -> Result<Option<Position>, Error> {
        self.reader().store.fence(organisation, command).await
    }

    /// The receipt of one command, as [`EventLog::receipts`] tells it.
    ///
    /// # Errors
    /// Those of [`EventLog::receipts`].
    pub async fn receipt(&self, organisation: &str, command: Uuid) -> Result<Option<(Receipt, [u8; 32])>, Error> {
        Ok(self.receipts(&[(organisation, command)]).await?.pop().flatten())
    }

    /// As [`Reader::receipts`], for those who will call a command committed: with [`Standby::Synchronous`], what is found is
    /// held by the standby.
    ///
    /// # Errors
    /// Those of [`Reader::receipts`]; [`Error::OutcomeUnknown`] when one is there and the standby does not have it in time.
    pub async fn receipts(&self, commands: &[(&str, Uuid)]) -> Result<Vec<Option<(Receipt, [u8; 32])>>, Error> {
        self.reader().store.acknowledged(commands).await
    }

    /// Appends commands in the order given and answers each; see [`Verdict`]. What was answered *committed* is durable.
    ///
    /// Commands are independent: the refusal of one never touches another. The call may be dropped: its work goes on.
    ///
    /// # Errors
    /// Those of [`Command::validate`], before anything is sent. [`Error::Unreachable`] when nothing was sent of the
    /// round that failed; [`Error::OutcomeUnknown`] when it was. [`Error::UnsafeSetting`], [`Error::ServerTooOld`],
    /// [`Error::MissingRole`], [`Error::RoleNotGranted`] or [`Error::Database`] when the database is not fit. Commands
    /// of earlier rounds may have been committed: send all of them again, or ask for their receipts.
    pub async fn append(&self, commands: Vec<Command>) -> Result<Vec<Verdict>, Error> {
        commands.iter().try_for_each(Command::validate)?;
        let inner = Arc::clone(&self.inner);
        let work = tokio::spawn(async move { inner.append(&commands).await });
        // The task ends early only when the runtime shuts down under it.
        work.await
            .unwrap_or_else(|lost| Err(Error::OutcomeUnknown { waited: Duration::ZERO, reason: lost.to_string() }))
    }
}

impl Inner {
    async fn append(&self, commands: &[Command]) -> Result<Vec<Verdict>, Error> {
        let mut verdicts: Vec<Option<Verdict>> = vec![None; commands.len()];
        let mut pending: Vec<usize> = (0..commands.len()).collect();
        while !pending.is_empty() {
            let (round, later) = rounds::next(commands, &pending);
            let answers = self.append_round(commands, &round).await?;
            for (index, answer) in round.into_iter().zip(answers) {
                verdicts[index] = Some(answer);
            }
            pending = later;
        }
        Ok(verdicts.into_iter().flatten().collect())
    }

    async fn append_round(&self, commands: &[Command], round: &[usize]) -> Result<Vec<Verdict>, Error> {
        let deadline = Instant::now() + self.patience;
        let unreachable = |reason: &str| Error::Unreachable { waited: self.patience, reason: reason.to_owned() };
        let _permit = match timeout_at(deadline, self.permits.acquire()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) | Err(_) => return Err(unreachable("all appending connections are busy")),
        };
        let mut slot = self.idle().pop().unwrap_or_else(|| self.slots.slot());

        let members: Vec<&Command> = round.iter().map(|index| &commands[*index]).collect();
        let answers = match self.send(&mut *slot, &members, deadline).await {
            Err(Failure::Content(code)) if members.len() == 1 => Ok(vec![Verdict::Refused(Refusal::Rejected { code })]),
            // One of them is at fault; alone, it fails alone.
            Err(Failure::Content(_)) => self.send_each(&mut *slot, &members).await,
            Err(Failure::Call(error)) => Err(error),
            Ok(answers) => Ok(answers),
        };
        self.idle().push(slot);

        let answers = answers?;
        // Refusals write nothing: they show no disk that has room again.
        if answers.iter().any(|answer| matches!(answer, Verdict::Committed(_))) {
            *self.failed_at() = None;
        }
        if let Some(last) = answers.iter().filter_map(Verdict::receipt).map(|receipt| receipt.last).max() {
            self.reader.ring(last);
        }
        Ok(answers)
    }

    async fn send_each(&self, slot: &mut dyn Slot, members: &[&Command]) -> Result<Vec<Verdict>, Error> {
        let mut answers = Vec::with_capacity(members.len());
        for member in members {
            let deadline = Instant::now() + self.patience;
            answers.push(match self.send(slot, &[*member], deadline).await {
                Ok(mut answer) => answer.pop().unwrap_or(Verdict::Refused(Refusal::Rejected { code: String::new() })),
                Err(Failure::Content(code)) => Verdict::Refused(Refusal::Rejected { code }),
                Err(Failure::Call(error)) => return Err(error),
            });
        }
        Ok(answers)
    }

    /// Sends the same round until it is answered, or the deadline has passed.
    async fn send(
        &self,
        slot: &mut dyn Slot,
        members: &[&Command],
        deadline: Instant,
    ) -> Result<Vec<Verdict>, Failure> {
        let mut sent = false;
        let mut pause = FIRST_PAUSE;
        let mut reason = "no answer in time".to_owned();
        loop {
            let unanswered = sent;
            match timeout_at(deadline, slot.call(members, &mut sent)).await {
                Ok(Ok(verdicts)) => return Ok(verdicts),
                Ok(Err(Fault::Unreadable(error))) => return Err(Failure::Call(error)),
                Ok(Err(Fault::Content(code))) => return Err(Failure::Content(code)),
                Ok(Err(Fault::Database(error))) if !unanswered => {
                    *self.failed_at() = Some(Instant::now());
                    return Err(Failure::Call(error));
                }
                Ok(Err(Fault::Database(error))) => reason = error.to_string(),
                Ok(Err(Fault::Lost(why))) => reason = why,
                // The last reason stays: it says more.
                Err(_) => {}
            }
            *self.failed_at() = Some(Instant::now());
            slot.disconnect();
            // An attempt that fails at once is never caught by the time-out above.
            if Instant::now() + pause >= deadline {
                let waited = self.patience;
                return Err(Failure::Call(if sent {
                    Error::OutcomeUnknown { waited, reason }
                } else {
                    Error::Unreachable { waited, reason }
                }));
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn failed_at(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.failed_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Box<dyn Slot>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a round got no verdicts.
enum Failure {
    /// The content of one of its commands; nothing was written.
    Content(String),
    /// The call itself.
    Call(Error),
}
