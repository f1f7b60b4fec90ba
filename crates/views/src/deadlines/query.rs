//! Questions to the view: what is due on a day, and the lists of notices. Every statement ends with its own time in the
//! database, too.

use std::time::Duration;

use demand::Settings;
use demand::notice::NoticeChannel;
use demand::pending::{Delay, Pending};
use event_log::{PgDate, Position};
use jiff::civil::Date;
use nomenclature::{CommuneCode, DwellingType, Territory, UniqueNumber};
use projection::columns::{self, column, day, optional_day, parsed};
use projection::{AtLeast, Handle, QueryError, Scope, ViewReader};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{PgPool, Postgres, Row as _};
use tokio::time::Instant;

use super::row::ListedNotice;
use super::since::{LONG_AGO, last_since};
use super::tables::KeepDeadlines;

/// No statement of this view takes longer on a register of any size: each reads a part of an index.
const LONGEST: Duration = Duration::from_secs(30);

const TERRITORIES: &str = "WITH RECURSIVE known AS ( \
       (SELECT territory FROM views.deadline_demands ORDER BY territory LIMIT 1) \
       UNION ALL SELECT (SELECT d.territory FROM views.deadline_demands AS d WHERE d.territory > known.territory \
                          ORDER BY d.territory LIMIT 1) FROM known WHERE known.territory IS NOT NULL) \
     SELECT territory FROM known WHERE territory IS NOT NULL";
const DUE: &str = "SELECT since, number, ordinal, prolonged_by, not_before FROM views.deadline_entries \
     WHERE territory = $1 AND delay = $2 AND (since, number, ordinal) > ($3, $4, $5) \
     ORDER BY since, number, ordinal LIMIT $6";
const WAITING: &str = "SELECT number, waits_since, communes, types FROM views.deadline_demands \
     WHERE territory = $1 AND (waits_since, number) > ($2, $3) AND waits_since IS NOT NULL \
     ORDER BY waits_since, number LIMIT $4";
const COUNT: &str = "SELECT count(*), min(since) FROM views.deadline_entries \
     WHERE territory = $1 AND delay = $2 AND since <= $3";
const EXPIRED: &str = "SELECT count(*) FROM views.deadline_entries \
     WHERE territory = $1 AND delay IN ('NOTICE', 'SENDING', 'NON_RENEWAL') AND since < $2";
const UNSENT: &str = "SELECT listed_on, count(*) FILTER (WHERE open AND sent_on IS NULL), count(*) \
     FROM views.deadline_notices WHERE territory = $1 AND listed_on = ANY(ARRAY( \
       SELECT DISTINCT listed_on FROM views.deadline_notices WHERE territory = $1 AND open AND sent_on IS NULL)) \
     GROUP BY listed_on ORDER BY listed_on";
const LIST: &str = "SELECT listed_on, number, version, expires_on, due_by, sent_on, open \
     FROM views.deadline_notices WHERE territory = $1 AND listed_on = $2 AND number > $3 ORDER BY number LIMIT $4";

/// What to look for.
#[derive(Clone, Copy, Debug)]
pub struct DueQuery<'a> {
    /// The territory.
    pub territory: Territory,
    /// The delay.
    pub delay: Delay,
    /// The day asked about.
    pub day: Date,
    /// The settings of the territory on that day.
    pub settings: &'a Settings,
    /// Goes on behind this place.
    pub after: Option<Place>,
    /// Entries looked at: fewer of them may be due.
    pub most: u16,
}

/// A place among the entries of a delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The day the delay counts from.
    pub since: Date,
    /// The demand.
    pub number: UniqueNumber,
    /// Among those of one day and demand.
    pub ordinal: i16,
}

/// One delay that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// The demand.
    pub number: UniqueNumber,
    /// The delay.
    pub pending: Pending,
}

/// Some delays that are due, in order of the day they count from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuePage {
    /// Them.
    pub due: Vec<Due>,
    /// Where to go on; none when nothing behind can be due.
    pub next: Option<Place>,
}

/// A demand in the register, as far as an abnormally long delay depends on it (L441-1-4, INV-54).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The demand.
    pub number: UniqueNumber,
    /// Day of reception.
    pub filed_on: Date,
    /// Communes sought.
    pub communes: Vec<CommuneCode>,
    /// Types of dwelling sought.
    pub types: Vec<DwellingType>,
}

/// A list of notices some of which still have to go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenList {
    /// The day of the list.
    pub listed_on: Date,
    /// Notices of it that nobody recorded as sent, and whose demand still waits for them.
    pub unsent: u64,
    /// All notices of it.
    pub notices: u64,
}

/// Answers, with the rights of [`Role::Reader`](event_log::Role::Reader). Whether the asker may ask is decided before.
/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Deadlines {
    pub(super) reader: ViewReader,
    /// What those may see who keep the register; nothing unless it was told.
    upkeep: Scope,
}

impl Deadlines {
    /// The view in a database.
    pub fn new(pool: PgPool) -> Self {
        Self { reader: ViewReader::of::<KeepDeadlines>(pool), upkeep: Scope::default() }
    }

    /// Lets the runner of this process wake those who wait.
    #[must_use]
    pub fn hinted_by(self, handle: &Handle) -> Self {
        Self { reader: self.reader.hinted_by(handle), ..self }
    }

    /// For who keeps the register: what is due is listed for these territories.
    #[must_use]
    pub fn for_upkeep(self, scope: Scope) -> Self {
        Self { upkeep: scope, ..self }
    }

    /// Waits until the view is as far as asked; returns a position it has reached.
    ///
    /// # Errors
    /// [`QueryError::Projection`].
    pub async fn wait_for(&self, at_least: AtLeast) -> Result<Position, QueryError> {
        self.reader.wait_for(at_least).await
    }

    /// Every territory that has, or had, a demand.
    ///
    /// # Errors
    /// [`QueryError::Database`], [`QueryError::TimedOut`], [`QueryError::Unreadable`].
    pub async fn territories(&self) -> Result<Vec<Territory>, QueryError> {
        let rows = self.rows("reading the territories", sqlx::query(TERRITORIES)).await?;
        rows.iter().map(|row| parsed(row, "territory", Territory::parse)).collect()
    }

    /// What is due on a day, of one delay.
    ///
    /// # Errors
    /// As [`Self::territories`].
    pub async fn due(&self, query: &DueQuery<'_>) -> Result<DuePage, QueryError> {
        let DueQuery { territory, delay, day, settings, after, most } = *query;
        let statement = sqlx::query(DUE).bind(territory.to_string()).bind(delay.code());
        let statement = match after {
            Some(place) => {
                statement.bind(PgDate(place.since)).bind(place.number.to_string()).bind(i32::from(place.ordinal))
            }
            None => statement.bind(PgDate(LONG_AGO)).bind("").bind(-1_i32),
        };
        let rows = self.rows("reading what is due", statement.bind(i64::from(most.max(1)))).await?;
        let mut page = DuePage { due: Vec::new(), next: None };
        for row in &rows {
            let since = columns::day(row, "since")?;
            let prolonged_by = optional_day(row, "prolonged_by")?;
            let not_before = optional_day(row, "not_before")?;
            let pending = Pending { prolonged_by, not_before, ..Pending::new(delay, since) };
            if !pending.falls_at_the_earliest(settings).is_due_on(day) {
                page.next = None;
                return Ok(page);
            }
            let number = parsed(row, "number", UniqueNumber::parse)?;
            page.next = Some(Place { since, number, ordinal: column(row, "ordinal")? });
            if pending.falls(settings).is_due_on(day) {
                page.due.push(Due { number, pending });
            }
        }
        if rows.len() < usize::from(most.max(1)) {
            page.next = None;
        }
        Ok(page)
    }

    /// How many delays are due, and the day the oldest of them counts from.
    ///
    /// # Errors
    /// As [`Self::territories`].
    pub async fn count(&self, query: &DueQuery<'_>) -> Result<Option<(u64, Date)>, QueryError> {
        // Only here an entry may fall due later than those that count from the same day: few, since all others were acted on.
        if query.delay == Delay::NonRenewal {
            return self.walk(query).await;
        }
        let Some(last) = last_due(query) else { return Ok(None) };
        let (territory, delay) = (query.territory, query.delay.code());
        let statement = sqlx::query(COUNT).bind(territory.to_string()).bind(delay).bind(PgDate(last));
        let rows = self.rows("counting what is due", statement).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let due = count(row, 0)?;
        Ok(optional_day(row, "min")?.map(|oldest| (due, oldest)))
    }

    async fn walk(&self, query: &DueQuery<'_>) -> Result<Option<(u64, Date)>, QueryError> {
        let (mut due, mut oldest, mut after) = (0, None, query.after);
        loop {
            let page = self.due(&DueQuery { after, ..*query }).await?;
            due += u64::try_from(page.due.len()).unwrap_or(u64::MAX);
            oldest = oldest.or_else(|| page.due.first().map(|first| first.pending.since));
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(oldest.map(|oldest| (due, oldest))),
            }
        }
    }

    /// Demands in the register behind a reception and a number, in order of seniority, with what they seek: what an
    /// abnormally long delay is computed from.
    ///
    /// # Errors
    /// As [`Self::territories`].
    pub async fn waiting(
        &self,
        territory: Territory,
        after: Option<(Date, UniqueNumber)>,
        most: u16,
    ) -> Result<Vec<Waiting>, QueryError> {
        let (since, number) =
            after.map_or((LONG_AGO, String::new()), |(filed_on, number)| (filed_on, number.to_string()));
        let statement = sqlx::query(WAITING).bind(territory.to_string()).bind(PgDate(since)).bind(number);
        let rows = self.rows("reading who waits", statement.bind(i64::from(most.max(1)))).await?;
        rows.iter().map(waiting).collect()
    }

    /// Demands in the register past their expiry on a day. Whoever is known to be housed is not among them.
    ///
    /// # Errors
    /// As [`Self::territories`].
    pub async fn expired(&self, territory: Territory, day: Date) -> Result<u64, QueryError> {
        let statement = sqlx::query(EXPIRED).bind(territory.to_string()).bind(PgDate(day));
        let rows = self.rows("counting expired demands", statement).await?;
        rows.first().map_or(Ok(0), |row| count(row, 0))
    }

    /// The lists of notices some of which still have to go out, the oldest first.
    ///
    /// # Errors
    /// As [`Self::territories`].
    pub async fn open_lists(&self, territory: Territory) -> Result<Vec<OpenList>, QueryError> {
        let statement = sqlx::query(UNSENT).bind(territory.to_string());
        let rows = self.rows("reading the open lists", statement).await?;
        let list = |row: &PgRow| {
            let listed_on = day(row, "listed_on")?;
            Ok(OpenList { listed_on, unsent: count(row, 1)?, notices: count(row, 2)? })
        };
        rows.iter().map(list).collect()
    }

    /// Notices of a list behind a number, whatever became of them: the same for ever but for that.
    ///
    /// # Errors
    /// As [`Self::territories`].
    pub async fn list(
        &self,
        territory: Territory,
        listed_on: Date,
        after: Option<UniqueNumber>,
        most: u16,
    ) -> Result<Vec<ListedNotice>, QueryError> {
        let after = after.map_or_else(String::new, |number| number.to_string());
        let statement = sqlx::query(LIST).bind(territory.to_string()).bind(PgDate(listed_on)).bind(after);
        let rows = self.rows("reading a list of notices", statement.bind(i64::from(most.max(1)))).await?;
        rows.iter().map(notice).collect()
    }

    async fn rows(
        &self,
        action: &'static str,
        statement: Query<'static, Postgres, PgArguments>,
    ) -> Result<Vec<PgRow>, QueryError> {
        self.reader.rows(action, self.upkeep.clone(), statement, Instant::now() + LONGEST).await
    }
}

/// The last day to count from of what is due: due days never decrease with it.
fn last_due(query: &DueQuery<'_>) -> Option<Date> {
    let DueQuery { delay, day, settings, .. } = *query;
    last_since(day, |since| Pending::new(delay, since).falls(settings).is_due_on(day))
}

pub(super) fn waiting(row: &PgRow) -> Result<Waiting, QueryError> {
    let codes = |name| column::<&str>(row, name).map(|codes| codes.split_whitespace());
    let communes = codes("communes")?.map(CommuneCode::parse).collect::<Result<_, _>>();
    let types = codes("types")?.map(DwellingType::parse).collect::<Result<_, _>>();
    Ok(Waiting {
        number: parsed(row, "number", UniqueNumber::parse)?,
        filed_on: day(row, "waits_since")?,
        communes: communes.map_err(|_| QueryError::Unreadable { column: "communes" })?,
        types: types.map_err(|_| QueryError::Unreadable { column: "types" })?,
    })
}

fn notice(row: &PgRow) -> Result<ListedNotice, QueryError> {
    let version: i32 = column(row, "version")?;
    Ok(ListedNotice {
        listed_on: day(row, "listed_on")?,
        number: parsed(row, "number", UniqueNumber::parse)?,
        version: u32::try_from(version).map_err(|_| QueryError::Unreadable { column: "version" })?,
        expires_on: day(row, "expires_on")?,
        due_by: parsed(row, "due_by", |code| NoticeChannel::of_code(code).ok_or(()))?,
        sent_on: optional_day(row, "sent_on")?,
        open: column(row, "open")?,
    })
}

fn count(row: &PgRow, index: usize) -> Result<u64, QueryError> {
    let count: i64 = row.try_get(index).map_err(|_| QueryError::Unreadable { column: "count" })?;
    u64::try_from(count).map_err(|_| QueryError::Unreadable { column: "count" })
}
