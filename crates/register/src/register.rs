//! The command bus: receipt, rights, load, rights, decide, number, claims, seal, append (design 10.5).
//!
//! A command runs in a task of its own, so that a caller who goes away never leaves it half done. What it changes, it
//! changes in one append; everything before that can be thrown away. A decision made on a version that moved on is made
//! anew, unless the caller named the version he had read.

use std::collections::HashMap;
use std::sync::Arc;

use access::{Action, Profile, Purpose, Resource, may};
use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate as _, Query};
use demand::{Act, By, Demand, DemandCommand, DemandEvent};
use event_log::{
    Command, EventLog, KeyRef, Position, Reader, Receipt, RecordedEvent, Refusal, StreamAppend, StreamSpan,
    TerritoryCode, Verdict,
};
use jiff::Timestamp;
use jiff::civil::Date;
use nomenclature::{Actor, Channel, Territory, UniqueNumber};
use serde::Serialize;
use uuid::Uuid;
use vault::{DrawnKey, KeyId, Vault};

use crate::Error;
use crate::bell::Bell;
use crate::blind::Token;
use crate::claim::{Claims, Over};
use crate::clock::Clock;
use crate::directory::LiveDirectory;
use crate::numbers::Numbers;
use crate::stream::{self, Loaded, Opening};

/// How often an act is decided anew because its demand moved on meanwhile.
const MOST_TRIES: usize = 8;

/// The application. Cheap to clone; every clone is the same register.
#[derive(Clone)]
pub struct Register {
    pub(crate) parts: Arc<Parts>,
}

pub(crate) struct Parts {
    pub(crate) log: EventLog,
    pub(crate) reader: Reader,
    pub(crate) vault: Vault,
    pub(crate) numbers: Numbers,
    pub(crate) directory: LiveDirectory,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) bell: Bell,
}

/// What somebody asks of the register.
#[derive(Clone, Debug)]
pub struct Request {
    /// The sender's id for this command; the same id and content give the first answer again, for ever.
    pub command_id: Uuid,
    /// Who asks.
    pub actor: Actor,
    /// Desk or online.
    pub channel: Channel,
    /// The demand; `None` for a registration, which has no number yet.
    pub number: Option<UniqueNumber>,
    /// The version the sender has read, when the act must not apply to a newer one.
    pub expected_version: Option<u32>,
    /// The act.
    pub act: Act,
}

/// The answer to a command: only what will never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The number of the demand.
    pub number: UniqueNumber,
    /// The version of the demand after the act.
    pub version: u32,
    /// The position of the act's last event: what a reader waits for who wants to see it.
    #[serde(serialize_with = "position_as_number")]
    pub position: Position,
    /// The day the act counts from.
    pub effective_on: Date,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

fn position_as_number<S: serde::Serializer>(position: &Position, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(position.get())
}

impl Register {
    /// Applies an act, durably, once per command id.
    ///
    /// # Errors
    /// Every variant of [`Error`]; nothing was written, except for [`Error::OutcomeUnknown`], after which the same
    /// request may be sent again.
    pub async fn execute(&self, request: Request) -> Result<Answer, Error> {
        let parts = Arc::clone(&self.parts);
        // A task of its own: a dropped caller never leaves a command between two awaits.
        match tokio::spawn(async move { parts.execute(request).await }).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::OutcomeUnknown),
        }
    }

    /// The log's reader.
    pub fn reader(&self) -> &Reader {
        &self.parts.reader
    }

    /// The bell rung after each commit of this process.
    pub fn bell(&self) -> &Bell {
        &self.parts.bell
    }

    /// The clock everything here goes by.
    pub fn clock(&self) -> &dyn Clock {
        &*self.parts.clock
    }
}

/// A command on its way through the bus.
struct Run<'a> {
    request: &'a Request,
    digest: [u8; 32],
    today: Date,
    by: By,
    territory: Territory,
    person_ref: Uuid,
    piece_id: Uuid,
    tags: HashMap<Token, Uuid>,
}

/// What one try came to.
enum Try {
    Answered(Answer),
    /// Something moved meanwhile: decide anew.
    Again,
    /// The number already has a stream, which a restored database can cause: it is never offered again.
    NumberTaken,
}

impl Parts {
    async fn execute(&self, request: Request) -> Result<Answer, Error> {
        let digest = self.digest(&request)?;
        let organisation = request.actor.organisation_code().to_owned();
        if let Some((receipt, of_first)) = self.reader.receipt(&organisation, request.command_id).await? {
            return if of_first == digest { self.answer(receipt).await } else { Err(Error::CommandIdReused) };
        }
        let today = self.clock.today();
        let territory = territory_of(&request)?;
        let profile = self.directory.profile(&request.actor, today).await?;
        may(profile, action_of(&request.act), Resource::Demand { territory }, Purpose::Attribution)?;
        let Profile::Agent { organisation, desk, .. } = profile else {
            return Err(Error::Denied(access::Denial::NotForTheOperator));
        };
        let mut run = Run {
            by: By { organisation, desk, channel: request.channel },
            request: &request,
            digest,
            today,
            territory,
            person_ref: Uuid::new_v4(),
            piece_id: Uuid::new_v4(),
            tags: HashMap::new(),
        };
        let mut found = 0;
        for _ in 0..MOST_TRIES {
            match self.attempt(&mut run, &mut found).await? {
                Try::Answered(answer) => return Ok(answer),
                Try::Again | Try::NumberTaken => {}
            }
        }
        Err(Error::VersionConflict { expected: found, found })
    }

    /// Load, decide, append once.
    async fn attempt(&self, run: &mut Run<'_>, found: &mut u32) -> Result<Try, Error> {
        let loaded = match run.request.number {
            None => Loaded { demand: Demand::default(), version: 0, key: None },
            Some(number) => self.load_for(run, number).await?,
        };
        *found = loaded.version;
        let command = DemandCommand {
            today: run.today,
            by: run.by,
            person_ref: run.person_ref,
            piece_id: run.piece_id,
            act: run.request.act.clone(),
        };
        let mut after = loaded.demand.clone();
        let sink = EventSink::default();
        after.handle(command, &(), &sink).await?;
        let events = sink.collect().await;

        // A number and a key come after the decision, so that a refusal costs neither.
        let filed_on = after.content().map_or(run.today, |demand| demand.filed_on);
        let (number, allotted) = match run.request.number {
            Some(number) => (number, false),
            None => (self.numbers.allot(run.territory, filed_on, run.by.desk).await?, true),
        };
        let drawn = if allotted { Some(self.vault.draw().await?) } else { None };
        let outcome = self.append(run, number, &loaded, &after, events, drawn.as_ref()).await;
        if matches!(outcome, Ok(Try::Answered(_)) | Err(Error::OutcomeUnknown)) {
            // Committed, or perhaps: number and key are spent.
            return outcome;
        }
        if allotted && !matches!(outcome, Ok(Try::NumberTaken)) {
            self.numbers.give_back(number, filed_on).await;
        }
        if let Some(drawn) = drawn {
            self.vault.give_back(drawn);
        }
        outcome
    }

    async fn load_for(&self, run: &Run<'_>, number: UniqueNumber) -> Result<Loaded, Error> {
        let loaded = stream::load(&self.reader, &self.vault, number, Opening::Opened, StreamSpan::ALL).await?;
        // Rights by the loaded facts: the number said the territory, the stream must say the same.
        if loaded.demand.content().is_none_or(|demand| demand.territory != run.territory) {
            return Err(Error::NotFound);
        }
        match run.request.expected_version {
            Some(expected) if expected != loaded.version => {
                Err(Error::VersionConflict { expected, found: loaded.version })
            }
            _ => Ok(loaded),
        }
    }

    async fn append(
        &self,
        run: &mut Run<'_>,
        number: UniqueNumber,
        loaded: &Loaded,
        after: &Demand,
        events: Vec<DemandEvent>,
        drawn: Option<&DrawnKey>,
    ) -> Result<Try, Error> {
        let stream_id = stream::stream_of(number)?;
        let over = match &run.request.act {
            Act::Register(registration) if registration.forced.is_some() => Over::Holders,
            _ => Over::Nobody,
        };
        let applicant_ref = after.content().and_then(|demand| demand.person_ref).unwrap_or(run.person_ref);
        let at = (&stream_id, run.territory);
        let Claims { claims } =
            Claims::of(self.vault.secrets(), &loaded.demand, after, at, over, applicant_ref, &run.tags)
                .map_err(|_| demand::Rejection::from(demand::RejectionReason::PersonalDataUnreadable))?;
        let (key, data_key) = match (drawn, &loaded.key) {
            (Some(drawn), _) => (KeyRef { id: drawn.id.get(), commitment: drawn.commitment }, &drawn.key),
            (None, Some((key, data_key))) => (*key, data_key),
            (None, None) => {
                return Err(demand::Rejection::from(demand::RejectionReason::PersonalDataUnreadable).into());
            }
        };
        let sealed = stream::seal(events, &stream_id, loaded.version, (KeyId::new(key.id), data_key), run.today)?;
        let recorded_at = self.clock.now();
        let count = u32::try_from(sealed.len()).unwrap_or(u32::MAX);
        let effective_on = sealed.first().map_or(run.today, |event| event.effective_on);
        let command = Command {
            id: run.request.command_id,
            organisation: run.request.actor.organisation_code().to_owned(),
            actor: run.request.actor.to_string(),
            body_digest: run.digest,
            recorded_at,
            streams: vec![StreamAppend {
                stream_type: stream::DEMAND,
                stream: stream_id.clone(),
                territory: Some(TerritoryCode::parse(&run.territory.to_string())?),
                expected_version: loaded.version,
                key: Some(key),
                events: sealed,
            }],
            claims: claims.clone(),
        };
        let verdict = self.log.append(vec![command]).await?.into_iter().next();
        match verdict.ok_or(Error::OutcomeUnknown)? {
            Verdict::Committed(receipt) => {
                Query::<Demand>::dispatch(&self.bell, stream_id.as_str(), &[]).await;
                Ok(Try::Answered(Answer {
                    number,
                    version: loaded.version + count,
                    position: receipt.last,
                    effective_on,
                    recorded_at: to_the_microsecond(recorded_at),
                }))
            }
            // Sent twice at once, or again after a lost connection: the first answer stands.
            Verdict::Repeated(receipt) => self.answer(receipt).await.map(Try::Answered),
            Verdict::Refused(refusal) => Self::refused(run, refusal, &claims),
        }
    }

    /// What follows from a refusal of the log: decide anew, or tell why not.
    fn refused(run: &mut Run<'_>, refusal: Refusal, claims: &[event_log::Claim]) -> Result<Try, Error> {
        match refusal {
            Refusal::CommandIdReused => Err(Error::CommandIdReused),
            Refusal::VersionConflict { .. } if run.request.number.is_none() => Ok(Try::NumberTaken),
            Refusal::VersionConflict { expected, actual, .. } => match run.request.expected_version {
                Some(_) => Err(Error::VersionConflict { expected, found: actual }),
                None => Ok(Try::Again),
            },
            Refusal::ClaimHeld { holder, .. } => match UniqueNumber::parse(holder.as_str()) {
                Ok(held_by) => Err(Error::Duplicate { held_by }),
                Err(_) => Err(Error::OutcomeUnknown),
            },
            Refusal::TagConflict { index, actual } => {
                // The person is known elsewhere under another reference: decide anew with that one.
                let claim = claims.get(index);
                if let Some(token) = claim.and_then(|claim| Token::try_from(claim.key.as_slice()).ok()) {
                    run.tags.insert(token, actual);
                    let first = claims.iter().position(|claim| claim.op != event_log::ClaimOp::Release);
                    if run.request.number.is_none() && first == Some(index) {
                        run.person_ref = actual;
                    }
                }
                Ok(Try::Again)
            }
            // The claims moved with the stream: a concurrent act on the same demand came first.
            Refusal::ClaimNotHeld { .. } => Ok(Try::Again),
            other => Err(Error::Database(format!("the log refused the command: {other:?}"))),
        }
    }

    /// The answer to a committed command, from its events alone: so a repeat gets the very same.
    async fn answer(&self, receipt: Receipt) -> Result<Answer, Error> {
        let events = self.reader.read_range(receipt.first..=receipt.last).await?;
        match (events.first(), events.last()) {
            (Some(first), Some(last)) => answer_of(first, last),
            _ => Err(Error::OutcomeUnknown),
        }
    }

    /// A keyed digest of everything the sender said.
    fn digest(&self, request: &Request) -> Result<[u8; 32], Error> {
        let body = serde_json::to_vec(&(request.number, request.expected_version, request.channel, &request.act));
        Ok(self.vault.secrets().digest(&body.map_err(|_| Error::MalformedRequest)?))
    }
}

fn answer_of(first: &RecordedEvent, last: &RecordedEvent) -> Result<Answer, Error> {
    let number = UniqueNumber::parse(last.stream.as_str())
        .map_err(|_| stream::unreadable(last, &"its stream is no unique number"))?;
    Ok(Answer {
        number,
        version: last.version,
        position: last.position,
        effective_on: first.effective_on,
        recorded_at: last.recorded_at,
    })
}

/// The territory an act concerns, told without reading anything: a registration says it, a number names it.
fn territory_of(request: &Request) -> Result<Territory, Error> {
    match (&request.act, request.number) {
        (Act::Register(registration), None) => Ok(registration.territory),
        (Act::Register(_), Some(_)) | (_, None) => Err(Error::MalformedRequest),
        (_, Some(number)) => Ok(number.territory()),
    }
}

fn action_of(act: &Act) -> Action {
    match act {
        Act::Register(_) => Action::Register,
        Act::Modify { .. } => Action::Modify,
        Act::Renew { .. } => Action::Renew,
        Act::AddPiece(_) => Action::AddPiece,
        Act::Attribute(_) | Act::RefuseAttribution { .. } | Act::LapseAttribution { .. } => Action::Attribute,
        Act::SignLease(_) => Action::SignLease,
        Act::Renounce(_) => Action::Renounce,
    }
}

/// The precision the log keeps, so that a repeat answers the very same instant.
fn to_the_microsecond(instant: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(instant.as_microsecond()).unwrap_or(instant)
}
