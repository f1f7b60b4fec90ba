//! The views behind the rights: what a right was given for is what the database shows of their rows. Nowhere else is a
//! [`Scope`] made, which a test holds.

use access::{Authorized, Competence, Inspect, ReadDeadlines, ReadDemand, ReadDemands, ReadStatistics};
use infocentre::Infocentre;
use nomenclature::{Territories, Territory};
use projection::{AtLeast, QueryError, Scope};
use tokio::time::Instant;
use views::Within;
use views::deadlines::{CalendarPage, CalendarQuery, Deadlines, LatePage, LateQuery};
use views::shared_management::{Answer, Elsewhere, Found, Query, SharedDemand, View};

fn scope(territories: Territories) -> Scope {
    Scope::of(territories.iter())
}

/// Which of them, for who has access to some alone.
fn within(competence: &Competence) -> Option<Within> {
    competence.communes().map(|told| Within { communes: told.communes.clone(), desks: told.desks.clone() })
}

/// The shared view, for those who may read the demands that they ask for.
#[derive(Clone)]
pub struct SharedView(View);

impl SharedView {
    pub fn new(view: View) -> Self {
        Self(view)
    }

    /// The demand, when it is active.
    ///
    /// # Errors
    /// As [`View::get`].
    pub async fn get(
        &self,
        read: &Authorized<ReadDemand>,
        at_least: AtLeast,
        until: Instant,
    ) -> Result<Answer, views::Error> {
        let number = read.what().number();
        let answer = self.0.get(scope(number.territory().into()), number, at_least, until).await?;
        let has_access = |demand: &SharedDemand| read.what().admits(&demand.facts.communes).is_ok();
        Ok(Answer { demand: answer.demand.filter(has_access), ..answer })
    }

    /// The demands that meet a query, in the territories of the right.
    ///
    /// # Errors
    /// As [`View::search`].
    pub async fn search(
        &self,
        read: &Authorized<ReadDemands>,
        query: Query,
        at_least: AtLeast,
        until: Instant,
    ) -> Result<Found, views::Error> {
        let territories = read.what().territories();
        let within = within(read.what().competence());
        let query = Query { territories, within, ..query };
        self.0.search(scope(territories), &query, at_least, until).await
    }

    /// Where else the applicant of the demand has one: whoever may read it may know that, wherever it is.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn elsewhere(
        &self,
        read: &Authorized<ReadDemand>,
        at_least: AtLeast,
        until: Instant,
    ) -> Result<Elsewhere, views::Error> {
        let Answer { demand, position } = self.get(read, at_least, until).await?;
        match demand {
            None => Ok(Elsewhere { demands: None, position }),
            Some(demand) => Ok(self.0.elsewhere(scope(Territories::all()), demand.number, at_least, until).await?),
        }
    }
}

/// The view of deadlines, for those who may look at those of a territory.
#[derive(Clone)]
pub struct DeadlineLists(Deadlines);

impl DeadlineLists {
    pub fn new(view: Deadlines) -> Self {
        Self(view)
    }

    /// What falls due in the territory of the right.
    ///
    /// # Errors
    /// As [`Deadlines::calendar`].
    pub async fn calendar(
        &self,
        read: &Authorized<ReadDeadlines>,
        query: CalendarQuery,
        at_least: AtLeast,
        until: Instant,
    ) -> Result<CalendarPage, QueryError> {
        let territory = read.what().territory();
        let within = within(read.what().competence());
        let query = CalendarQuery { territory, within, ..query };
        self.0.calendar(scope(territory.into()), query, at_least, until).await
    }

    /// The late radiations of the territory of the right.
    ///
    /// # Errors
    /// As [`Deadlines::late`].
    pub async fn late(
        &self,
        read: &Authorized<ReadDeadlines>,
        query: LateQuery,
        at_least: AtLeast,
        until: Instant,
    ) -> Result<LatePage, QueryError> {
        let territory = read.what().territory();
        let within = within(read.what().competence());
        let query = LateQuery { territory, within, ..query };
        self.0.late(scope(territory.into()), &query, at_least, until).await
    }
}

/// The view of deadlines for who keeps the register, in every territory.
pub fn for_upkeep(view: Deadlines, _keeper: &Authorized<Inspect>) -> Deadlines {
    view.for_upkeep(Scope::of(Territory::all()))
}

/// The statistics, for those who may read them.
#[derive(Clone)]
pub struct Statistics(Infocentre);

impl Statistics {
    pub fn new(infocentre: Infocentre) -> Self {
        Self(infocentre)
    }

    /// What answers.
    pub fn read(&self, _read: &Authorized<ReadStatistics>) -> &Infocentre {
        &self.0
    }
}
