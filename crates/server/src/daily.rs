//! The deadlines for a process that is no server: kept while it does the work of the day.

use std::time::Duration;

use event_log::{Role, connect};
use register::{DueList, Place, Register};
use views::deadlines::Deadlines;

use crate::due_lists::DueLists;
use crate::error::Error;
use crate::views::{Following, Views};

/// Who only looks waits this long for whoever folds.
const A_LOOK: Duration = Duration::from_secs(5);

/// What every demand waits for, for as long as this lives.
pub struct DueNow {
    due: DueLists,
    /// The runner, when this process folds.
    following: Option<Following>,
}

impl DueNow {
    /// Opens the view and keeps it up with the log, beside a server or without one.
    ///
    /// # Errors
    /// [`Error::View`], [`Error::Keys`] and [`Error::Log`] when the view cannot be opened.
    pub async fn keep(register: &Register, place: &Place) -> Result<Self, Error> {
        let views = Views::open(register, place).await?;
        Ok(Self { due: views.due, following: Some(views.deadlines.follow()) })
    }

    /// Opens the view as it is: nothing is folded, and a view that is behind is an error.
    ///
    /// # Errors
    /// [`Error::Log`] when the database cannot be reached.
    pub async fn look(place: &Place) -> Result<Self, Error> {
        let reader = connect(place.database.clone(), Role::Reader, 1).await?;
        Ok(Self { due: DueLists::new(Deadlines::new(reader))?.waiting(A_LOOK), following: None })
    }

    /// The list.
    pub fn list(&self) -> &dyn DueList {
        &self.due
    }

    /// Lets the page in hand be committed, and ends.
    pub async fn end(self) {
        if let Some(following) = self.following {
            following.end().await;
        }
    }
}
