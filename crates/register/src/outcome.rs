//! What became of a command whose answer got lost, and which demands a person holds.

use access::{Action, Competence, Purpose, Resource, authorize};
use demand::claims::{ClaimedPerson, PersonKey};
use event_log::Position;
use nomenclature::{Actor, Territory, UniqueNumber};
use uuid::Uuid;

use crate::Error;
use crate::administration::{AdministrationAnswer, answer_of};
use crate::blind::tokens;
use crate::claim::PERSON;
use crate::consultation::{Look, LookKind};
use crate::directory::{AGENT, ORGANISATION};
use crate::register::{Answer, Parts, Register};
use crate::settings::TERRITORY;
use crate::stream::{self, Opening};
use crate::territory::{TerritoryAnswer, territory_answer_of};

/// What is known of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is committed, with this answer.
    Committed(Answer),
    /// It is committed: an act on the parameters of a territory, with this answer.
    TerritoryCommitted(TerritoryAnswer),
    /// It is committed: an act on an organisation or an agent, with this answer.
    AdministrationCommitted(AdministrationAnswer),
    /// Up to this position there is no trace of it. It may be under way still.
    NotCommittedAsOf(Position),
    /// It is not committed as of this position, and never will be: its organisation gave it up.
    Fenced(Position),
}

impl Register {
    /// The outcome of a command of the actor's own organisation.
    ///
    /// # Errors
    /// [`Error::Denied`], or a failure of the log.
    pub async fn outcome(&self, command_id: Uuid, actor: &Actor) -> Result<Outcome, Error> {
        let parts = &self.parts;
        let profile = parts.directory.profile(actor, parts.clock.today()).await?;
        let _granted = authorize(profile, Action::AskOutcome, Resource::Register, Purpose::Attribution)?;
        // The head first: a command that commits between the two reads is then told, never denied wrongly.
        let head = parts.reader.head().await?;
        let organisation = actor.organisation_code();
        match parts.committed(organisation, command_id).await? {
            Some(committed) => Ok(committed),
            None => match parts.reader.fenced(organisation, command_id).await? {
                Some(position) => Ok(Outcome::Fenced(position)),
                None => Ok(Outcome::NotCommittedAsOf(head)),
            },
        }
    }

    /// Gives a command of the actor's own organisation up for good: unless it is committed already, it never will be. For
    /// whoever must know now, and cannot wait until the answer of a command that was lost comes from sending it again.
    ///
    /// # Errors
    /// [`Error::Denied`], or a failure of the log, after which it may be fenced or not: ask again.
    pub async fn fence(&self, command_id: Uuid, actor: &Actor) -> Result<Outcome, Error> {
        let parts = &self.parts;
        let profile = parts.directory.profile(actor, parts.clock.today()).await?;
        let _granted = authorize(profile, Action::AskOutcome, Resource::Register, Purpose::Attribution)?;
        let organisation = actor.organisation_code();
        match parts.log.fence(organisation, command_id).await? {
            Some(position) => Ok(Outcome::Fenced(position)),
            None => parts.committed(organisation, command_id).await?.ok_or(Error::OutcomeUnknown),
        }
    }

    /// The active demands that a person holds in the actor's own territories (INV-06), found by the claims alone: nothing
    /// is opened. More than one of a territory only for homonyms. That somebody asked is recorded, as a digest of what he
    /// asked.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::NotRecorded`], or a failure of the log.
    pub async fn find_by_identity(&self, person: PersonKey, actor: &Actor) -> Result<Vec<UniqueNumber>, Error> {
        let read = self.permit_wherever(actor).await?;
        let parts = &self.parts;
        let question = self.question(&person.blind_parts().each_ref().map(Vec::as_slice));
        let person = ClaimedPerson { keys: vec![person] };
        let mut numbers = Vec::new();
        for token in tokens(parts.vault.secrets(), &person) {
            let holders = parts.reader.claim_holders(PERSON, &token).await?;
            let own = |scope: &str| Territory::parse(scope).is_ok_and(|it| read.what().territories().contains(it));
            for claim in holders.iter().filter(|claim| own(&claim.scope)) {
                let number = UniqueNumber::parse(claim.holder.as_str()).map_err(|_| Error::Unreadable {
                    position: 0,
                    cause: "the holder of a claim is no unique number".to_owned(),
                })?;
                if self.is_within(number, read.what().competence()).await? {
                    numbers.push(number);
                }
            }
        }
        let look = Look {
            question: Some(question),
            shown: numbers.iter().map(|number| (*number, 0)).collect(),
            ..Look::of(LookKind::Identity, Purpose::Attribution)
        };
        self.record_wherever(actor, &read, look).await?;
        Ok(numbers)
    }
}

impl Register {
    /// Whether a demand is one that an organisation has access to, by its open facts.
    async fn is_within(&self, number: UniqueNumber, competence: &Competence) -> Result<bool, Error> {
        if competence.communes().is_none() {
            return Ok(true);
        }
        let loaded = stream::load(&self.parts.reader, &self.parts.vault, number, Opening::Sealed).await?;
        let content = loaded.demand.content();
        Ok(content.is_some_and(|content| competence.admits(number, &content.facts.communes).is_ok()))
    }
}

impl Parts {
    /// The answer to a committed command; `None` while it is not.
    async fn committed(&self, organisation: &str, command_id: Uuid) -> Result<Option<Outcome>, Error> {
        let Some((receipt, _)) = self.log.receipt(organisation, command_id).await? else { return Ok(None) };
        let last = self.reader.read_range(receipt.last..=receipt.last).await.map_err(|_| Error::OutcomeUnknown)?;
        let outcome = match last.last() {
            Some(last) if last.stream_type == TERRITORY => territory_answer_of(last).map(Outcome::TerritoryCommitted),
            Some(last) if last.stream_type == ORGANISATION || last.stream_type == AGENT => {
                answer_of(last).map(Outcome::AdministrationCommitted)
            }
            _ => self.answer(receipt).await.map(Outcome::Committed),
        };
        outcome.map(Some)
    }
}
