//! The lists of deadlines for a process that is no server: it looks at the view as it is, and folds nothing.

use std::ops::ControlFlow;
use std::time::Duration;

use event_log::{Position, Role, connect};
use jiff::civil::Date;
use projection::{AtLeast, QueryError};
use register::{Place, Register, Terms};
use tokio::time::Instant;
use views::deadlines::{CalendarQuery, Deadline, Deadlines, LateQuery, LateRadiation};

use crate::error::Error;
use crate::shown::DeadlineLists;

/// How long a view that is behind is waited for: a server may be folding it.
const WAIT: Duration = Duration::from_secs(5);
/// How long one page may take.
const A_PAGE: Duration = Duration::from_secs(30);
const PAGE: u16 = 500;

/// The view of deadlines, as far as the log goes now.
pub struct Look {
    view: DeadlineLists,
    head: Position,
}

impl Look {
    /// Opens the view as it is.
    ///
    /// # Errors
    /// [`Error::Log`] when the database cannot be reached.
    pub async fn open(register: &Register, place: &Place) -> Result<Self, Error> {
        let head = register.reader().head().await?;
        let reader = connect(place.database.clone(), Role::Reader, 1).await?;
        Ok(Self { view: DeadlineLists::new(Deadlines::new(reader)), head })
    }

    /// Everything that a query finds, given page after page until `each` breaks off: no more of it than a page is held.
    ///
    /// # Errors
    /// [`register::Error::DueList`] when the view is not built, or is behind.
    pub async fn calendar(
        &self,
        terms: &Terms,
        mut query: CalendarQuery,
        mut each: impl FnMut(Vec<Deadline>) -> ControlFlow<()>,
    ) -> Result<(), register::Error> {
        query.limit = PAGE;
        loop {
            let page = self.view.calendar(&terms.read, query.clone(), self.at_least(), Instant::now() + A_PAGE).await;
            let page = page.map_err(unavailable)?;
            match (each(page.deadlines), page.next) {
                (ControlFlow::Continue(()), Some(next)) => query.after = Some(next),
                _ => return Ok(()),
            }
        }
    }

    /// Every late radiation of a territory that somebody knows of since a day or longer, as [`Self::calendar`] gives its own.
    ///
    /// # Errors
    /// As [`Self::calendar`].
    pub async fn late(
        &self,
        terms: &Terms,
        until: Date,
        mut each: impl FnMut(Vec<LateRadiation>) -> ControlFlow<()>,
    ) -> Result<(), register::Error> {
        let mut query = LateQuery { territory: terms.territory(), within: None, until, after: None, limit: PAGE };
        loop {
            let page = self.view.late(&terms.read, query.clone(), self.at_least(), Instant::now() + A_PAGE).await;
            let page = page.map_err(unavailable)?;
            match (each(page.late), page.next) {
                (ControlFlow::Continue(()), Some(next)) => query.after = Some(next),
                _ => return Ok(()),
            }
        }
    }

    /// A register without an event has no view that could be behind.
    fn at_least(&self) -> AtLeast {
        AtLeast { position: self.head, within: WAIT }
    }
}

fn unavailable(error: QueryError) -> register::Error {
    register::DueListUnavailable(error.to_string()).into()
}
