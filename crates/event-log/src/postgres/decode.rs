//! Rows and tuples of the table of events, read.

use sqlx::postgres::PgRow;
use sqlx::{Decode, Postgres, Row, Type};
use uuid::Uuid;

use crate::wire::{self, PgDate, PgInstant};
use crate::{Error, Position, RecordedEvent, StreamId, StreamType, TerritoryCode};

/// The columns of an event, in the order that [`RecordedEvent::from_row`] reads them.
macro_rules! columns {
    () => {
        "position, recorded_at, command_id, key_id, effective_on, version, schema_version, command_size, \
         stream_type, territory, stream, event_type, organisation, actor, payload, sealed, commitment, leaf, body_digest"
    };
}
pub(super) use columns;

impl RecordedEvent {
    /// Reads the columns of a row, behind `skipped` others.
    pub(super) fn from_row(row: &PgRow, skipped: usize) -> Result<Self, Error> {
        let at = |index: usize| skipped + index;
        let PgInstant(recorded_at) = column(row, at(1), "recorded_at")?;
        let PgDate(effective_on) = column(row, at(4), "effective_on")?;
        let version: i32 = column(row, at(5), "version")?;
        let schema_version: i16 = column(row, at(6), "schema_version")?;
        let command_size: Option<i16> = column(row, at(7), "command_size")?;
        let territory: Option<&str> = column(row, at(9), "territory")?;
        Ok(Self {
            position: Position::try_new(column(row, at(0), "position")?)?,
            recorded_at,
            command_id: column(row, at(2), "command_id")?,
            key_id: column(row, at(3), "key_id")?,
            effective_on,
            version: u32::try_from(version).map_err(|_| Error::Unreadable { field: "version" })?,
            schema_version: u16::try_from(schema_version).map_err(|_| Error::Unreadable { field: "schema_version" })?,
            command_size: command_size
                .map(u16::try_from)
                .transpose()
                .map_err(|_| Error::Unreadable { field: "command_size" })?,
            stream_type: StreamType::parse(column::<String>(row, at(8), "stream_type")?)?,
            territory: territory.map(TerritoryCode::parse).transpose()?,
            stream: StreamId::parse(column::<String>(row, at(10), "stream")?)?,
            event_type: column(row, at(11), "event_type")?,
            organisation: column(row, at(12), "organisation")?,
            actor: column(row, at(13), "actor")?,
            payload: column(row, at(14), "payload")?,
            sealed: column(row, at(15), "sealed")?,
            commitment: bytes32(row, at(16), "commitment")?,
            leaf: bytes32(row, at(17), "leaf")?.ok_or(Error::Unreadable { field: "leaf" })?,
            body_digest: bytes32(row, at(18), "body_digest")?,
        })
    }
}

/// What a binary COPY begins with: signature, flags, length of an extension that no server has yet.
const COPY_HEADER: usize = 19;
const COPY_COLUMNS: usize = 19;

/// The events of a binary COPY of [`columns!`], header and end included.
pub(super) fn from_copy(bytes: &[u8]) -> Result<Vec<RecordedEvent>, Error> {
    let mut rest = bytes.get(COPY_HEADER..).ok_or(Error::Unreadable { field: "copy" })?;
    let mut events = Vec::new();
    loop {
        match take::<2>(&mut rest).map(i16::from_be_bytes) {
            Some(-1) => return Ok(events),
            Some(19) => events.push(RecordedEvent::from_tuple(&mut rest)?),
            _ => return Err(Error::Unreadable { field: "copy" }),
        }
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*taken)
}

/// The fields of a tuple, each with its length before it; none for NULL.
fn fields<'a>(rest: &mut &'a [u8]) -> Option<[Option<&'a [u8]>; COPY_COLUMNS]> {
    let mut fields = [None; COPY_COLUMNS];
    for field in &mut fields {
        let length = i32::from_be_bytes(take(rest)?);
        if let Ok(length) = usize::try_from(length) {
            let (value, after) = rest.split_at_checked(length)?;
            (*field, *rest) = (Some(value), after);
        }
    }
    Some(fields)
}

fn fixed<const N: usize>(field: Option<&[u8]>) -> Option<[u8; N]> {
    field?.try_into().ok()
}

fn text(field: Option<&[u8]>) -> Option<&str> {
    std::str::from_utf8(field?).ok()
}

impl RecordedEvent {
    /// Reads a tuple of [`columns!`], in the order of their declaration.
    fn from_tuple(rest: &mut &[u8]) -> Result<Self, Error> {
        let fields = fields(rest).ok_or(Error::Unreadable { field: "copy" })?;
        let [position, recorded_at, command_id, key_id, effective_on, version, schema_version, command_size, ..] =
            fields;
        let [_, _, _, _, _, _, _, _, stream_type, territory, stream, event_type, organisation, actor, ..] = fields;
        let [.., payload, sealed, commitment, leaf, body_digest] = fields;
        let position = fixed(position).map(i64::from_be_bytes).ok_or(Error::Unreadable { field: "position" })?;
        let position = Position::try_new(position)?;
        let wrong = |field| move || Error::UnreadableAt { position, field };
        let owned = |value, field| text(value).map(str::to_owned).ok_or_else(wrong(field));
        let bytes32 = |value: Option<&[u8]>, field| match value {
            None => Ok(None),
            Some(_) => fixed(value).map(Some).ok_or_else(wrong(field)),
        };
        let number = |value| fixed(value).map(i16::from_be_bytes).and_then(|number| u16::try_from(number).ok());
        Ok(Self {
            position,
            recorded_at: fixed(recorded_at)
                .and_then(|micros| wire::instant(i64::from_be_bytes(micros)))
                .ok_or_else(wrong("recorded_at"))?,
            command_id: fixed(command_id).map(Uuid::from_bytes).ok_or_else(wrong("command_id"))?,
            key_id: match key_id {
                None => None,
                Some(_) => Some(fixed(key_id).map(i64::from_be_bytes).ok_or_else(wrong("key_id"))?),
            },
            effective_on: fixed(effective_on)
                .and_then(|days| wire::day(i32::from_be_bytes(days)))
                .ok_or_else(wrong("effective_on"))?,
            version: fixed(version)
                .and_then(|version| u32::try_from(i32::from_be_bytes(version)).ok())
                .ok_or_else(wrong("version"))?,
            schema_version: number(schema_version).ok_or_else(wrong("schema_version"))?,
            command_size: match command_size {
                None => None,
                Some(_) => Some(number(command_size).ok_or_else(wrong("command_size"))?),
            },
            stream_type: text(stream_type)
                .and_then(|name| StreamType::parse(name).ok())
                .ok_or_else(wrong("stream_type"))?,
            territory: match territory {
                None => None,
                Some(_) => Some(
                    text(territory).and_then(|code| TerritoryCode::parse(code).ok()).ok_or_else(wrong("territory"))?,
                ),
            },
            stream: text(stream).and_then(|name| StreamId::parse(name).ok()).ok_or_else(wrong("stream"))?,
            event_type: owned(event_type, "event_type")?,
            organisation: owned(organisation, "organisation")?,
            actor: owned(actor, "actor")?,
            payload: owned(payload, "payload")?,
            sealed: sealed.map(<[u8]>::to_vec).ok_or_else(wrong("sealed"))?,
            commitment: bytes32(commitment, "commitment")?,
            leaf: fixed(leaf).ok_or_else(wrong("leaf"))?,
            body_digest: bytes32(body_digest, "body_digest")?,
        })
    }
}

/// One column, without the value in the error.
pub(super) fn column<'r, T>(row: &'r PgRow, index: usize, field: &'static str) -> Result<T, Error>
where
    T: Decode<'r, Postgres> + Type<Postgres>,
{
    row.try_get(index).map_err(|_| Error::Unreadable { field })
}

/// One column of 32 bytes or NULL.
pub(super) fn bytes32(row: &PgRow, index: usize, field: &'static str) -> Result<Option<[u8; 32]>, Error> {
    let bytes: Option<&[u8]> = column(row, index, field)?;
    bytes.map(|bytes| bytes.try_into().map_err(|_| Error::Unreadable { field })).transpose()
}
