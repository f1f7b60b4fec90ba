//! The directory of organisations and agents, kept up with the log.

use std::time::Duration;

use access::{AgentEvent, Competence, Denial, Directory, Profile, agent, codec};
use event_log::{Position, Reader, RecordedEvent, StreamType};
use jiff::civil::Date;
use nomenclature::{Actor, AgentId, Siren};
use tokio::sync::RwLock;
use tokio::time::Instant;

use crate::Error;
use crate::stream::unreadable;

/// The type of an organisation's stream.
pub const ORGANISATION: StreamType = StreamType::from_static("organisation");
/// The type of an agent's stream.
pub const AGENT: StreamType = StreamType::from_static("agent");

/// A change of rights made by another process is seen after this long at the latest. One made by this process is seen at once.
const FRESH: Duration = Duration::from_secs(1);
/// Somebody unknown is looked for in the log again after this long, and not before: whoever calls under invented names costs
/// no more reading than this.
const UNKNOWN: Duration = Duration::from_millis(100);
const PAGE: u32 = 1_000;

/// A [`Directory`] that follows the log.
pub(crate) struct LiveDirectory {
    reader: Reader,
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    directory: Directory,
    organisations: Position,
    agents: Position,
    /// When the last reading began.
    checked_at: Option<Instant>,
}

impl State {
    fn is_younger_than(&self, age: Duration) -> bool {
        self.checked_at.is_some_and(|at| at.elapsed() < age)
    }
}

impl LiveDirectory {
    pub(crate) fn new(reader: Reader) -> Self {
        Self { reader, state: RwLock::default() }
    }

    /// Who an actor is. Somebody unknown is looked for in the log once more before he is denied.
    pub(crate) async fn profile(&self, actor: &Actor, day: Date) -> Result<Profile, Error> {
        self.ask(|directory| directory.profile(actor, day)).await
    }

    /// Who is suspended is told nothing, not even what he did himself. Whatever else keeps somebody from acting by now, his first
    /// answer stays his.
    ///
    /// # Errors
    /// [`Error::Denied`] with [`Denial::Suspended`]; a failure of the log.
    pub(crate) async fn may_hear(&self, actor: &Actor, day: Date) -> Result<(), Error> {
        match self.profile(actor, day).await {
            Ok(_) => Ok(()),
            Err(Error::Denied(denial)) if denial != Denial::Suspended => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Who an actor is, and which demands his organisation has access to.
    pub(crate) async fn standing(&self, actor: &Actor, day: Date) -> Result<(Profile, Competence), Error> {
        let standing = |directory: &Directory| {
            let profile = directory.profile(actor, day)?;
            Ok((profile, directory.competence_of(&profile)))
        };
        self.ask(standing).await
    }

    /// Asks something of the directory; what it denies is asked once more of what is new in the log.
    pub(crate) async fn ask<T>(&self, question: impl Fn(&Directory) -> Result<T, Denial>) -> Result<T, Error> {
        {
            let state = self.state.read().await;
            if state.is_younger_than(FRESH) {
                let answer = question(&state.directory);
                if answer.is_ok() || state.is_younger_than(UNKNOWN) {
                    return answer.map_err(Error::Denied);
                }
            }
        }
        let mut state = self.state.write().await;
        // Of those who waited one reads for all.
        if !state.is_younger_than(UNKNOWN) {
            self.fold_what_is_new(&mut state).await?;
        }
        question(&state.directory).map_err(Error::Denied)
    }

    /// Folds what is new, however fresh the rest is.
    pub(crate) async fn catch_up(&self) -> Result<(), Error> {
        let mut state = self.state.write().await;
        self.fold_what_is_new(&mut state).await
    }

    async fn fold_what_is_new(&self, state: &mut State) -> Result<(), Error> {
        let began = Instant::now();
        loop {
            let page = self.reader.read_type_after(&ORGANISATION, state.organisations, PAGE).await?;
            for event in &page.events {
                let (siren, decoded) = decode(event)?;
                state.directory.apply(siren, decoded);
            }
            state.organisations = page.complete_to;
            if page.events.len() < PAGE as usize {
                break;
            }
        }
        loop {
            let page = self.reader.read_type_after(&AGENT, state.agents, PAGE).await?;
            for event in &page.events {
                let (agent, decoded) = decode_agent(event, &[])?;
                state.directory.apply_agent(agent, decoded);
            }
            state.agents = page.complete_to;
            if page.events.len() < PAGE as usize {
                break;
            }
        }
        state.checked_at = Some(began);
        Ok(())
    }

    /// A copy of the directory as of now.
    pub(crate) async fn snapshot(&self) -> Result<Directory, Error> {
        self.catch_up().await?;
        Ok(self.state.read().await.directory.clone())
    }
}

pub(crate) fn decode(event: &RecordedEvent) -> Result<(Siren, access::OrganisationEvent), Error> {
    let siren = Siren::parse(event.stream.as_str()).map_err(|_| unreadable(event, &"its stream is no SIREN"))?;
    let decoded = codec::decode(&event.event_type, event.schema_version, &event.payload)
        .map_err(|error| unreadable(event, &error))?;
    Ok((siren, decoded))
}

/// An event of an agent, with what was opened of it.
pub(crate) fn decode_agent(event: &RecordedEvent, parts: &[(u8, Vec<u8>)]) -> Result<(AgentId, AgentEvent), Error> {
    let agent = AgentId::parse(event.stream.as_str()).map_err(|_| unreadable(event, &"its stream is no agent"))?;
    let decoded = agent::codec::decode(&event.event_type, event.schema_version, &event.payload, parts)
        .map_err(|error| unreadable(event, &error))?;
    Ok((agent, decoded))
}
