//! The statistics for a process that is no server: kept while it asks.

use std::time::Duration;

use access::ReadStatistics;
use infocentre::{AsKnown, Infocentre};
use projection::AtLeast;
use register::{Place, Register, Viewer};

use crate::error::Error;
use crate::shown::Statistics;
use crate::views::{Following, Views};

/// How long the view may take to come up with the log: it may have to be built first.
const PATIENCE: Duration = Duration::from_secs(1_800);

/// Monthly statistics, for as long as this lives.
pub struct FiguresNow {
    infocentre: Statistics,
    at_least: AtLeast,
    following: Following,
}

impl FiguresNow {
    /// Opens the view and keeps it up with the log, beside a server or without one. Answers hold everything that is recorded now.
    ///
    /// # Errors
    /// [`Error::View`], [`Error::Keys`] and [`Error::Log`] when the view cannot be opened.
    pub async fn keep(register: &Register, place: &Place) -> Result<Self, Error> {
        let views = Views::open(register, place).await?;
        let position = register.reader().head().await?;
        let at_least = AtLeast { position, within: PATIENCE };
        Ok(Self { infocentre: views.infocentre, at_least, following: views.statistics.follow() })
    }

    /// What answers, for whoever may read statistics.
    ///
    /// # Errors
    /// [`register::Error::Denied`] when he may not; a failure of the log.
    pub async fn read(&self, register: &Register, viewer: Viewer<'_>) -> Result<&Infocentre, register::Error> {
        Ok(self.infocentre.read(&register.permit(viewer, ReadStatistics).await?))
    }

    /// As known now, or at a position.
    pub fn as_known(&self, position: Option<event_log::Position>) -> AsKnown {
        AsKnown { at_least: self.at_least, position }
    }

    /// Lets the page in hand be committed, and ends.
    pub async fn end(self) {
        self.following.end().await;
    }
}
