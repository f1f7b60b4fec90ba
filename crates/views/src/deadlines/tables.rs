//! The tables, and how a page of events gets into them: touched rows are read, folded in memory and written once.

use std::collections::BTreeSet;

use async_trait::async_trait;
use demand::DemandEvent;
use event_log::{PgDate, Position};
use nomenclature::{CommuneCode, UniqueNumber};
use projection::{Opened, Projection, QueryError};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row as _};

use super::fold::Rows;
use super::row::{CommuneEntry, Entry, ListedNotice, Row};

const LOAD: &str = "SELECT d.* FROM unnest($1::text[], $2::text[]) AS k(territory, number) CROSS JOIN LATERAL \
     (SELECT number, version, position, state, notice_version FROM deadline_demands AS s \
       WHERE s.territory = k.territory AND s.number = k.number OFFSET 0) AS d";
const WRITE: &str = "INSERT INTO deadline_demands \
       (territory, number, version, position, state, notice_version, waits_since, housed_since, communes, types) \
     SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::int[], $7::date[], $8::date[], \
       $9::text[], $10::text[]) \
     ON CONFLICT (territory, number) DO UPDATE SET version = excluded.version, position = excluded.position, \
       state = excluded.state, notice_version = excluded.notice_version, waits_since = excluded.waits_since, \
       housed_since = excluded.housed_since, communes = excluded.communes, types = excluded.types";
const DELETE_ENTRIES: &str = "DELETE FROM deadline_entries AS t \
     USING unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::smallint[]) \
       AS k(territory, delay, since, number, ordinal) \
     WHERE t.territory = k.territory AND t.delay = k.delay AND t.since = k.since AND t.number = k.number \
       AND t.ordinal = k.ordinal";
const INSERT_ENTRIES: &str = "INSERT INTO deadline_entries \
       (territory, delay, since, number, ordinal, prolonged_by, not_before, desk, organisation) \
     SELECT * FROM unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::smallint[], $6::date[], $7::date[], \
       $8::text[], $9::text[])";
const DELETE_COMMUNES: &str = "DELETE FROM deadline_communes AS t \
     USING unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::smallint[]) \
       AS k(territory, commune, delay, since, number, ordinal) \
     WHERE t.territory = k.territory AND t.commune = k.commune AND t.delay = k.delay AND t.since = k.since \
       AND t.number = k.number AND t.ordinal = k.ordinal";
const INSERT_COMMUNES: &str = "INSERT INTO deadline_communes (territory, commune, delay, since, number, ordinal) \
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::smallint[])";
const WRITE_NOTICES: &str = "INSERT INTO deadline_notices \
       (territory, listed_on, number, version, expires_on, due_by, sent_on, open) \
     SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::int[], $5::date[], $6::text[], $7::date[], \
       $8::boolean[]) \
     ON CONFLICT (territory, listed_on, number) DO UPDATE SET sent_on = excluded.sent_on, open = excluded.open";

/// The projection of the deadlines.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeepDeadlines;

#[async_trait]
impl Projection for KeepDeadlines {
    type Event = DemandEvent;
    type Tables = PgConnection;

    const NAME: &'static str = "deadlines";
    const VERSION: u32 = 4;
    const TABLES: &'static [&'static str] =
        &["deadline_demands", "deadline_entries", "deadline_communes", "deadline_notices"];
    const CREATE: &'static str = include_str!("tables.sql");

    async fn fold(&self, page: &[Opened<'_, DemandEvent>], tables: &mut PgConnection) -> Result<(), sqlx::Error> {
        let touched: BTreeSet<UniqueNumber> =
            page.iter().filter_map(|opened| UniqueNumber::parse(opened.recorded.stream.as_str()).ok()).collect();
        let before = load(tables, &touched).await?;
        let mut after = before.clone();
        for opened in page {
            after.fold(opened);
        }
        write(tables, after.iter().filter(|row| before.get(row.number) != Some(row))).await?;
        let entries = |rows: &Rows| rows.iter().flat_map(Row::entries).collect::<BTreeSet<_>>();
        let (old, new) = (entries(&before), entries(&after));
        delete_entries(tables, &(&old - &new)).await?;
        insert_entries(tables, &(&new - &old)).await?;
        let communes = |rows: &Rows| rows.iter().flat_map(Row::commune_entries).collect::<BTreeSet<_>>();
        let (old, new) = (communes(&before), communes(&after));
        change_communes(tables, DELETE_COMMUNES, &(&old - &new)).await?;
        change_communes(tables, INSERT_COMMUNES, &(&new - &old)).await?;
        write_notices(tables, after.notices()).await
    }
}

async fn load(tables: &mut PgConnection, touched: &BTreeSet<UniqueNumber>) -> Result<Rows, sqlx::Error> {
    let mut rows = Rows::default();
    let territories: Vec<String> = touched.iter().map(|number| number.territory().to_string()).collect();
    let numbers: Vec<String> = touched.iter().map(UniqueNumber::to_string).collect();
    for row in sqlx::query(LOAD).bind(territories).bind(numbers).fetch_all(tables).await? {
        rows.put(read(&row).map_err(|error| sqlx::Error::Decode(error.into()))?);
    }
    Ok(rows)
}

/// Reads the columns of [`LOAD`].
fn read(row: &PgRow) -> Result<Row, QueryError> {
    let wrong = |column| QueryError::Unreadable { column };
    let version = |version: i32| u32::try_from(version).map_err(|_| wrong("version"));
    let text = |column| row.try_get::<&str, _>(column).map_err(|_| wrong(column));
    let notice_version: Option<i32> = row.try_get("notice_version").map_err(|_| wrong("notice_version"))?;
    let position = row.try_get("position").map_err(|_| wrong("position"))?;
    Ok(Row {
        number: UniqueNumber::parse(text("number")?).map_err(|_| wrong("number"))?,
        version: version(row.try_get("version").map_err(|_| wrong("version"))?)?,
        position: Position::try_new(position).map_err(|_| wrong("position"))?,
        state: serde_json::from_str(text("state")?).map_err(|_| wrong("state"))?,
        notice_version: notice_version.map(version).transpose()?,
    })
}

async fn write(tables: &mut PgConnection, rows: impl Iterator<Item = &Row>) -> Result<(), sqlx::Error> {
    let rows: Vec<&Row> = rows.collect();
    if rows.is_empty() {
        return Ok(());
    }
    let states: Result<Vec<String>, _> = rows.iter().map(|row| serde_json::to_string(&row.state)).collect();
    sqlx::query(WRITE)
        .bind(rows.iter().map(|row| row.number.territory().to_string()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.number.to_string()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| signed(row.version)).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.position.get()).collect::<Vec<_>>())
        .bind(states.map_err(|error| sqlx::Error::Encode(error.into()))?)
        .bind(rows.iter().map(|row| row.notice_version.map(signed)).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.waits_since().map(PgDate)).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.housed_since().map(PgDate)).collect::<Vec<_>>())
        .bind(
            rows.iter()
                .map(|row| row.sought(|facts| codes(facts.communes.iter().map(CommuneCode::as_str))))
                .collect::<Vec<_>>(),
        )
        .bind(
            rows.iter()
                .map(|row| row.sought(|facts| codes(facts.dwelling_types.iter().map(|kind| kind.code()))))
                .collect::<Vec<_>>(),
        )
        .execute(tables)
        .await
        .map(drop)
}

async fn delete_entries(tables: &mut PgConnection, entries: &BTreeSet<Entry>) -> Result<(), sqlx::Error> {
    if entries.is_empty() {
        return Ok(());
    }
    let [territories, delays, numbers] = texts(entries);
    let query = sqlx::query(DELETE_ENTRIES).bind(territories).bind(delays);
    query.bind(days(entries)).bind(numbers).bind(ordinals(entries)).execute(tables).await.map(drop)
}

async fn insert_entries(tables: &mut PgConnection, entries: &BTreeSet<Entry>) -> Result<(), sqlx::Error> {
    if entries.is_empty() {
        return Ok(());
    }
    let [territories, delays, numbers] = texts(entries);
    let query = sqlx::query(INSERT_ENTRIES).bind(territories).bind(delays);
    let query = query.bind(days(entries)).bind(numbers).bind(ordinals(entries));
    let prolonged: Vec<Option<PgDate>> = entries.iter().map(|entry| entry.prolonged_by.map(PgDate)).collect();
    let not_before: Vec<Option<PgDate>> = entries.iter().map(|entry| entry.not_before.map(PgDate)).collect();
    let desks: Vec<String> = entries.iter().map(|entry| entry.desk.to_string()).collect();
    let organisations: Vec<Option<String>> =
        entries.iter().map(|entry| entry.organisation.map(|organisation| organisation.to_string())).collect();
    query.bind(prolonged).bind(not_before).bind(desks).bind(organisations).execute(tables).await.map(drop)
}

async fn change_communes(
    tables: &mut PgConnection,
    statement: &'static str,
    entries: &BTreeSet<CommuneEntry>,
) -> Result<(), sqlx::Error> {
    if entries.is_empty() {
        return Ok(());
    }
    let of = |text: fn(&CommuneEntry) -> String| entries.iter().map(text).collect::<Vec<_>>();
    sqlx::query(statement)
        .bind(of(|entry| entry.number.territory().to_string()))
        .bind(of(|entry| entry.commune.to_string()))
        .bind(of(|entry| entry.delay.to_owned()))
        .bind(entries.iter().map(|entry| PgDate(entry.since)).collect::<Vec<_>>())
        .bind(of(|entry| entry.number.to_string()))
        .bind(entries.iter().map(|entry| entry.ordinal).collect::<Vec<_>>())
        .execute(tables)
        .await
        .map(drop)
}

async fn write_notices(
    tables: &mut PgConnection,
    notices: impl Iterator<Item = &ListedNotice>,
) -> Result<(), sqlx::Error> {
    let notices: Vec<&ListedNotice> = notices.collect();
    if notices.is_empty() {
        return Ok(());
    }
    sqlx::query(WRITE_NOTICES)
        .bind(notices.iter().map(|notice| notice.number.territory().to_string()).collect::<Vec<_>>())
        .bind(notices.iter().map(|notice| PgDate(notice.listed_on)).collect::<Vec<_>>())
        .bind(notices.iter().map(|notice| notice.number.to_string()).collect::<Vec<_>>())
        .bind(notices.iter().map(|notice| signed(notice.version)).collect::<Vec<_>>())
        .bind(notices.iter().map(|notice| PgDate(notice.expires_on)).collect::<Vec<_>>())
        .bind(notices.iter().map(|notice| notice.due_by.code()).collect::<Vec<_>>())
        .bind(notices.iter().map(|notice| notice.sent_on.map(PgDate)).collect::<Vec<_>>())
        .bind(notices.iter().map(|notice| notice.open).collect::<Vec<_>>())
        .execute(tables)
        .await
        .map(drop)
}

/// Codes with spaces between them.
pub(super) fn codes<'a>(codes: impl Iterator<Item = &'a str>) -> String {
    codes.collect::<Vec<_>>().join(" ")
}

pub(super) fn signed(version: u32) -> i32 {
    i32::try_from(version).unwrap_or(i32::MAX)
}

/// Territories, delays and numbers.
fn texts(entries: &BTreeSet<Entry>) -> [Vec<String>; 3] {
    let of = |text: fn(&Entry) -> String| entries.iter().map(text).collect::<Vec<_>>();
    [
        of(|entry| entry.number.territory().to_string()),
        of(|entry| entry.delay.code().to_owned()),
        of(|entry| entry.number.to_string()),
    ]
}

fn days(entries: &BTreeSet<Entry>) -> Vec<PgDate> {
    entries.iter().map(|entry| PgDate(entry.since)).collect()
}

fn ordinals(entries: &BTreeSet<Entry>) -> Vec<i16> {
    entries.iter().map(|entry| entry.ordinal).collect()
}
