//! What an act on an agent writes; who he is, opened and sealed.

use access::agent::codec;
use access::agent::command::{AgentAct, AgentCommand, EnterAgent};
use access::{Agent, AgentEvent, AgentRejection, IdentityToken, OrganisationRejection};
use cqrs_es::Aggregate as _;
use event_log::{Claim, ClaimOp, KeyRef, NewEvent, Reader, RecordedEvent, StreamAppend, StreamId, StreamSpan};
use nomenclature::{AgentId, DeskCode, Siren};
use uuid::Uuid;
use vault::envelope::{self, Place};
use vault::{ErasedKey, KeyId, KeyState, Vault};

use super::{Run, Writing};
use crate::Error;
use crate::claim::{EMAIL, IDENTITY};
use crate::directory::{AGENT, decode_agent};
use crate::register::Parts;
use crate::stream::keys_of;

/// An agent as his stream tells it, who he is opened while his key lives.
#[derive(Default)]
pub(crate) struct LoadedAgent {
    pub(crate) agent: Agent,
    version: u32,
    key: Option<KeyRef>,
}

impl Parts {
    pub(super) async fn enter_agent(&self, run: &Run<'_>, new: &EnterAgent) -> Result<Writing, Error> {
        desk_of(run, new.organisation, new.desk)?;
        let event = decide(run, &Agent::default(), new.organisation, &AgentAct::Enter(new.clone()))?;
        let claim = self.email_claim(run.drawn, &new.person.email, ClaimOp::Take { tag: Uuid::nil() })?;
        let drawn = self.vault.draw().await?;
        let key = KeyRef { id: drawn.id.get(), commitment: drawn.commitment };
        let stream = StreamId::parse(run.drawn.to_string())?;
        let encoded = codec::encode(event.clone()).map_err(|error| unwritable(&error))?;
        let parts: Vec<(u8, &[u8])> = encoded.parts.iter().map(|(tag, content)| (*tag, content.as_slice())).collect();
        let place = Place { stream: stream.as_str(), version: 1, key_id: drawn.id };
        let sealed = envelope::seal(&drawn.key, &place, &parts)?;
        let event = new_event(run, &event, encoded.payload, sealed);
        let streams = vec![StreamAppend {
            stream_type: AGENT,
            stream,
            territory: None,
            expected_version: 0,
            key: Some(key),
            events: vec![event],
        }];
        Ok(Writing { streams, claims: vec![claim], key: Some(drawn), erased: None })
    }

    pub(super) async fn write_agent(&self, run: &Run<'_>, id: AgentId, act: &AgentAct) -> Result<Writing, Error> {
        if matches!(act, AgentAct::Enter(_)) {
            return Err(Error::MalformedRequest);
        }
        let LoadedAgent { agent, version, key } = load_agent(&self.reader, &self.vault, id).await?;
        let organisation = agent.organisation().ok_or(AgentRejection::NotEntered)?;
        if let AgentAct::Move { desk } = act {
            desk_of(run, organisation, *desk)?;
        }
        let event = decide(run, &agent, organisation, act)?;
        let claims = self.agent_claims(id, &agent, &event)?;
        let stream = StreamId::parse(id.to_string())?;
        let erased = match (&event, key) {
            (AgentEvent::PersonalDataErased { erased_on }, Some(key)) => Some(ErasedKey {
                key: KeyId::new(key.id),
                commitment: key.commitment,
                stream: stream.to_string(),
                erased_on: *erased_on,
            }),
            _ => None,
        };
        let encoded = codec::encode(event.clone()).map_err(|error| unwritable(&error))?;
        let events = vec![new_event(run, &event, encoded.payload, Vec::new())];
        let territory = None;
        let streams =
            vec![StreamAppend { stream_type: AGENT, stream, territory, expected_version: version, key, events }];
        Ok(Writing { streams, claims, key: None, erased })
    }

    /// What an event after the first takes and lets go: who left gives back address and identity, so that another
    /// organisation may enter him.
    fn agent_claims(&self, id: AgentId, before: &Agent, event: &AgentEvent) -> Result<Vec<Claim>, Error> {
        let identity = |token: &IdentityToken, op| claim(id, IDENTITY, token.bytes(), op);
        match event {
            AgentEvent::IdentityBound { token } => Ok(vec![identity(token, ClaimOp::Take { tag: Uuid::nil() })?]),
            AgentEvent::IdentityUnbound { token } => Ok(vec![identity(token, ClaimOp::Release)?]),
            AgentEvent::AgentLeft { .. } => {
                let mut claims = Vec::new();
                if let Some(person) = before.person() {
                    claims.push(self.email_claim(id, &person.email, ClaimOp::Release)?);
                }
                if let Some(token) = before.identity() {
                    claims.push(identity(&token, ClaimOp::Release)?);
                }
                Ok(claims)
            }
            _ => Ok(Vec::new()),
        }
    }

    /// The claim on an address: letters of either case are the same.
    pub(crate) fn email_claim(&self, id: AgentId, email: &str, op: ClaimOp) -> Result<Claim, Error> {
        claim(id, EMAIL, &crate::blind::email_token(self.vault.secrets(), email), op)
    }

    /// The blind token of an account at an issuer.
    pub(crate) fn identity_token(&self, issuer: &str, subject: &str) -> IdentityToken {
        crate::blind::identity_token(self.vault.secrets(), issuer, subject)
    }
}

/// An agent, opened.
pub(crate) async fn load_agent(reader: &Reader, vault: &Vault, id: AgentId) -> Result<LoadedAgent, Error> {
    let events = reader.read_stream(&StreamId::parse(id.to_string())?, StreamSpan::ALL).await?;
    let keys = keys_of(vault, &events).await?;
    let mut loaded = LoadedAgent::default();
    for event in &events {
        let key = event.key_id.map(KeyId::new).and_then(|id| Some((id, keys.get(&id)?)));
        loaded.agent.apply(decode_agent(event, opened(event, key)?.as_slice())?.1);
        loaded.version = event.version;
    }
    let first = events.first().and_then(|first| Some((first.key_id?, first.commitment?)));
    loaded.key = first.map(|(id, commitment)| KeyRef { id, commitment });
    Ok(loaded)
}

fn decide(run: &Run<'_>, agent: &Agent, organisation: Siren, act: &AgentAct) -> Result<AgentEvent, Error> {
    let today = run.today;
    let known = run.directory.organisation(organisation).filter(|known| known.takes_part_on(today));
    let known = known.ok_or(OrganisationRejection::NotRegistered)?;
    let kind = known.kind().ok_or(OrganisationRejection::NotRegistered)?;
    let (territories, by) = (known.territories_on(today), run.request.actor);
    Ok(agent.decide(AgentCommand { today, by, kind, territories, act: act.clone() })?)
}

/// The desk of an agent is one of his organisation's that has not closed.
fn desk_of(run: &Run<'_>, organisation: Siren, desk: Option<DeskCode>) -> Result<(), Error> {
    let known = run.directory.organisation(organisation).ok_or(OrganisationRejection::NotRegistered)?;
    let Some(code) = desk else { return Ok(()) };
    let closed = known.desk(code).is_none_or(|desk| desk.closed_on.is_some_and(|last| last < run.today));
    if closed { Err(OrganisationRejection::UnknownDesk.into()) } else { Ok(()) }
}

fn opened(event: &RecordedEvent, key: Option<(KeyId, &KeyState)>) -> Result<Vec<(u8, Vec<u8>)>, Error> {
    match key {
        None | Some((_, KeyState::Erased)) => Ok(Vec::new()),
        Some((key_id, KeyState::Live(key))) => {
            let place = Place { stream: event.stream.as_str(), version: u64::from(event.version), key_id };
            envelope::open(key, &place, &event.sealed).map_err(|error| crate::stream::unreadable(event, &error))
        }
        Some((_, KeyState::Missing)) => Err(crate::stream::unreadable(event, &"its key is missing")),
    }
}

fn new_event(run: &Run<'_>, event: &AgentEvent, payload: String, sealed: Vec<u8>) -> NewEvent {
    let effective_on = event.effective_on(run.today);
    NewEvent { event_type: event.name().into(), schema_version: codec::SCHEMA_VERSION, effective_on, payload, sealed }
}

fn claim(id: AgentId, kind: i16, key: &[u8], op: ClaimOp) -> Result<Claim, Error> {
    Ok(Claim { holder: StreamId::parse(id.to_string())?, kind, key: key.to_vec(), scope: String::new(), op })
}

fn unwritable(error: &codec::Unreadable) -> Error {
    Error::Unreadable { position: 0, cause: error.to_string() }
}
