//! Columns of a view's tables, without a value in the error.

use event_log::{PgDate, Position};
use jiff::civil::Date;
use sqlx::postgres::PgRow;
use sqlx::{Decode, Postgres, Row as _, Type};

use crate::QueryError;

/// One column.
///
/// # Errors
/// [`QueryError::Unreadable`], as of all of these.
pub fn column<'r, T>(row: &'r PgRow, name: &'static str) -> Result<T, QueryError>
where
    T: Decode<'r, Postgres> + Type<Postgres>,
{
    row.try_get(name).map_err(|_| QueryError::Unreadable { column: name })
}

/// A text that is parsed.
///
/// # Errors
/// As [`column()`].
pub fn parsed<T, E>(
    row: &PgRow,
    name: &'static str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Result<T, QueryError> {
    parse(column(row, name)?).map_err(|_| QueryError::Unreadable { column: name })
}

/// A day.
///
/// # Errors
/// As [`column()`].
pub fn day(row: &PgRow, name: &'static str) -> Result<Date, QueryError> {
    column(row, name).map(|PgDate(day)| day)
}

/// A day, where there is one.
///
/// # Errors
/// As [`column()`].
pub fn optional_day(row: &PgRow, name: &'static str) -> Result<Option<Date>, QueryError> {
    Ok(column::<Option<PgDate>>(row, name)?.map(|PgDate(day)| day))
}

/// A position of the log.
///
/// # Errors
/// As [`column()`].
pub fn position(row: &PgRow, name: &'static str) -> Result<Position, QueryError> {
    Position::try_new(column(row, name)?).map_err(|_| QueryError::Unreadable { column: name })
}
