//! The calendar of a territory: what falls due, in order of the day on which it does, however many delays run beside one
//! another. An answer is of one snapshot, and ends with its caller's time.
//!
//! When something falls due depends on the settings of the day that is asked about, so no table can hold it. Each kind is
//! walked in order of the day it counts from, which is nearly that of its due days; what stands out of it is put in its
//! place before it is given. A page reads of each kind no more than such a page.

use std::collections::BTreeSet;

use demand::abnormal::{self, Table};
use demand::pending::{Falls, Pending};
use demand::{DeadlineKind, Settings};
use event_log::Position;
use jiff::civil::Date;
use nomenclature::{DeskCode, Siren, Territory, UniqueNumber};
use projection::{AtLeast, Isolation, Projection as _, QueryError, Scope, is_not_built};
use sqlx::{Executor as _, PgConnection};
use tokio::time::Instant;

use super::query::Deadlines;
use super::step::Source;
use super::tables::KeepDeadlines;
use super::walk;
use crate::Within;

/// Deadlines of one answer at most.
const MOST: u16 = 500;

const POSITION: &str = "SELECT position FROM projection.checkpoints WHERE name = $1 AND slot = 'live' AND version = $2";

/// What to show. Filters combine.
#[derive(Clone, Debug)]
pub struct CalendarQuery {
    /// The territory: nobody looks beyond it.
    pub territory: Territory,
    /// What falls due for one of these demands, or what one of these desks has to act on; anything when absent.
    pub within: Option<Within>,
    /// The kinds; all of them when empty.
    pub kinds: Vec<DeadlineKind>,
    /// Falls due on this day or later.
    pub from: Option<Date>,
    /// Falls due on this day or sooner.
    pub until: Option<Date>,
    /// Something is to be done about it on the day asked about, or all the same.
    pub which: Which,
    /// This desk has to act.
    pub desk: Option<DeskCode>,
    /// The day asked about.
    pub day: Date,
    /// The settings of the territory on that day.
    pub settings: Settings,
    /// Its abnormally long delays.
    pub abnormal: Table,
    /// Goes on behind this place.
    pub after: Option<CalendarPlace>,
    /// Deadlines in the answer at most: 1 to 500, a value beyond counts as the nearest.
    pub limit: u16,
}

/// Which deadlines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those to come, too.
    All,
    /// What may be done on the day asked about, and what is late then.
    Due,
}

/// A deadline of a demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline {
    /// Its place in the calendar.
    pub place: CalendarPlace,
    /// Whether somebody acts from that day on, or has until its end.
    pub falls: Falls,
    /// The desk that has to act: the one that registered the demand, unless another one took a piece in.
    pub desk: DeskCode,
    /// The organisation that alone may act, of a warning.
    pub organisation: Option<Siren>,
}

/// A place in the calendar. It stays where it is, whatever happens to the demand it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CalendarPlace {
    /// The day.
    pub due_on: Date,
    /// The demand.
    pub number: UniqueNumber,
    /// What falls due.
    pub kind: DeadlineKind,
    /// The day it counts from.
    pub since: Date,
    /// Among those of one kind, day and demand.
    pub ordinal: i16,
}

/// Some deadlines, in order of their day, then of the number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarPage {
    /// Them.
    pub deadlines: Vec<Deadline>,
    /// Where to go on; none at the end.
    pub next: Option<CalendarPlace>,
    /// The position that the answer is for.
    pub position: Position,
}

impl Deadlines {
    /// What falls due in a territory, as far as it is within a scope. The statements end at `until` in the database, too, whether somebody still waits for
    /// them or not.
    ///
    /// # Errors
    /// As [`ViewReader::answer`](projection::ViewReader::answer), with [`QueryError::TimedOut`] at that instant.
    pub async fn calendar(
        &self,
        scope: Scope,
        query: CalendarQuery,
        at_least: AtLeast,
        until: Instant,
    ) -> Result<CalendarPage, QueryError> {
        let reader = self.reader.clone();
        let work = async move {
            let found = reader.within(&scope, Isolation::OneSnapshot, until, |snapshot| {
                Box::pin(async move { Ok(in_a_snapshot(snapshot, &query, until).await) })
            });
            found.await.unwrap_or_else(|error| Err(QueryError::of(READING, &error)))
        };
        let (position, (deadlines, next)) = self.reader.answer(READING, work, at_least).await?;
        Ok(CalendarPage { deadlines, next, position })
    }
}

const HOLD: &str =
    "LOCK TABLE views.deadline_demands, views.deadline_entries, views.deadline_communes IN ACCESS SHARE MODE";
const READING: &str = "reading the calendar";

/// Some deadlines, and where to go on.
type Found = (Vec<Deadline>, Option<CalendarPlace>);

/// What is found and the position that it is for; none when the view is not built.
async fn in_a_snapshot(
    snapshot: &mut PgConnection,
    query: &CalendarQuery,
    until: Instant,
) -> Result<Option<(Position, Found)>, QueryError> {
    // Before the snapshot is taken: no rebuild exchanges the tables between two statements.
    match snapshot.execute(HOLD).await {
        Err(error) if is_not_built(&error) => Ok(None),
        Err(error) => Err(QueryError::of(READING, &error)),
        Ok(_) => page(snapshot, query, until).await,
    }
}

async fn page(
    snapshot: &mut PgConnection,
    query: &CalendarQuery,
    until: Instant,
) -> Result<Option<(Position, Found)>, QueryError> {
    let position = sqlx::query_scalar::<_, i64>(POSITION)
        .bind(KeepDeadlines::NAME)
        .bind(i32::try_from(KeepDeadlines::VERSION).unwrap_or(i32::MAX))
        .fetch_optional(&mut *snapshot);
    let Some(position) = position.await.map_err(|error| QueryError::of(READING, &error))? else { return Ok(None) };
    let position = Position::try_new(position).map_err(|_| QueryError::Unreadable { column: "position" })?;
    let limit = usize::from(query.limit.clamp(1, MOST));
    let mut found = BTreeSet::new();
    for source in query.sources() {
        found.extend(walk::first(snapshot, query, source, limit + 1, until).await?);
    }
    let more = found.len() > limit;
    let deadlines: Vec<Deadline> = found.into_iter().take(limit).collect();
    let next = deadlines.last().filter(|_| more).map(|last| last.place);
    Ok(Some((position, (deadlines, next))))
}

impl CalendarQuery {
    /// The calendar of a territory on a day, by its settings then: everything, the first 50 of it.
    pub fn of(territory: Territory, day: Date, settings: Settings, abnormal: Table) -> Self {
        Self {
            territory,
            within: None,
            kinds: Vec::new(),
            from: None,
            until: None,
            which: Which::All,
            desk: None,
            day,
            settings,
            abnormal,
            after: None,
            limit: 50,
        }
    }

    /// What has to be walked: each delay asked for, and each number of months after which somebody waits abnormally long.
    fn sources(&self) -> Vec<Source> {
        let wanted = |kind: &DeadlineKind| self.kinds.is_empty() || self.kinds.contains(kind);
        let months: BTreeSet<i32> = self.abnormal.in_force(self.day).filter_map(|row| row.months).collect();
        let of_kind = |kind| match kind {
            DeadlineKind::Delay(delay) => vec![Source::Delay(delay)],
            DeadlineKind::AbnormalWait => months.iter().copied().map(Source::Wait).collect(),
        };
        DeadlineKind::all().filter(wanted).flat_map(of_kind).collect()
    }

    /// Whether a deadline is asked for.
    pub(super) fn wants(&self, deadline: &Deadline) -> bool {
        let CalendarPlace { due_on, .. } = deadline.place;
        self.after.is_none_or(|after| deadline.place > after)
            && self.from.is_none_or(|from| due_on >= from)
            && self.until.is_none_or(|until| due_on <= until)
            && self.desk.is_none_or(|desk| deadline.desk == desk)
            && (self.which == Which::All || deadline.falls.is_due_on(self.day))
    }

    /// The first day on which something can fall due that is asked for.
    pub(super) fn first_day(&self) -> Option<Date> {
        self.from.max(self.after.map(|after| after.due_on))
    }

    /// Whether something that cannot fall due sooner than that is beyond all that is asked for.
    pub(super) fn is_over(&self, earliest: Falls) -> bool {
        self.until.is_some_and(|until| earliest.day() > until)
            || (self.which == Which::Due && !earliest.is_due_on(self.day))
    }
}

impl Source {
    /// When what counts from a day falls due at the earliest: never decreases with that day.
    pub(super) fn earliest(self, since: Date, settings: &Settings) -> Falls {
        match self {
            Self::Delay(delay) => Pending::new(delay, since).falls_at_the_earliest(settings),
            Self::Wait(months) => Falls::From(nomenclature::add_months(since, months)),
        }
    }
}

/// From when a demand waits abnormally long, if that is so many months behind its reception.
pub(super) fn waits_for(months: i32, waiting: &super::query::Waiting, query: &CalendarQuery) -> Option<Falls> {
    let super::query::Waiting { filed_on, communes, types, .. } = waiting;
    let from = abnormal::from(*filed_on, communes, types, query.day, &query.abnormal)?;
    (from == nomenclature::add_months(*filed_on, months)).then_some(Falls::From(from))
}
