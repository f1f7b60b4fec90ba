//! Reading the record: who looked at a demand, and at what somebody looked. That is a look, too.

use access::{Denial, Purpose, ReadConsultations, permit};
use event_log::Position;
use jiff::Timestamp;
use nomenclature::{Actor, Territory, UniqueNumber};
use uuid::Uuid;

use super::entry::{Look, LookKind};
use crate::Error;
use crate::register::Register;

/// Entries of one answer at most.
pub(super) const MOST: u16 = 500;

/// Whose looks, or looks at what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsultedBy {
    /// Everybody who saw this demand.
    Demand(UniqueNumber),
    /// Everything that he looked at in the asker's territory.
    Actor(Actor),
}

/// What is read of the record.
#[derive(Clone, Debug)]
pub(crate) struct ConsultedQuery {
    pub(crate) by: ConsultedBy,
    pub(crate) territory: Territory,
    /// Goes on behind this entry.
    pub(crate) after: Option<Uuid>,
    pub(crate) limit: u16,
}

/// An entry of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consulted {
    /// Its place: ids sort as the hours do.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// Who: organisation, desk and agent.
    pub actor: Actor,
    /// What for: a stable code.
    pub purpose: String,
    /// How.
    pub kind: LookKind,
    /// The territory looked into.
    pub territory: Option<Territory>,
    /// The keyed digest of what was asked.
    pub question: Option<Vec<u8>>,
    /// The demands told of, as far as the reader may know of them, with the version shown; 0 where only the number was.
    pub shown: Vec<(UniqueNumber, u32)>,
    /// The position of the view that answered.
    pub position: Option<Position>,
}

#[cfg(feature = "memory")]
impl Consulted {
    /// As it will be read.
    pub(crate) fn of(entry: &super::Entry) -> Result<Self, Error> {
        let super::Entry { id, at, actor, look, .. } = entry;
        let actor = Actor::parse(actor).map_err(|_| Error::NotRecorded)?;
        Ok(Self {
            id: *id,
            at: *at,
            actor,
            purpose: super::entry::code_of(look.purpose).to_owned(),
            kind: look.kind,
            territory: look.territory,
            question: look.question.map(|question| question.as_bytes().to_vec()),
            shown: look.shown.clone(),
            position: look.position,
        })
    }
}

/// Some entries, the last one first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsultedPage {
    /// Them.
    pub entries: Vec<Consulted>,
    /// Where to go on; none at the end.
    pub next: Option<Uuid>,
}

impl Register {
    /// The territory whose record somebody may read: that of a demand asked about, or else that of his desk.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a demand of a foreign territory; [`Error::Denied`]; a failure of the log.
    pub async fn readable_record(&self, reader: &Actor, by: &ConsultedBy) -> Result<Territory, Error> {
        let profile = self.parts.directory.profile(reader, self.parts.clock.today()).await?;
        let territory = match by {
            ConsultedBy::Demand(number) => number.territory(),
            ConsultedBy::Actor(_) => profile.home().ok_or(Denial::NotTheManager)?,
        };
        let ReadConsultations(territory) = *permit(profile, ReadConsultations(territory))?.what();
        Ok(territory)
    }

    /// Who looked: of a demand, with nothing of the others that an answer told of; or of somebody, with what he saw of the
    /// reader's territory. `limit` is 1 to 500, a value beyond counts as the nearest.
    ///
    /// # Errors
    /// As [`Self::readable_record`]; [`Error::NotRecorded`]; [`Error::Database`].
    pub async fn consultations(
        &self,
        reader: &Actor,
        by: ConsultedBy,
        after: Option<Uuid>,
        limit: u16,
    ) -> Result<ConsultedPage, Error> {
        let territory = self.readable_record(reader, &by).await?;
        let asked = match &by {
            ConsultedBy::Demand(number) => vec![(*number, 0)],
            ConsultedBy::Actor(_) => Vec::new(),
        };
        let look =
            Look { territory: Some(territory), shown: asked, ..Look::of(LookKind::Record, Purpose::Administration) };
        self.record(reader, look).await?;
        let limit = limit.clamp(1, MOST);
        let query = ConsultedQuery { by, territory, after, limit: limit + 1 };
        let mut entries = self.parts.consultations.read(&query).await?;
        let more = entries.len() > usize::from(limit);
        entries.truncate(usize::from(limit));
        for entry in &mut entries {
            entry.shown.retain(|(number, _)| match &query.by {
                ConsultedBy::Demand(asked) => number == asked,
                ConsultedBy::Actor(_) => number.territory() == territory,
            });
        }
        let next = entries.last().map(|last| last.id).filter(|_| more);
        Ok(ConsultedPage { entries, next })
    }

    /// How many entries the record holds, and how many of them should be gone since a day or longer.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn kept_consultations(&self) -> Result<(u64, u64), Error> {
        self.parts.consultations.kept().await
    }
}
