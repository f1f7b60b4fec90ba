//! One step of a walk: so many rows of a kind behind a place, in order of the day they count from.
//!
//! Whoever has access to some demands alone walks the lists of his communes and of his desks beside one another; so that a step
//! reads of each list no more than it gives, however large the territory is.

use demand::pending::Delay;
use event_log::PgDate;
use jiff::civil::Date;
use nomenclature::DeskCode;
use projection::QueryError;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Postgres, QueryBuilder};

use super::calendar::CalendarQuery;
use super::row::WAITING;
use crate::Within;

/// What is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The entries of a delay.
    Delay(Delay),
    /// Those who wait, of whom so many months are too long.
    Wait(i32),
}

/// Where the walk is.
pub(super) struct At {
    pub(super) since: Date,
    pub(super) number: String,
    pub(super) ordinal: i32,
}

/// A step.
pub(super) struct Step<'a> {
    pub(super) query: &'a CalendarQuery,
    pub(super) source: Source,
    pub(super) at: &'a At,
    /// The last day that anything asked for counts from.
    pub(super) last: Date,
    /// Rows at most.
    pub(super) batch: i64,
}

/// What a source is called in SQL, its row being `t`.
struct Names {
    table: &'static str,
    /// What a deadline is made of.
    columns: &'static str,
    /// The columns that make a place.
    place: &'static str,
    /// Their order, among those of a delay.
    order: &'static str,
    since: &'static str,
    /// The desk that has to act: of an entry its own, of who waits the one that registered.
    desk: &'static str,
}

const DELAYS: Names = Names {
    table: "views.deadline_entries",
    columns: "t.since, t.number, t.ordinal, t.prolonged_by, t.not_before, t.desk, t.organisation",
    place: "t.since, t.number, t.ordinal",
    order: "t.since, t.number, t.ordinal",
    since: "t.since",
    desk: "t.desk",
};
const WAITS: Names = Names {
    table: "views.deadline_demands",
    columns: "t.waits_since, t.waits_since AS since, t.number, t.communes, t.types",
    place: "t.waits_since, t.number, 0",
    order: "t.waits_since, t.number",
    since: "t.waits_since",
    desk: "t.of_desk",
};

type Sql = QueryBuilder<'static, Postgres>;

impl Source {
    fn code(self) -> &'static str {
        match self {
            Self::Delay(delay) => delay.code(),
            Self::Wait(_) => WAITING,
        }
    }

    const fn names(self) -> &'static Names {
        match self {
            Self::Delay(_) => &DELAYS,
            Self::Wait(_) => &WAITS,
        }
    }
}

impl Step<'_> {
    pub(super) async fn rows(&self, snapshot: &mut PgConnection) -> Result<Vec<PgRow>, QueryError> {
        let mut sql = Sql::new("");
        match (&self.query.within, self.query.desk) {
            (Some(within), None) => self.of_several(within, &mut sql),
            (within, desk) => {
                // What its own desks have to act on is within.
                let sought = within.as_ref().filter(|within| desk.is_none_or(|desk| !within.desks.contains(&desk)));
                self.of_one(desk, sought, &mut sql);
            }
        }
        // Planned for these values each time: a plan kept from when the tables were empty would read them whole.
        let rows = sql.build().persistent(false).fetch_all(snapshot).await;
        rows.map_err(|error| QueryError::of("reading the calendar", &error))
    }

    /// The list of the territory, or of a desk of it.
    fn of_one(&self, desk: Option<DeskCode>, sought: Option<&Within>, sql: &mut Sql) {
        self.of_the_source(self.source.names().columns, sql);
        if let Some(desk) = desk {
            sql.push(" AND ").push(self.source.names().desk).push(" = ").push_bind(desk.to_string());
        }
        if let Some(within) = sought {
            sql.push(
                " AND EXISTS (SELECT FROM views.deadline_communes AS c WHERE c.territory = t.territory AND c.delay = ",
            );
            sql.push_bind(self.source.code()).push(" AND c.commune = ANY(").push_bind(within.commune_codes());
            sql.push(") AND (c.since, c.number, c.ordinal) = (").push(self.source.names().place).push("))");
        }
        self.in_order(self.source.names().order, sql);
    }

    /// The lists of some communes and desks.
    fn of_several(&self, within: &Within, sql: &mut Sql) {
        sql.push("SELECT ")
            .push(self.source.names().columns)
            .push(" FROM (SELECT DISTINCT f.since, f.number, f.ordinal FROM (");
        sql.push("SELECT w.* FROM unnest(").push_bind(within.commune_codes()).push(") AS l(code) CROSS JOIN LATERAL (");
        sql.push("SELECT t.since, t.number, t.ordinal FROM views.deadline_communes AS t WHERE t.territory = ");
        sql.push_bind(self.query.territory.to_string()).push(" AND t.delay = ").push_bind(self.source.code());
        sql.push(" AND t.commune = l.code");
        self.behind("t.since", "t.since, t.number, t.ordinal", sql);
        self.in_order("t.since, t.number, t.ordinal", sql);
        sql.push(") AS w UNION ALL SELECT w.* FROM unnest(").push_bind(within.desk_codes());
        sql.push(") AS l(code) CROSS JOIN LATERAL (");
        self.of_the_source(self.source.names().place, sql);
        sql.push(" AND ").push(self.source.names().desk).push(" = l.code");
        self.in_order(self.source.names().order, sql);
        sql.push(") AS w) AS f");
        self.in_order("f.since, f.number, f.ordinal", sql);
        sql.push(") AS k CROSS JOIN LATERAL (SELECT * FROM ")
            .push(self.source.names().table)
            .push(" AS t WHERE t.territory = ");
        sql.push_bind(self.query.territory.to_string());
        match self.source {
            Source::Delay(delay) => {
                sql.push(" AND t.delay = ").push_bind(delay.code());
                sql.push(" AND t.since = k.since AND t.number = k.number AND t.ordinal = k.ordinal");
            }
            Source::Wait(_) => drop(sql.push(" AND t.number = k.number")),
        }
        sql.push(" OFFSET 0) AS t ORDER BY k.since, k.number, k.ordinal");
    }

    /// Rows of the source behind the place.
    fn of_the_source(&self, columns: &'static str, sql: &mut Sql) {
        sql.push("SELECT ")
            .push(columns)
            .push(" FROM ")
            .push(self.source.names().table)
            .push(" AS t WHERE t.territory = ");
        sql.push_bind(self.query.territory.to_string());
        match self.source {
            Source::Delay(delay) => drop(sql.push(" AND t.delay = ").push_bind(delay.code())),
            Source::Wait(_) => drop(sql.push(" AND t.waits_since IS NOT NULL")),
        }
        self.behind(self.source.names().since, self.source.names().place, sql);
    }

    fn behind(&self, since: &'static str, place: &'static str, sql: &mut Sql) {
        sql.push(" AND (").push(place).push(") > (").push_bind(PgDate(self.at.since));
        sql.push(", ").push_bind(self.at.number.clone()).push(", ").push_bind(self.at.ordinal);
        sql.push(") AND ").push(since).push(" <= ").push_bind(PgDate(self.last));
    }

    fn in_order(&self, order: &'static str, sql: &mut Sql) {
        sql.push(" ORDER BY ").push(order).push(" LIMIT ").push_bind(self.batch);
    }
}
