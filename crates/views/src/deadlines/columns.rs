//! Columns of the tables, without a value in the error.

use event_log::PgDate;
use jiff::civil::Date;
use sqlx::postgres::PgRow;
use sqlx::{Postgres, Row as _};

use crate::Error;

pub(super) fn column<'r, T>(row: &'r PgRow, column: &'static str) -> Result<T, Error>
where
    T: sqlx::Decode<'r, Postgres> + sqlx::Type<Postgres>,
{
    row.try_get(column).map_err(|_| Error::Unreadable { column })
}

pub(super) fn parsed<T, E>(
    row: &PgRow,
    name: &'static str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, Error> {
    parse(column(row, name)?).map_err(|_| Error::Unreadable { column: name })
}

pub(super) fn day_of(row: &PgRow, name: &'static str) -> Result<Option<Date>, Error> {
    Ok(column::<Option<PgDate>>(row, name)?.map(|PgDate(day)| day))
}

pub(super) fn a_day(row: &PgRow, name: &'static str) -> Result<Date, Error> {
    day_of(row, name)?.ok_or(Error::Unreadable { column: name })
}
