//! One kind of deadline, walked in order of the day it counts from.

use std::collections::BTreeSet;

use demand::DeadlineKind;
use demand::pending::Pending;
use jiff::ToSpan as _;
use jiff::civil::Date;
use nomenclature::{DeskCode, Siren, UniqueNumber};
use projection::QueryError;
use projection::columns::{column, day, optional_day, parsed};
use sqlx::PgConnection;
use sqlx::postgres::PgRow;
use tokio::time::Instant;

use super::calendar::{CalendarPlace, CalendarQuery, Deadline, waits_for};
use super::query::waiting;
use super::since::{LONG_AGO, first_since, last_since};
use super::step::{At, Source, Step};

/// Rows read at first; each further time twice as many.
const SOME: i64 = 64;
const MANY: i64 = 8_192;

/// The first deadlines of a kind that are asked for, in the order of the calendar: so many at most.
pub(super) async fn first(
    snapshot: &mut PgConnection,
    query: &CalendarQuery,
    source: Source,
    most: usize,
    until: Instant,
) -> Result<BTreeSet<Deadline>, QueryError> {
    let earliest = |since| source.earliest(since, &query.settings);
    let mut found = BTreeSet::new();
    let Some(last) = last_since(query.day, |since| !query.is_over(earliest(since))) else { return Ok(found) };
    let mut at = start(query, source);
    let mut batch = SOME.max(i64::try_from(most).unwrap_or(MANY));
    loop {
        if Instant::now() >= until {
            return Err(QueryError::TimedOut);
        }
        let rows = Step { query, source, at: &at, last, batch }.rows(snapshot).await?;
        for row in &rows {
            at =
                At { since: day(row, "since")?, number: column(row, "number")?, ordinal: ordinal(row, source)?.into() };
            found.extend(deadline(row, query, source)?.filter(|deadline| query.wants(deadline)));
            if found.len() > most {
                found.pop_last();
            }
        }
        let at_the_end = rows.len() < usize::try_from(batch).unwrap_or(usize::MAX);
        if at_the_end
            || (found.len() >= most && found.last().is_some_and(|last| is_before_the_rest(last, &at, &earliest)))
        {
            return Ok(found);
        }
        batch = (batch * 2).min(MANY);
    }
}

/// Nothing that is asked for lies before it.
fn start(query: &CalendarQuery, source: Source) -> At {
    let beginning = |since| At { since, number: String::new(), ordinal: -1 };
    // What is prolonged falls due however long ago it counts from: little of it is left.
    if matches!(source, Source::Delay(delay) if delay.may_be_prolonged()) {
        return beginning(LONG_AGO);
    }
    let Some(first_day) = query.first_day() else { return beginning(LONG_AGO) };
    let due_on = |since| source.earliest(since, &query.settings).day();
    let first = first_since(query.day, |since| due_on(since) >= first_day);
    match query.after {
        // Of one day, by number: those before the place are not read again. Where nothing falls due on the day of the place, as
        // months before the end of a February, it is a later day, of which all are to come.
        Some(after)
            if after.due_on == first_day
                && due_on(first) == first_day
                && due_on(first.saturating_add(1.day())) > first_day =>
        {
            At { number: after.number.to_string(), ..beginning(first) }
        }
        _ => beginning(first),
    }
}

/// Whether all that was not read yet stands behind a deadline: later in its day, or falling due later.
fn is_before_the_rest(deadline: &Deadline, at: &At, earliest: &impl Fn(Date) -> demand::pending::Falls) -> bool {
    let (here, next) = (earliest(at.since).day(), earliest(at.since.saturating_add(1.day())).day());
    let CalendarPlace { due_on, number, .. } = deadline.place;
    // Several days that one due day counts from: their numbers are in no order.
    due_on < here || (due_on == here && next > here && number.as_str() < at.number.as_str())
}

fn ordinal(row: &PgRow, source: Source) -> Result<i16, QueryError> {
    match source {
        Source::Delay(_) => column(row, "ordinal"),
        Source::Wait(_) => Ok(0),
    }
}

/// None for who waits by another number of months.
fn deadline(row: &PgRow, query: &CalendarQuery, source: Source) -> Result<Option<Deadline>, QueryError> {
    let (since, number) = (day(row, "since")?, parsed(row, "number", UniqueNumber::parse)?);
    let place = |kind, due_on, ordinal| CalendarPlace { due_on, number, kind, since, ordinal };
    match source {
        Source::Delay(delay) => {
            let (prolonged_by, not_before) = (optional_day(row, "prolonged_by")?, optional_day(row, "not_before")?);
            let falls = Pending { prolonged_by, not_before, ..Pending::new(delay, since) }.falls(&query.settings);
            let organisation = column::<Option<&str>>(row, "organisation")?.map(Siren::parse).transpose();
            Ok(Some(Deadline {
                place: place(DeadlineKind::Delay(delay), falls.day(), column(row, "ordinal")?),
                falls,
                desk: parsed(row, "desk", DeskCode::parse)?,
                organisation: organisation.map_err(|_| QueryError::Unreadable { column: "organisation" })?,
            }))
        }
        Source::Wait(months) => Ok(waits_for(months, &waiting(row)?, query).map(|falls| Deadline {
            place: place(DeadlineKind::AbnormalWait, falls.day(), 0),
            falls,
            desk: number.desk(),
            organisation: None,
        })),
    }
}

#[cfg(test)]
mod tests {
    use demand::Settings;
    use demand::abnormal::Table;
    use demand::pending::Delay;
    use jiff::civil::date;
    use nomenclature::Territory;

    use super::*;

    /// Three months before 28 February is 28 November, before 1 March it is 1 December: nothing falls due on the 30th.
    #[test]
    fn a_page_that_ends_on_a_day_on_which_nothing_of_a_kind_falls_due_leaves_nothing_of_the_next_day_out() {
        let (territory, day) = (Territory::parse("006").unwrap(), date(2026, 11, 23));
        let settings = Settings { notice_earliest_months: 3, ..Settings::default() };
        let number = UniqueNumber::parse("0061126999999G0601").unwrap();
        let starts = |due_on| {
            let kind = DeadlineKind::Delay(Delay::Certificate);
            let after = Some(CalendarPlace { due_on, number, kind, since: due_on, ordinal: 0 });
            let query = CalendarQuery { after, ..CalendarQuery::of(territory, day, settings, Table::default()) };
            let at = start(&query, Source::Delay(Delay::Notice));
            (at.since, at.number)
        };
        assert_eq!(starts(date(2026, 11, 30)), (date(2027, 3, 1), String::new()));
        assert_eq!(starts(date(2026, 12, 2)), (date(2027, 3, 2), number.to_string()));
    }
}
