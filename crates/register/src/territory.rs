//! Deciding the parameters of a territory: receipt, rights, load, decide, append. One stream, no key, no claim.

use std::sync::Arc;

use access::{Action, Profile, Purpose, Resource, authorize};
use cqrs_es::Aggregate as _;
use demand::territory::{Act, Command as Decision, Event, Parameters, codec};
use demand::{Rejection, Violation};
use event_log::{
    Command, NewEvent, Position, Receipt, RecordedEvent, Refusal, StreamAppend, StreamId, StreamSpan, TerritoryCode,
    Verdict,
};
use jiff::Timestamp;
use jiff::civil::Date;
use nomenclature::{Actor, Territory, paris_day};
use serde::Serialize;
use uuid::Uuid;

use crate::Error;
use crate::register::{Parts, Register, position_as_number, to_the_microsecond};
use crate::settings::{TERRITORY, decode};

/// How often an act is decided anew because the territory moved on meanwhile.
const MOST_TRIES: usize = 8;

/// What somebody asks of the territory of his desk.
#[derive(Clone, Debug)]
pub struct TerritoryRequest {
    /// The sender's id for this command, as for an act on a demand.
    pub command_id: Uuid,
    /// Who asks: the author.
    pub actor: Actor,
    /// The version the sender has read, when the act must not apply to a newer one.
    pub expected_version: Option<u32>,
    /// The act.
    pub act: Act,
}

/// The answer: only what will never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TerritoryAnswer {
    /// The territory.
    pub territory: Territory,
    /// The version of its parameters after the act.
    pub version: u32,
    /// The position of the event.
    #[serde(serialize_with = "position_as_number")]
    pub position: Position,
    /// The day from which it counts.
    pub effective_on: Date,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// A command on its way.
struct Run<'a> {
    request: &'a TerritoryRequest,
    digest: [u8; 32],
    recorded_at: Timestamp,
    today: Date,
    territory: Territory,
}

impl Register {
    /// Decides an act on the parameters of a territory, durably, once per command id. Every command that this process
    /// decides after the answer goes by it; other processes follow within a second.
    ///
    /// # Errors
    /// As [`Register::execute`].
    pub async fn set_territory(&self, request: TerritoryRequest) -> Result<TerritoryAnswer, Error> {
        let (parts, actor) = (Arc::clone(&self.parts), request.actor);
        let done = self.parts.tasks.run(async move { parts.set_territory(&request).await }).await;
        let done = done.unwrap_or(Err(Error::OutcomeUnknown));
        if done.is_ok() {
            self.parts.note_use(&actor).await;
        }
        done
    }

    /// What [`Register::set_territory`] would record today, and where. Changes nothing.
    ///
    /// # Errors
    /// As [`Register::set_territory`].
    pub async fn plan_territory(&self, request: &TerritoryRequest) -> Result<(Territory, Event), Error> {
        let parts = &*self.parts;
        let today = parts.clock.today();
        let profile = parts.directory.profile(&request.actor, today).await?;
        let territory = of_the_desk(profile)?;
        let (parameters, version) = parts.parameters(territory).await?;
        expected(request, version)?;
        Ok((territory, parameters.decide(&Decision { today, territory, act: request.act.clone() })?))
    }

    /// The fields of an act that its decision would refuse today; none when it would be refused for something else, or not
    /// at all. Rights come first.
    ///
    /// # Errors
    /// [`Error::Denied`], or a failure of the log.
    pub async fn territory_violations(&self, request: &TerritoryRequest) -> Result<Vec<Violation>, Error> {
        let unversioned = TerritoryRequest { expected_version: None, ..request.clone() };
        match self.plan_territory(&unversioned).await {
            Err(Error::Rejected(Rejection { violations, .. })) => Ok(violations),
            Err(other) => Err(other),
            Ok(_) => Ok(Vec::new()),
        }
    }
}

/// The territory of the actor's desk, when he may decide its parameters.
fn of_the_desk(profile: Profile) -> Result<Territory, Error> {
    let territory = profile.home();
    // Who has none is denied whichever is meant, or did not say which of his.
    let resource = Resource::Territory { territory: territory.unwrap_or(Territory::ILE_DE_FRANCE) };
    let _granted = authorize(profile, Action::SetTerritory, resource, Purpose::Administration)?;
    territory.ok_or(Error::MalformedRequest)
}

impl Parts {
    async fn set_territory(&self, request: &TerritoryRequest) -> Result<TerritoryAnswer, Error> {
        let said = ("territory/1", request.expected_version, &request.act);
        let body = serde_json::to_vec(&said).map_err(|_| Error::MalformedRequest)?;
        let digest = self.vault.secrets().digest(&body);
        let organisation = request.actor.organisation_code();
        let recorded_at = to_the_microsecond(self.clock.now());
        let today = paris_day(recorded_at);
        if let Some((receipt, of_first)) = self.log.receipt(organisation, request.command_id).await? {
            self.directory.may_hear(&request.actor, today).await?;
            return if of_first == digest { self.territory_answer(receipt).await } else { Err(Error::CommandIdReused) };
        }
        let profile = self.directory.profile(&request.actor, today).await?;
        let territory = of_the_desk(profile)?;
        let run = Run { request, digest, recorded_at, today, territory };
        let mut found = 0;
        for _ in 0..MOST_TRIES {
            match self.try_to_set(&run, &mut found).await {
                Ok(Some(answer)) => {
                    // Committed whatever becomes of this reading, which the next command makes good.
                    let _ = self.settings.catch_up().await;
                    return Ok(answer);
                }
                Ok(None) => {}
                Err(refusal) => return self.unless_set_meanwhile(&run, refusal).await,
            }
        }
        Err(Error::Contended { version: found })
    }

    /// One try: load, decide, append. `None` when the stream moved on meanwhile.
    async fn try_to_set(&self, run: &Run<'_>, found: &mut u32) -> Result<Option<TerritoryAnswer>, Error> {
        let Run { request, territory, today, recorded_at, .. } = *run;
        let (parameters, version) = self.parameters(territory).await?;
        *found = version;
        expected(request, version)?;
        let event = parameters.decide(&Decision { today, territory, act: request.act.clone() })?;
        let effective_on = event.effective_on();
        let payload =
            codec::encode(&event).map_err(|error| Error::Unreadable { position: 0, cause: error.to_string() })?;
        let command = Command {
            id: request.command_id,
            organisation: request.actor.organisation_code().to_owned(),
            actor: request.actor.to_string(),
            body_digest: run.digest,
            recorded_at,
            streams: vec![StreamAppend {
                stream_type: TERRITORY,
                stream: stream_of(territory)?,
                territory: Some(TerritoryCode::parse(territory.as_str())?),
                expected_version: version,
                key: None,
                events: vec![NewEvent {
                    event_type: event.name().into(),
                    schema_version: codec::SCHEMA_VERSION,
                    effective_on,
                    payload,
                    sealed: Vec::new(),
                }],
            }],
            claims: Vec::new(),
        };
        let verdict = self.log.append(vec![command]).await?.into_iter().next();
        match verdict.ok_or(Error::OutcomeUnknown)? {
            Verdict::Committed(receipt) => Ok(Some(TerritoryAnswer {
                territory,
                version: version + 1,
                position: receipt.last,
                effective_on,
                recorded_at,
            })),
            Verdict::Repeated(receipt) => self.territory_answer(receipt).await.map(Some),
            Verdict::Refused(Refusal::CommandIdReused) => Err(Error::CommandIdReused),
            Verdict::Refused(Refusal::Fenced) => Err(Error::CommandFenced),
            Verdict::Refused(Refusal::VersionConflict { expected, actual, .. }) => match request.expected_version {
                Some(_) => Err(Error::VersionConflict { expected, found: actual }),
                None => Ok(None),
            },
            Verdict::Refused(_) => Err(Error::Database("the log refused the command".to_owned())),
        }
    }

    /// The same command, sent twice at once, may have committed since the receipt was looked up.
    async fn unless_set_meanwhile(&self, run: &Run<'_>, refusal: Error) -> Result<TerritoryAnswer, Error> {
        if !matches!(refusal, Error::Rejected(_) | Error::VersionConflict { .. }) {
            return Err(refusal);
        }
        let organisation = run.request.actor.organisation_code();
        match self.log.receipt(organisation, run.request.command_id).await {
            Ok(Some((receipt, of_first))) if of_first == run.digest => self.territory_answer(receipt).await,
            Ok(Some(_)) => Err(Error::CommandIdReused),
            Ok(None) => Err(refusal),
            Err(_) => Err(Error::OutcomeUnknown),
        }
    }

    /// The parameters of a territory as its stream tells them, with its version.
    pub(crate) async fn parameters(&self, territory: Territory) -> Result<(Parameters, u32), Error> {
        let mut parameters = Parameters::default();
        let mut version = 0;
        for recorded in self.reader.read_stream(&stream_of(territory)?, StreamSpan::ALL).await? {
            parameters.apply(decode(&recorded)?.1);
            version = recorded.version;
        }
        Ok((parameters, version))
    }

    async fn territory_answer(&self, receipt: Receipt) -> Result<TerritoryAnswer, Error> {
        let events = self.reader.read_range(receipt.first..=receipt.last).await.map_err(|_| Error::OutcomeUnknown)?;
        territory_answer_of(events.last().ok_or(Error::OutcomeUnknown)?)
    }
}

/// The answer to the command that an event is the last one of.
pub(crate) fn territory_answer_of(last: &RecordedEvent) -> Result<TerritoryAnswer, Error> {
    let (territory, _) = decode(last)?;
    let RecordedEvent { version, position, effective_on, recorded_at, .. } = *last;
    Ok(TerritoryAnswer { territory, version, position, effective_on, recorded_at })
}

pub(crate) fn stream_of(territory: Territory) -> Result<StreamId, Error> {
    Ok(StreamId::parse(territory.to_string())?)
}

fn expected(request: &TerritoryRequest, found: u32) -> Result<(), Error> {
    match request.expected_version {
        Some(expected) if expected != found => Err(Error::VersionConflict { expected, found }),
        _ => Ok(()),
    }
}
