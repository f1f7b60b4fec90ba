//! The view of deadlines behind the port of the daily run.

use std::time::Duration;

use access::{Denial, Inspect, Profile, permit};
use async_trait::async_trait;
use event_log::Position;
use jiff::civil::Date;
use nomenclature::{Territory, UniqueNumber};
use projection::{AtLeast, QueryError};
use register::{DueList, DueListUnavailable, DuePlace, DueQuery, ListedNotice, UnsentList, Waiting};
use views::deadlines::{self, Deadlines};

use crate::shown::for_upkeep;

/// How long a view may take to come up with the log: it may have to be built first.
const PATIENCE: Duration = Duration::from_secs(1_800);

/// What every demand waits for.
#[derive(Clone)]
pub struct DueLists {
    view: Deadlines,
    patience: Duration,
}

impl DueLists {
    /// For the system actor, who keeps the register and sees no name.
    ///
    /// # Errors
    /// What the right is denied for.
    pub fn new(view: Deadlines) -> Result<Self, Denial> {
        let keeper = permit(Profile::Operator, Inspect)?;
        Ok(Self { view: for_upkeep(view, &keeper), patience: PATIENCE })
    }

    /// For who only looks, and folds nothing himself.
    #[must_use]
    pub fn waiting(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }
}

fn unavailable(error: impl std::fmt::Display) -> DueListUnavailable {
    DueListUnavailable(error.to_string())
}

#[async_trait]
impl DueList for DueLists {
    async fn catch_up(&self, to: Position) -> Result<(), DueListUnavailable> {
        // Position zero is reached by a view that is not there.
        let position = to.max(Position::ZERO.next());
        match self.view.wait_for(AtLeast { position, within: self.patience }).await {
            Ok(_) => Ok(()),
            Err(QueryError::Projection(projection::Error::BeyondHead { .. })) if to == Position::ZERO => Ok(()),
            Err(error) => Err(unavailable(error)),
        }
    }

    async fn territories(&self) -> Result<Vec<Territory>, DueListUnavailable> {
        self.view.territories().await.map_err(unavailable)
    }

    async fn due(&self, query: &DueQuery<'_>) -> Result<(Vec<UniqueNumber>, Option<DuePlace>), DueListUnavailable> {
        let DueQuery { territory, delay, day, settings, after, most } = *query;
        let after = after.map(|DuePlace { since, number, ordinal }| deadlines::Place { since, number, ordinal });
        let query = deadlines::DueQuery { territory, delay, day, settings, after, most };
        let page = self.view.due(&query).await.map_err(unavailable)?;
        let due = page.due.into_iter().map(|due| due.number).collect();
        let next = page.next.map(|deadlines::Place { since, number, ordinal }| DuePlace { since, number, ordinal });
        Ok((due, next))
    }

    async fn count(&self, query: &DueQuery<'_>) -> Result<Option<(u64, Date)>, DueListUnavailable> {
        let DueQuery { territory, delay, day, settings, most, .. } = *query;
        let query = deadlines::DueQuery { territory, delay, day, settings, after: None, most };
        self.view.count(&query).await.map_err(unavailable)
    }

    async fn waiting(
        &self,
        territory: Territory,
        after: Option<(Date, UniqueNumber)>,
        most: u16,
    ) -> Result<Vec<Waiting>, DueListUnavailable> {
        let waiting = self.view.waiting(territory, after, most).await.map_err(unavailable)?;
        let waiting = waiting.into_iter().map(|deadlines::Waiting { number, filed_on, communes, types }| Waiting {
            number,
            filed_on,
            communes,
            types,
        });
        Ok(waiting.collect())
    }

    async fn expired(&self, territory: Territory, day: Date) -> Result<u64, DueListUnavailable> {
        self.view.expired(territory, day).await.map_err(unavailable)
    }

    async fn unsent_lists(&self, territory: Territory) -> Result<Vec<UnsentList>, DueListUnavailable> {
        let lists = self.view.open_lists(territory).await.map_err(unavailable)?;
        let unsent = |list: deadlines::OpenList| UnsentList {
            listed_on: list.listed_on,
            unsent: list.unsent,
            notices: list.notices,
        };
        Ok(lists.into_iter().map(unsent).collect())
    }

    async fn listed(
        &self,
        territory: Territory,
        listed_on: Date,
        after: Option<UniqueNumber>,
        most: u16,
    ) -> Result<Vec<ListedNotice>, DueListUnavailable> {
        let notices = self.view.list(territory, listed_on, after, most).await.map_err(unavailable)?;
        let listed = notices.into_iter().map(|notice| ListedNotice {
            number: notice.number,
            version: notice.version,
            listed_on: notice.listed_on,
            expires_on: notice.expires_on,
            due_by: notice.due_by,
            unsent: notice.open && notice.sent_on.is_none(),
        });
        Ok(listed.collect())
    }
}
