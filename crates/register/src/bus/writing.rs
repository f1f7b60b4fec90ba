//! From what was decided to what the log is asked to write: number, key, claims, sealed events.

use demand::{FieldReason, Rejection, RejectionReason};
use event_log::{Command, KeyRef, Receipt};
use jiff::civil::Date;
use nomenclature::{Territory, UniqueNumber};
use vault::DrawnKey;

use super::decision::{Decided, Decision, Opening};
use super::run::{Run, wrong};
use crate::Error;
use crate::claim::{Claims, Known};
use crate::register::{Answer, NewDemand, Parts};
use crate::stream::{self, Writing};

/// What a new demand costs.
pub(super) struct Opened {
    pub(super) number: UniqueNumber,
    drawn: DrawnKey,
    /// The day whose block the number is from; none for one that came with the demand.
    block_of: Option<Date>,
}

/// Whether a number may be given to another demand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Free {
    /// Nobody has it.
    Yes,
    /// It has a stream already.
    No,
}

/// What is kept of a command while the log has it.
pub(super) struct Ready {
    pub(super) run: Run,
    pub(super) opened: Option<Opened>,
    pub(super) claims: Claims,
    /// Every demand written and its version after it; the one that was asked for last.
    versions: Vec<(UniqueNumber, u32)>,
    /// The day the act counts from.
    effective_on: Date,
}

/// A command, and what is to be known of it while the log has it.
struct Written {
    command: Command,
    claims: Claims,
    versions: Vec<(UniqueNumber, u32)>,
}

impl Ready {
    /// The answer, once the log took it.
    pub(super) fn answer(mut self, receipt: Receipt) -> Result<Answer, Error> {
        let (number, version) = self.versions.pop().ok_or(Error::OutcomeUnknown)?;
        Ok(Answer {
            number,
            version,
            position: receipt.last,
            effective_on: self.effective_on,
            recorded_at: self.run.recorded_at,
            opened: self.versions.pop().map(|(number, version)| NewDemand { number, version }),
        })
    }
}

impl Parts {
    /// Number, key, claims and sealed events of a command.
    pub(super) async fn ready(
        &self,
        run: Run,
        decision: Decision,
        keys: &mut Vec<DrawnKey>,
    ) -> Result<(Ready, Command), Box<(Run, Error)>> {
        let (demands, opened) = match decision {
            Decision::Known(number, decided) => (Ok(vec![(number, *decided)]), None),
            Decision::New(opening) => {
                let opened = match self.open_demand(&run, &opening, keys).await {
                    Ok(opened) => opened,
                    Err(error) => return Err(Box::new((run, error))),
                };
                (opening.numbered(opened.number).await, Some(opened))
            }
        };
        match demands.and_then(|demands| self.command(&run, demands, opened.as_ref())) {
            Ok(Written { command, claims, versions }) => {
                let effective_on = effective_on(&command, run.today);
                Ok((Ready { run, opened, claims, versions, effective_on }, command))
            }
            Err(error) => {
                self.settle(opened, Free::Yes).await;
                Err(Box::new((run, error)))
            }
        }
    }

    /// A number for a new demand, unless it brought one, and one of the keys.
    async fn open_demand(&self, run: &Run, opening: &Opening, keys: &mut Vec<DrawnKey>) -> Result<Opened, Error> {
        let filed_on = opening.filed_on(run.today);
        let (number, block_of) = match run.order.past.and_then(|past| past.number) {
            Some(number) => (kept(number, run.territory, filed_on)?, None),
            None => (self.numbers.allot(run.territory, filed_on, run.desk()?).await?, Some(filed_on)),
        };
        match keys.pop() {
            Some(drawn) => Ok(Opened { number, drawn, block_of }),
            None => Err(Error::OutcomeUnknown),
        }
    }

    /// Takes back what a command did not use that surely wrote nothing. Whatever else became of a command, number and key
    /// are spent.
    pub(super) async fn settle(&self, opened: Option<Opened>, free: Free) {
        let Some(opened) = opened else { return };
        self.vault.give_back(opened.drawn);
        if let (Free::Yes, Some(filed_on)) = (free, opened.block_of) {
            self.numbers.give_back(opened.number, filed_on).await;
        }
    }

    /// The command of what was decided on every demand, all or nothing.
    fn command(
        &self,
        run: &Run,
        demands: Vec<(UniqueNumber, Decided)>,
        opened: Option<&Opened>,
    ) -> Result<Written, Error> {
        let mut claims = Claims::default();
        let mut streams = Vec::with_capacity(demands.len());
        let mut versions = Vec::with_capacity(demands.len());
        for (number, decided) in demands {
            let Decided { loaded, after, events } = decided;
            let stream = stream::stream_of(number)?;
            let applicant_ref = after.content().and_then(|demand| demand.person_ref).unwrap_or(run.person_ref);
            let known = Known { applicant_ref, tags: &run.tags, forced: &run.forced };
            let of_demand = Claims::of(self.vault.secrets(), &loaded.demand, &after, (&stream, run.territory), &known);
            claims.join(of_demand.map_err(|_| Rejection::from(RejectionReason::PersonalDataUnreadable))?);
            // A demand without a version is the one opened.
            let new = opened.filter(|_| loaded.version == 0).map(|opened| &opened.drawn);
            let (key, data_key) = match (new, loaded.key, &loaded.data_key) {
                (Some(drawn), _, _) => (KeyRef { id: drawn.id.get(), commitment: drawn.commitment }, &drawn.key),
                (None, Some(key), Some(data_key)) => (key, data_key),
                (None, _, _) => return Err(Rejection::from(RejectionReason::PersonalDataUnreadable).into()),
            };
            let writing = Writing {
                stream: &stream,
                territory: run.territory,
                version: loaded.version,
                key,
                data_key: Some(data_key),
                on: run.today,
            };
            let append = writing.seal(events)?;
            versions.push((number, append.expected_version + u32::try_from(append.events.len()).unwrap_or(u32::MAX)));
            streams.push(append);
        }
        let command = Command {
            id: run.order.request.command_id,
            organisation: run.order.request.actor.organisation_code().to_owned(),
            actor: run.order.request.actor.to_string(),
            body_digest: run.digest,
            recorded_at: run.recorded_at,
            streams,
            claims: claims.claims.clone(),
        };
        // Told here, so that one that the log cannot take keeps no other from it.
        command.validate()?;
        Ok(Written { command, claims, versions })
    }
}

/// A number that comes with a demand is of its territory and of the month of its filing (INV-05).
pub(super) fn kept(number: UniqueNumber, territory: Territory, filed_on: Date) -> Result<UniqueNumber, Error> {
    let month = (i16::from(number.month()), i16::from(number.year_of_century()));
    let of_filing = (i16::from(filed_on.month()), filed_on.year().rem_euclid(100));
    if number.territory() != territory || month != of_filing {
        return Err(wrong("number", FieldReason::Inconsistent));
    }
    Ok(number)
}

/// The day that an act counts from: a lease from its signature, whatever it brings up to date before.
fn effective_on(command: &Command, today: Date) -> Date {
    let days = command.streams.last().map(|append| append.events.iter().map(|event| event.effective_on));
    days.and_then(Iterator::min).unwrap_or(today)
}
