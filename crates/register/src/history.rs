//! Reading one demand: what it is, and everything that happened to it.

use access::{Action, Purpose, Resource, may};
use demand::{Demand, DemandEvent};
use event_log::{RecordedEvent, StreamSpan};
use nomenclature::{Actor, UniqueNumber};

use crate::Error;
use crate::consultation::LookKind;
use crate::register::Register;
use crate::stream::{self, Opening, decode, keys_of};

/// One line of a history.
#[derive(Debug)]
pub struct HistoryLine {
    /// As recorded.
    pub recorded: RecordedEvent,
    /// As read.
    pub event: DemandEvent,
}

/// Who reads, and therefore what is opened.
#[derive(Clone, Copy, Debug)]
pub enum Viewer<'a> {
    /// The system actor: states, facts and dates; everything personal stays sealed.
    Operator,
    /// An agent of the territory, who sees names (R441-2-6).
    Agent(&'a Actor),
}

impl Register {
    /// The demand under a number, with its version. That an agent read it is recorded before.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a number without demand or of a foreign territory; [`Error::NotRecorded`]; or a failure of log or
    /// vault.
    pub async fn demand(&self, number: UniqueNumber, viewer: Viewer<'_>) -> Result<(Demand, u32), Error> {
        let opening = self.opening(number, viewer).await?;
        let parts = &self.parts;
        let loaded = stream::load(&parts.reader, &parts.vault, number, opening).await?;
        if loaded.version == 0 {
            return Err(Error::NotFound);
        }
        if let Viewer::Agent(actor) = viewer {
            self.record_reading(actor, LookKind::Demand, (number, loaded.version)).await?;
        }
        Ok((loaded.demand, loaded.version))
    }

    /// Every event of a demand, in order, each checked against its leaf hash.
    ///
    /// # Errors
    /// As [`Register::demand`]; [`Error::Unreadable`] at the first event that was altered.
    pub async fn history(&self, number: UniqueNumber, viewer: Viewer<'_>) -> Result<Vec<HistoryLine>, Error> {
        let opening = self.opening(number, viewer).await?;
        let recorded = self.parts.reader.read_stream(&stream::stream_of(number)?, StreamSpan::ALL).await?;
        let version = recorded.last().ok_or(Error::NotFound)?.version;
        if let Viewer::Agent(actor) = viewer {
            self.record_reading(actor, LookKind::History, (number, version)).await?;
        }
        let keys = match opening {
            Opening::Opened => keys_of(&self.parts.vault, &recorded).await?,
            Opening::Sealed => Default::default(),
        };
        recorded
            .into_iter()
            .map(|recorded| {
                check_leaf(&recorded)?;
                let event = decode(&recorded, &keys, opening)?;
                Ok(HistoryLine { recorded, event })
            })
            .collect()
    }

    async fn opening(&self, number: UniqueNumber, viewer: Viewer<'_>) -> Result<Opening, Error> {
        let Viewer::Agent(actor) = viewer else {
            return Ok(Opening::Sealed);
        };
        let profile = self.parts.directory.profile(actor, self.parts.clock.today()).await?;
        may(profile, Action::Read, Resource::Demand { territory: number.territory() }, Purpose::Attribution)?;
        Ok(Opening::Opened)
    }
}

/// An event whose bytes do not give its leaf hash was altered after it was recorded.
pub(crate) fn check_leaf(event: &RecordedEvent) -> Result<(), Error> {
    if event.leaf_matches() {
        Ok(())
    } else {
        Err(stream::unreadable(event, &"its content does not match its leaf hash"))
    }
}
