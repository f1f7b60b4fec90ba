//! Reading one demand: what it is, and everything that happened to it.

use access::{Authorized, FieldClasses, Inspect, ReadDemand};
use demand::{Demand, DemandEvent};
use event_log::{RecordedEvent, StreamSpan};
use nomenclature::{Actor, UniqueNumber};

use crate::Error;
use crate::consultation::LookKind;
use crate::register::Register;
use crate::seen::Seen;
use crate::stream::{self, Opening, decode};

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

/// The right by which a demand is read: it says what is opened of it.
enum Sight<'a> {
    Sealed(Authorized<Inspect>),
    Opened(&'a Actor, Authorized<ReadDemand>),
}

impl Register {
    /// The demand under a number, as far as the viewer's roles see it. That an agent read it is recorded before.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a number without demand or of a foreign territory; [`Error::NotRecorded`]; or a failure of log or
    /// vault.
    pub async fn demand(&self, number: UniqueNumber, viewer: Viewer<'_>) -> Result<Seen, Error> {
        let sight = self.sight(number, viewer).await?;
        let parts = &self.parts;
        let loaded = stream::load(&parts.reader, &parts.vault, number, sight.opening()).await?;
        if loaded.version == 0 {
            return Err(Error::NotFound);
        }
        sight.admits(&loaded.demand)?;
        // Names are shown to nobody before it is recorded.
        if let Sight::Opened(actor, read) = &sight {
            self.record_reading(actor, LookKind::Demand, (read.what().number(), loaded.version)).await?;
        }
        Ok(Seen::of(loaded.demand, loaded.version, sight.fields()))
    }

    /// Every event of a demand, in order, each checked against its leaf hash: for the operator, everything personal sealed. Nobody
    /// else is shown the past of a demand in clear.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a number without demand; [`Error::Unreadable`] at the first event that was altered; or a failure
    /// of the log.
    pub async fn history(&self, number: UniqueNumber) -> Result<Vec<HistoryLine>, Error> {
        let _inspect = self.permit(Viewer::Operator, Inspect).await?;
        let recorded = self.parts.reader.read_stream(&stream::stream_of(number)?, StreamSpan::ALL).await?;
        if recorded.is_empty() {
            return Err(Error::NotFound);
        }
        let line = |recorded: RecordedEvent| {
            check_leaf(&recorded)?;
            let event = decode(&recorded, &Default::default(), Opening::Sealed)?;
            Ok(HistoryLine { recorded, event })
        };
        recorded.into_iter().map(line).collect()
    }

    async fn sight<'a>(&self, number: UniqueNumber, viewer: Viewer<'a>) -> Result<Sight<'a>, Error> {
        Ok(match viewer {
            Viewer::Operator => Sight::Sealed(self.permit(viewer, Inspect).await?),
            Viewer::Agent(actor) => Sight::Opened(actor, self.permit_demand(actor, number).await?),
        })
    }
}

impl Sight<'_> {
    fn opening(&self) -> Opening {
        match self {
            Self::Sealed(_) => Opening::Sealed,
            Self::Opened(..) => Opening::Opened,
        }
    }

    /// Whether the viewer has access to the demand, by what it seeks.
    fn admits(&self, demand: &Demand) -> Result<(), Error> {
        match (self, demand.content()) {
            (Self::Opened(_, read), Some(content)) => Ok(read.what().admits(&content.facts.communes)?),
            _ => Ok(()),
        }
    }

    fn fields(&self) -> FieldClasses {
        match self {
            Self::Sealed(inspect) => inspect.fields(),
            Self::Opened(_, read) => read.fields(),
        }
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
