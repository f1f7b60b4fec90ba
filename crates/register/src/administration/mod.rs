//! Who takes part, and with what rights: receipt, rights, load, decide, seal, append. The same order as for a demand.
//!
//! A merger writes two streams, and desk codes change hands with it, all or nothing. An agent's name and address are sealed
//! under a key of his own; that no two accounts have one address or one identity, and no two organisations one certificate,
//! claims of the log guard (INV-45).

mod agents;
mod alerts;
mod organisations;
mod review;
mod rights;
mod suspensions;
mod uses;

use std::sync::Arc;

use access::agent::command::{AgentAct, EnterAgent};
use access::{Directory, OrganisationAct};
use event_log::{Claim, Command, Receipt, RecordedEvent, Refusal, StreamAppend, Verdict};
use jiff::Timestamp;
use jiff::civil::Date;
use nomenclature::{Actor, AgentId, Siren, paris_day};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use vault::{DrawnKey, ErasedKey};

pub(crate) use agents::load_agent;
pub use alerts::{AlertLine, AlertPlace};
pub(crate) use organisations::{append, claims_of};
pub use review::{RightLine, RightsQuery, Seer};
pub use suspensions::{SuspensionLine, SuspensionPlace};
pub(crate) use uses::Uses;

use crate::Error;
use crate::claim::{CERTIFICATE, DESK, EMAIL, IDENTITY};
use crate::directory::{AGENT, ORGANISATION};
use crate::register::{Parts, Register, position_as_number, to_the_microsecond};
use crate::stream::unreadable;

/// How often an act is decided anew because its stream moved on meanwhile.
const MOST_TRIES: usize = 8;

/// What somebody asks of those who take part.
#[derive(Clone, Debug)]
pub struct AdministrationRequest {
    /// The sender's id for this command, as for an act on a demand.
    pub command_id: Uuid,
    /// Who asks: the operator, or a manager under an account of his own.
    pub actor: Actor,
    /// The act.
    pub act: AdministrationAct,
}

/// An act on an organisation or an agent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AdministrationAct {
    /// On an organisation.
    Organisation {
        /// Which.
        siren: Siren,
        /// What.
        act: OrganisationAct,
    },
    /// Enter an agent: his token is drawn.
    EnterAgent(EnterAgent),
    /// On an agent.
    Agent {
        /// Which.
        agent: AgentId,
        /// What.
        act: AgentAct,
    },
    /// Bind the identity that an agent signs in with to his account.
    BindIdentity {
        /// Which agent.
        agent: AgentId,
        /// The identity.
        identity: IdentityDraft,
    },
}

/// An account at an issuer of identities. Only its blind token is kept.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityDraft {
    /// The issuer, as its tokens write it.
    pub issuer: String,
    /// The subject, as the issuer's tokens write it.
    pub subject: String,
}

personal::redact!(IdentityDraft);

/// The answer: only what will never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct AdministrationAnswer {
    /// Who the act was on.
    pub of: Administered,
    /// The version of the stream after the act.
    pub version: u32,
    /// The position of the act's last event.
    #[serde(serialize_with = "position_as_number")]
    pub position: event_log::Position,
    /// The day from which it counts.
    pub effective_on: Date,
    /// When it was recorded.
    pub recorded_at: Timestamp,
}

/// Whom an act was on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Administered {
    /// An organisation.
    Organisation(Siren),
    /// An agent.
    Agent(AgentId),
}

/// A command on its way.
struct Run<'a> {
    request: &'a AdministrationRequest,
    directory: Directory,
    digest: [u8; 32],
    recorded_at: Timestamp,
    today: Date,
    /// The token of an agent who is entered.
    drawn: AgentId,
}

/// What an act writes.
#[derive(Default)]
struct Writing {
    /// The one that was asked for last.
    streams: Vec<StreamAppend>,
    claims: Vec<Claim>,
    /// The key of a new agent, until the log names it.
    key: Option<DrawnKey>,
    /// A key that is to be destroyed for what is written.
    erased: Option<ErasedKey>,
}

impl Register {
    /// Decides an act on an organisation or an agent, durably, once per command id. Whatever this process decides after the
    /// answer goes by it; other processes follow within a second.
    ///
    /// # Errors
    /// [`Error::OrganisationRejected`] and [`Error::AgentRejected`] with the reason, also for whoever is not the manager's;
    /// [`Error::DeskCodeTaken`], [`Error::CertificateTaken`], [`Error::EmailTaken`], [`Error::IdentityTaken`]; else as
    /// [`Register::execute`].
    pub async fn administer(&self, request: AdministrationRequest) -> Result<AdministrationAnswer, Error> {
        let (parts, actor) = (Arc::clone(&self.parts), request.actor);
        let done = self.parts.tasks.run(async move { parts.administer(&request).await }).await;
        let done = done.unwrap_or(Err(Error::OutcomeUnknown));
        if done.is_ok() {
            self.parts.note_use(&actor).await;
        }
        done
    }
}

/// The first of a list, so many at most; and the place of the last one of them when there are more.
fn first<L, P>(mut lines: Vec<L>, most: usize, place: impl Fn(&L) -> P) -> (Vec<L>, Option<P>) {
    let more = lines.len() > most;
    lines.truncate(most);
    let next = lines.last().filter(|_| more).map(place);
    (lines, next)
}

impl Parts {
    async fn administer(&self, request: &AdministrationRequest) -> Result<AdministrationAnswer, Error> {
        let body = serde_json::to_vec(&("administration/1", &request.act)).map_err(|_| Error::MalformedRequest)?;
        let digest = self.vault.secrets().digest(&body);
        let organisation = request.actor.organisation_code();
        let recorded_at = to_the_microsecond(self.clock.now());
        let today = paris_day(recorded_at);
        if let Some((receipt, of_first)) = self.log.receipt(organisation, request.command_id).await? {
            self.directory.may_hear(&request.actor, today).await?;
            return if of_first == digest { self.administered(receipt).await } else { Err(Error::CommandIdReused) };
        }
        let directory = self.directory.snapshot().await?;
        rights::check(&directory, &request.actor, &request.act, today)?;
        let run = Run { request, directory, digest, recorded_at, today, drawn: draw()? };
        for _ in 0..MOST_TRIES {
            match self.try_to_administer(&run).await {
                Ok(Some(answer)) => {
                    // Committed whatever becomes of this reading, which the next call makes good.
                    let _ = self.directory.catch_up().await;
                    return Ok(answer);
                }
                Ok(None) => {}
                Err(refusal) => return self.unless_administered_meanwhile(&run, refusal).await,
            }
        }
        Err(Error::Contended { version: 0 })
    }

    /// One try: load, decide, append. `None` when a stream moved on meanwhile.
    async fn try_to_administer(&self, run: &Run<'_>) -> Result<Option<AdministrationAnswer>, Error> {
        let Writing { streams, claims, key, erased } = self.decide_administration(run).await?;
        let kinds: Vec<i16> = claims.iter().map(|claim| claim.kind).collect();
        let command = Command {
            id: run.request.command_id,
            organisation: run.request.actor.organisation_code().to_owned(),
            actor: run.request.actor.to_string(),
            body_digest: run.digest,
            recorded_at: run.recorded_at,
            streams,
            claims,
        };
        // With an unknown outcome the key may be named already: it is nobody's to give back.
        let verdict = self.log.append(vec![command]).await?.into_iter().next().ok_or(Error::OutcomeUnknown)?;
        if let (Verdict::Refused(_), Some(key)) = (&verdict, key) {
            self.vault.give_back(key);
        }
        match verdict {
            Verdict::Committed(receipt) => {
                if let Some(erased) = erased {
                    crate::erasure::destroy(&self.vault, &*self.erased, vec![erased]).await?;
                }
                self.administered(receipt).await.map(Some)
            }
            Verdict::Repeated(receipt) => self.administered(receipt).await.map(Some),
            Verdict::Refused(Refusal::VersionConflict { .. }) => Ok(None),
            Verdict::Refused(refusal) => Err(refused(refusal, &kinds)),
        }
    }

    async fn decide_administration(&self, run: &Run<'_>) -> Result<Writing, Error> {
        match &run.request.act {
            AdministrationAct::Organisation { siren, act } => self.write_organisation(run, *siren, act).await,
            AdministrationAct::EnterAgent(new) => self.enter_agent(run, new).await,
            AdministrationAct::Agent { agent, act } => self.write_agent(run, *agent, act).await,
            AdministrationAct::BindIdentity { agent, identity } => {
                let token = self.identity_token(&identity.issuer, &identity.subject);
                self.write_agent(run, *agent, &AgentAct::BindIdentity { token }).await
            }
        }
    }

    /// The same command, sent twice at once, may have committed since the receipt was looked up.
    async fn unless_administered_meanwhile(
        &self,
        run: &Run<'_>,
        refusal: Error,
    ) -> Result<AdministrationAnswer, Error> {
        let organisation = run.request.actor.organisation_code();
        match self.log.receipt(organisation, run.request.command_id).await {
            Ok(Some((receipt, of_first))) if of_first == run.digest => self.administered(receipt).await,
            Ok(Some(_)) => Err(Error::CommandIdReused),
            Ok(None) => Err(refusal),
            Err(_) => Err(Error::OutcomeUnknown),
        }
    }

    async fn administered(&self, receipt: Receipt) -> Result<AdministrationAnswer, Error> {
        let events = self.reader.read_range(receipt.first..=receipt.last).await.map_err(|_| Error::OutcomeUnknown)?;
        answer_of(events.last().ok_or(Error::OutcomeUnknown)?)
    }
}

/// The answer to the command that an event is the last one of.
pub(crate) fn answer_of(last: &RecordedEvent) -> Result<AdministrationAnswer, Error> {
    let of = match &last.stream_type {
        of if *of == ORGANISATION => Siren::parse(last.stream.as_str()).ok().map(Administered::Organisation),
        of if *of == AGENT => AgentId::parse(last.stream.as_str()).ok().map(Administered::Agent),
        _ => None,
    };
    let of = of.ok_or_else(|| unreadable(last, &"its stream is no organisation and no agent"))?;
    let RecordedEvent { version, position, effective_on, recorded_at, .. } = *last;
    Ok(AdministrationAnswer { of, version, position, effective_on, recorded_at })
}

/// A token that says nothing of who bears it.
fn draw() -> Result<AgentId, Error> {
    AgentId::parse(&Uuid::new_v4().simple().to_string()).map_err(|_| Error::MalformedRequest)
}

fn refused(refusal: Refusal, claims: &[i16]) -> Error {
    match refusal {
        Refusal::CommandIdReused => Error::CommandIdReused,
        Refusal::Fenced => Error::CommandFenced,
        Refusal::ClaimHeld { index, .. } => match claims.get(index) {
            Some(&DESK) => Error::DeskCodeTaken,
            Some(&CERTIFICATE) => Error::CertificateTaken,
            Some(&EMAIL) => Error::EmailTaken,
            Some(&IDENTITY) => Error::IdentityTaken,
            _ => Error::Database("the log refused a claim".to_owned()),
        },
        _ => Error::Database("the log refused the command".to_owned()),
    }
}
