//! Instants and civil dates on PostgreSQL's wire: microseconds and days since 2000-01-01.
//!
//! sqlx 0.8 knows chrono and time only; these two wrappers bind jiff's types without either.

use jiff::civil::{Date, date};
use jiff::{Span, Timestamp, Unit};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueFormat, PgValueRef};
use sqlx::{Decode, Encode, Postgres, Type};

/// Microseconds from 1970-01-01 to 2000-01-01, both at 00:00 UTC.
const EPOCH_MICROS: i64 = 946_684_800_000_000;
const UNIX_EPOCH: Date = date(1970, 1, 1);
/// Days from 1970-01-01 to 2000-01-01.
const EPOCH_DAYS: i32 = 10_957;

// Object ids of the catalogue, the same in every server: naming the types would cost a look-up on each connection.
const DATE: Oid = Oid(1082);
const DATE_ARRAY: Oid = Oid(1182);
const TIMESTAMPTZ: Oid = Oid(1184);
const TIMESTAMPTZ_ARRAY: Oid = Oid(1185);

/// An instant as `timestamptz`, truncated to the microsecond (towards the past).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PgInstant(pub Timestamp);

/// A civil date as `date`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PgDate(pub Date);

/// Microseconds since 1970, rounded towards the past: what the log keeps of an instant.
pub(crate) fn unix_micros(instant: Timestamp) -> i64 {
    instant.as_nanosecond().div_euclid(1_000).try_into().expect("jiff's range is far inside of 64 bits of microseconds")
}

/// The instant as the log gives it back.
pub(crate) fn truncated(instant: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(unix_micros(instant)).unwrap_or(instant)
}

/// The instant of so many microseconds since 2000-01-01.
pub(crate) fn instant(micros: i64) -> Option<Timestamp> {
    Timestamp::from_microsecond(micros.checked_add(EPOCH_MICROS)?).ok()
}

/// The day so many days after 2000-01-01.
pub(crate) fn day(days: i32) -> Option<Date> {
    let days = i64::from(days) + i64::from(EPOCH_DAYS);
    UNIX_EPOCH.checked_add(Span::new().try_days(days).ok()?).ok()
}

/// Days since 1970-01-01.
pub(crate) fn unix_days(day: Date) -> i32 {
    day.since((Unit::Day, UNIX_EPOCH)).map_or(i32::MIN, |span| span.get_days())
}

/// Years 1 to 9999: inside of what both jiff and PostgreSQL keep.
pub(crate) fn keeps_date(day: Date) -> bool {
    day.year() >= 1
}

/// Years 1 to 9999.
pub(crate) fn keeps_instant(instant: Timestamp) -> bool {
    const YEAR_ONE: i64 = -62_135_596_800;
    instant.as_second() >= YEAR_ONE
}

impl Type<Postgres> for PgInstant {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(TIMESTAMPTZ)
    }
}

impl PgHasArrayType for PgInstant {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(TIMESTAMPTZ_ARRAY)
    }
}

impl Encode<'_, Postgres> for PgInstant {
    fn encode_by_ref(&self, buf: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <i64 as Encode<Postgres>>::encode(unix_micros(self.0) - EPOCH_MICROS, buf)
    }
}

impl<'r> Decode<'r, Postgres> for PgInstant {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        binary_only(&value)?;
        let micros = <i64 as Decode<Postgres>>::decode(value)?;
        Ok(Self(instant(micros).ok_or("timestamptz is out of range")?))
    }
}

impl Type<Postgres> for PgDate {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(DATE)
    }
}

impl PgHasArrayType for PgDate {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(DATE_ARRAY)
    }
}

impl Encode<'_, Postgres> for PgDate {
    fn encode_by_ref(&self, buf: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        <i32 as Encode<Postgres>>::encode(unix_days(self.0) - EPOCH_DAYS, buf)
    }
}

impl<'r> Decode<'r, Postgres> for PgDate {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        binary_only(&value)?;
        let days = <i32 as Decode<Postgres>>::decode(value)?;
        Ok(Self(day(days).ok_or("date is out of range")?))
    }
}

fn binary_only(value: &PgValueRef<'_>) -> Result<(), BoxDynError> {
    match value.format() {
        PgValueFormat::Binary => Ok(()),
        PgValueFormat::Text => Err("dates and instants are read by prepared statements only".into()),
    }
}
