//! Questions to the view. Rows and position of an answer come from one statement, so from one snapshot.

use std::fmt;
use std::sync::Arc;

use demand::claims::PersonKey;
use event_log::Position;
use jiff::civil::Date;
use nomenclature::{CommuneCode, DwellingType, PresentDwelling, Reason, Territories, UniqueNumber};
use projection::columns::column;
use projection::{AtLeast, Handle, Isolation, QueryError, Scope, ViewReader};
use sqlx::PgPool;
use sqlx::postgres::PgRow;
use tokio::time::Instant;

use super::filter::Filter;
use super::row::SharedDemand;
use super::tables::SharedManagement;
use crate::{Blinder, Error, Within};

/// Demands of one answer at most.
const MOST: u16 = 500;

/// What to look for, in some territories. Filters combine: a demand must meet all of them.
#[derive(Clone)]
pub struct Query {
    /// The territories: nobody searches beyond them.
    pub territories: Territories,
    /// Is one of these; any when absent.
    pub within: Option<Within>,
    /// Seeks this commune.
    pub commune: Option<CommuneCode>,
    /// Seeks this type of dwelling.
    pub dwelling_type: Option<DwellingType>,
    /// Is housed so. A code of form 02 also finds what a later form has beside it or instead of it; one of a later form finds
    /// what was filled in with it.
    pub present_dwelling: Option<PresentDwelling>,
    /// Asks for this reason, with the same meaning. A sensitive one finds nothing: it is nowhere in the open.
    pub reason: Option<Reason>,
    /// Has this number.
    pub number: Option<UniqueNumber>,
    /// Has an adult of this surname or birth name, first given name and birth date. Spelling does not matter.
    pub person: Option<PersonKey>,
    /// Has an adult of this surname or birth name, or is an association of this name. Spelling does not matter.
    pub name: Option<String>,
    /// Goes on behind this place.
    pub after: Option<Cursor>,
    /// Demands in the answer at most: 1 to 500, a value beyond counts as the nearest.
    pub limit: u16,
}

personal::redact!(Query);

impl Query {
    /// All active demands of some territories, the first 50 of them.
    pub fn of(territories: impl Into<Territories>) -> Self {
        Self {
            territories: territories.into(),
            within: None,
            commune: None,
            dwelling_type: None,
            present_dwelling: None,
            reason: None,
            number: None,
            person: None,
            name: None,
            after: None,
            limit: 50,
        }
    }
}

/// A place in the order of seniority. It stays where it is, whatever happens to the demand it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// Day of reception.
    pub filed_on: Date,
    /// Number, among those of a day.
    pub number: UniqueNumber,
}

/// One demand, or none.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The demand, when it is active.
    pub demand: Option<SharedDemand>,
    /// The position that the answer is for.
    pub position: Position,
}

/// Some demands, the most senior first.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The demands.
    pub demands: Vec<SharedDemand>,
    /// Where to go on; none at the end.
    pub next: Option<Cursor>,
    /// The position that the answer is for.
    pub position: Position,
}

/// Answers, with the rights of [`Role::Reader`](event_log::Role::Reader). Whether the asker may ask is decided before.
/// Cheap to clone.
#[derive(Clone)]
pub struct View {
    pub(super) reader: ViewReader,
    blinder: Arc<dyn Blinder>,
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("View(..)")
    }
}

impl View {
    /// The view in a database, with the keyed hash that its projection uses.
    pub fn new(pool: PgPool, blinder: Arc<dyn Blinder>) -> Self {
        Self { reader: ViewReader::of::<SharedManagement>(pool), blinder }
    }

    /// Lets the runner of this process wake those who wait.
    #[must_use]
    pub fn hinted_by(self, handle: &Handle) -> Self {
        Self { reader: self.reader.hinted_by(handle), ..self }
    }

    /// The active demand under a number, when it is within a scope.
    ///
    /// # Errors
    /// As [`View::search`].
    pub async fn get(
        &self,
        scope: Scope,
        number: UniqueNumber,
        at_least: AtLeast,
        until: Instant,
    ) -> Result<Answer, Error> {
        let query = Query { number: Some(number), limit: 1, ..Query::of(number.territory()) };
        let found = self.search(scope, &query, at_least, until).await?;
        Ok(Answer { demand: found.demands.into_iter().next(), position: found.position })
    }

    /// The active demands within a scope that meet a query, in order of seniority. The statement ends at `until` in the database, too,
    /// whether somebody still waits for it or not.
    ///
    /// # Errors
    /// [`Error::NameWithoutLetters`]; as [`ViewReader::answer`], with [`QueryError::TimedOut`] at that instant.
    pub async fn search(&self, scope: Scope, query: &Query, at_least: AtLeast, until: Instant) -> Result<Found, Error> {
        let filter = Filter::of(query, &*self.blinder)?;
        let limit = query.limit.clamp(1, MOST);
        let (reader, mut statement) = (self.reader.clone(), filter.statement(limit));
        let rows = async move {
            let rows = reader.within(&scope, Isolation::EachItsOwn, until, |session| {
                // Planned for these values each time: a plan kept from when the tables were empty would read them whole.
                Box::pin(async move { statement.build().persistent(false).fetch_all(session).await })
            });
            rows.await
        };
        let (position, rows) = self.reader.rows_at("searching", rows, at_least).await?;
        Ok(found(&rows, position, limit)?)
    }
}

fn found(rows: &[PgRow], position: Position, limit: u16) -> Result<Found, QueryError> {
    let nothing = rows.len() == 1 && column::<Option<&str>>(&rows[0], "number")?.is_none();
    let rows = if nothing { &[] } else { rows };
    let shown = rows.iter().take(usize::from(limit));
    let demands = shown.map(SharedDemand::from_row).collect::<Result<Vec<_>, _>>()?;
    let last = demands.last().map(|demand| Cursor { filed_on: demand.filed_on, number: demand.number });
    let next = last.filter(|_| rows.len() > usize::from(limit));
    Ok(Found { demands, next, position })
}
