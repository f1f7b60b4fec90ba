//! Rows of the table and back.

use event_log::{PgDate, Position};
use jiff::civil::Date;
use nomenclature::{DeskCode, Siren, Territory, UniqueNumber};
use serde_json::from_str;
use sqlx::postgres::PgRow;
use sqlx::{Decode, Postgres, Row as _, Type};

use super::row::{Row, SealedIdentity, SharedDemand};
use crate::{Error, Token, TokenKind};

/// The columns of a demand.
macro_rules! columns {
    () => {
        "territory, number, version, position, filed_on, last_renewed_on, expires_on, desk, organisation, person_ref, \
         forced, facts, pieces, attributions, identity_version, identity_key_id, identity_sealed"
    };
}
pub(super) use columns;

/// One column, without the value in the error.
pub(super) fn column<'r, T>(row: &'r PgRow, column: &'static str) -> Result<T, Error>
where
    T: Decode<'r, Postgres> + Type<Postgres>,
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

fn day(row: &PgRow, name: &'static str) -> Result<Date, Error> {
    column(row, name).map(|PgDate(day)| day)
}

fn optional_day(row: &PgRow, name: &'static str) -> Result<Option<Date>, Error> {
    Ok(column::<Option<PgDate>>(row, name)?.map(|PgDate(day)| day))
}

fn version(number: i32) -> Result<u32, Error> {
    u32::try_from(number).map_err(|_| Error::Unreadable { column: "version" })
}

pub(super) fn position(row: &PgRow, name: &'static str) -> Result<Position, Error> {
    Position::try_new(column(row, name)?).map_err(|_| Error::Unreadable { column: name })
}

impl SharedDemand {
    /// Reads the columns of [`columns!`].
    pub(super) fn from_row(row: &PgRow) -> Result<Self, Error> {
        let identity: (Option<i32>, Option<i64>, Option<Vec<u8>>) =
            (column(row, "identity_version")?, column(row, "identity_key_id")?, column(row, "identity_sealed")?);
        let identity = match identity {
            (Some(at), Some(key_id), Some(sealed)) => Some(SealedIdentity { version: version(at)?, key_id, sealed }),
            _ => None,
        };
        Ok(Self {
            territory: parsed(row, "territory", Territory::parse)?,
            number: parsed(row, "number", UniqueNumber::parse)?,
            version: version(column(row, "version")?)?,
            position: position(row, "position")?,
            filed_on: day(row, "filed_on")?,
            last_renewed_on: optional_day(row, "last_renewed_on")?,
            expires_on: day(row, "expires_on")?,
            desk: parsed(row, "desk", DeskCode::parse)?,
            organisation: parsed(row, "organisation", Siren::parse)?,
            person_ref: column(row, "person_ref")?,
            forced: column(row, "forced")?,
            facts: parsed(row, "facts", |text| from_str(text))?,
            pieces: parsed(row, "pieces", |text| from_str(text))?,
            attributions: parsed(row, "attributions", |text| from_str(text))?,
            identity,
        })
    }
}

impl Row {
    /// Reads the columns of [`columns!`], `tokens` and `radiated_on`.
    pub(super) fn from_row(row: &PgRow) -> Result<Self, Error> {
        Ok(Self {
            demand: SharedDemand::from_row(row)?,
            tokens: unpacked(column(row, "tokens")?).ok_or(Error::Unreadable { column: "tokens" })?,
            radiated_on: optional_day(row, "radiated_on")?,
        })
    }
}

const TOKEN_BYTES: usize = 33;

/// Tokens as one value.
pub(super) fn packed(tokens: &[Token]) -> Vec<u8> {
    tokens.iter().flat_map(|token| std::iter::once(token.kind.code()).chain(token.hash)).collect()
}

fn unpacked(bytes: &[u8]) -> Option<Vec<Token>> {
    let chunks = bytes.chunks(TOKEN_BYTES).map(|chunk| {
        let (code, hash) = chunk.split_first()?;
        Some(Token { kind: TokenKind::of_code(*code)?, hash: hash.try_into().ok()? })
    });
    chunks.collect()
}
