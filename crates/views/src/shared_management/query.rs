//! Questions to the view. Rows and position of an answer come from one statement, so from one snapshot.

use std::fmt;
use std::sync::Arc;

use demand::claims::PersonKey;
use event_log::{PgDate, Position};
use jiff::civil::Date;
use nomenclature::{
    CommuneCode, DeskCode, DwellingType, PresentDwelling, Reason, Territories, Territory, UniqueNumber,
};
use projection::columns::column;
use projection::{AtLeast, Handle, Isolation, Projection as _, QueryError, Scope, ViewReader};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder};
use tokio::time::Instant;

use super::columns::columns;
use super::row::SharedDemand;
use super::tables::SharedManagement;
use crate::{Blinder, Error, Token};

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

/// The demands that somebody has access to who has not access to all.
#[derive(Clone, Debug)]
pub struct Within {
    /// They seek one of these communes.
    pub communes: Vec<CommuneCode>,
    /// Or one of these desks registered them.
    pub or_registered_at: Vec<DeskCode>,
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

/// A query, its names blinded.
struct Filter<'a> {
    query: &'a Query,
    tokens: Vec<Token>,
}

/// An index of the view with the value looked for in it.
enum Index<'a> {
    Token(&'a Token),
    Commune(CommuneCode),
    DwellingType(DwellingType),
    Situation(&'static str),
}

impl<'a> Filter<'a> {
    fn of(query: &'a Query, blinder: &dyn Blinder) -> Result<Self, Error> {
        let mut tokens = Vec::new();
        tokens.extend(query.person.as_ref().map(|person| Token::of_person(blinder, person)));
        if let Some(name) = &query.name {
            tokens.push(Token::of_name(blinder, name).ok_or(Error::NameWithoutLetters)?);
        }
        Ok(Self { query, tokens })
    }

    /// The indexes to ask, the most selective first.
    fn indexes(&self) -> Vec<Index<'_>> {
        let tokens = self.tokens.iter().map(Index::Token);
        let commune = self.query.commune.map(Index::Commune);
        let reason = self.query.reason.map(Reason::code).map(Index::Situation);
        let dwelling = self.query.present_dwelling.map(PresentDwelling::code).map(Index::Situation);
        let sought = self.query.dwelling_type.map(Index::DwellingType);
        tokens.chain(commune).chain(reason).chain(dwelling).chain(sought).collect()
    }

    /// One index is walked in order of seniority in each territory, the others are looked up for each demand found in it.
    /// Without rows the position comes alone.
    fn statement(&self, limit: u16) -> QueryBuilder<'static, Postgres> {
        let mut sql = QueryBuilder::new(concat!(
            "SELECT c.position AS view_position, d.* FROM projection.checkpoints AS c LEFT JOIN LATERAL (SELECT s.* FROM ",
            "(SELECT t.territory, t.filed_on, t.number FROM ("
        ));
        if self.query.territories.is_empty() {
            sql.push("SELECT territory, filed_on, number FROM views.shared_demands WHERE false");
        }
        for (nth, territory) in self.query.territories.iter().enumerate() {
            sql.push(if nth == 0 { "(" } else { " UNION ALL (" });
            self.walk(territory, limit, &mut sql);
            sql.push(")");
        }
        sql.push(") AS t ORDER BY t.filed_on, t.number LIMIT ").push_bind(i64::from(limit) + 1);
        sql.push(concat!(
            ") AS k CROSS JOIN LATERAL (SELECT ",
            columns!(),
            " FROM views.shared_demands WHERE territory = k.territory AND number = k.number OFFSET 0) AS s) AS d ON true ",
            "WHERE c.name = "
        ));
        sql.push_bind(SharedManagement::NAME).push(" AND c.slot = 'live' AND c.version = ");
        sql.push_bind(i32::try_from(SharedManagement::VERSION).unwrap_or(i32::MAX));
        sql.push(" ORDER BY d.filed_on, d.number");
        sql
    }

    fn walk(&self, territory: Territory, limit: u16, sql: &mut QueryBuilder<'static, Postgres>) {
        let query = self.query;
        let mut indexes = self.indexes().into_iter();
        let walked = if query.number.is_some() { None } else { indexes.next() };
        sql.push("SELECT k.territory, k.filed_on, k.number FROM views.");
        sql.push(walked.as_ref().map_or("shared_demands", Index::table));
        sql.push(" AS k WHERE k.territory = ").push_bind(territory.to_string());
        match &walked {
            Some(index) => index.equals("k", sql),
            None => drop(sql.push(" AND k.radiated_on IS NULL")),
        }
        if let Some(within) = &query.within {
            within.push(sql);
        }
        if let Some(number) = query.number {
            sql.push(" AND k.number = ").push_bind(number.to_string());
        }
        if let Some(Cursor { filed_on, number }) = query.after {
            sql.push(" AND (k.filed_on, k.number) > (").push_bind(PgDate(filed_on));
            sql.push(", ").push_bind(number.to_string()).push(")");
        }
        for index in indexes {
            sql.push(" AND EXISTS (SELECT FROM views.").push(index.table());
            sql.push(" AS i WHERE i.territory = k.territory AND i.filed_on = k.filed_on AND i.number = k.number");
            index.equals("i", sql);
            sql.push(")");
        }
        sql.push(" ORDER BY k.filed_on, k.number LIMIT ").push_bind(i64::from(limit) + 1);
    }
}

impl Within {
    fn push(&self, sql: &mut QueryBuilder<'static, Postgres>) {
        let communes: Vec<String> = self.communes.iter().map(ToString::to_string).collect();
        sql.push(" AND (EXISTS (SELECT FROM views.shared_demand_communes AS w WHERE w.territory = k.territory");
        sql.push(" AND w.filed_on = k.filed_on AND w.number = k.number AND w.commune = ANY(").push_bind(communes);
        let desks: Vec<String> = self.or_registered_at.iter().map(ToString::to_string).collect();
        sql.push(")) OR right(k.number, 5) = ANY(").push_bind(desks).push("))");
    }
}

impl Index<'_> {
    fn table(&self) -> &'static str {
        match self {
            Self::Token(_) => "shared_demand_tokens",
            Self::Commune(_) => "shared_demand_communes",
            Self::DwellingType(_) => "shared_demand_types",
            Self::Situation(_) => "shared_demand_situations",
        }
    }

    fn equals(&self, alias: &'static str, sql: &mut QueryBuilder<'_, Postgres>) {
        sql.push(" AND ").push(alias);
        match self {
            Self::Token(token) => {
                sql.push(".kind = ").push_bind(i16::from(token.kind.code()));
                sql.push(" AND ").push(alias).push(".token = ").push_bind(token.hash.to_vec());
            }
            Self::Commune(commune) => drop(sql.push(".commune = ").push_bind(commune.to_string())),
            Self::DwellingType(code) => drop(sql.push(".dwelling_type = ").push_bind(code.code())),
            Self::Situation(code) => drop(sql.push(".situation = ").push_bind(*code)),
        }
    }
}
