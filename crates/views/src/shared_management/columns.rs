//! Rows of the table and back.

use nomenclature::{DeskCode, Siren, Territory, UniqueNumber};
use projection::QueryError;
use projection::columns::{column, day, optional_day, parsed, position};
use serde_json::from_str;
use sqlx::postgres::PgRow;

use super::row::{Row, SealedIdentity, SharedDemand};
use crate::{Token, TokenKind};

/// The columns of a demand.
macro_rules! columns {
    () => {
        "territory, number, version, position, filed_on, last_renewed_on, expires_on, desk, organisation, person_ref, \
         forced, facts, pieces, attributions, identity_version, identity_key_id, identity_sealed"
    };
}
pub(super) use columns;

fn version(number: i32) -> Result<u32, QueryError> {
    u32::try_from(number).map_err(|_| QueryError::Unreadable { column: "version" })
}

impl SharedDemand {
    /// Reads the columns of [`columns!`].
    pub(super) fn from_row(row: &PgRow) -> Result<Self, QueryError> {
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
    pub(super) fn from_row(row: &PgRow) -> Result<Self, QueryError> {
        Ok(Self {
            demand: SharedDemand::from_row(row)?,
            tokens: unpacked(column(row, "tokens")?).ok_or(QueryError::Unreadable { column: "tokens" })?,
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
