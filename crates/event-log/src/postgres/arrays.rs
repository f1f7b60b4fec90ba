//! Reading for many at once: one statement, whose answers stand in the order of what was asked.
//!
//! LATERAL with OFFSET 0 gives one look-up for each, whatever the planner believes of the tables.

use sqlx::PgConnection;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::PgStore;
use super::decode::{bytes32, column, columns};
use crate::store::ReadEach;
use crate::{Error, Position, Receipt, RecordedEvent, StreamId};

const READ_STREAMS: &str = concat!(
    "SELECT k.place, e.* FROM unnest($1::text[]) WITH ORDINALITY AS k(stream, place) CROSS JOIN LATERAL (SELECT ",
    columns!(),
    " FROM log.events WHERE stream = k.stream ORDER BY version OFFSET 0) AS e ORDER BY k.place, e.version"
);
const READ_COMMANDS: &str = concat!(
    "SELECT k.place, e.* FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS k(first, last, place) ",
    "CROSS JOIN LATERAL (SELECT ",
    columns!(),
    " FROM log.events WHERE position BETWEEN k.first AND k.last ORDER BY position OFFSET 0) AS e ",
    "ORDER BY k.place, e.position"
);
const RECEIPTS: &str = "SELECT k.place, r.* \
    FROM unnest($1::text[], $2::uuid[]) WITH ORDINALITY AS k(organisation, command_id, place) \
    CROSS JOIN LATERAL (SELECT e.position, e.command_size, e.body_digest FROM log.events AS e \
     WHERE e.organisation = k.organisation AND e.command_id = k.command_id AND e.body_digest IS NOT NULL OFFSET 0) AS r";

impl PgStore {
    pub(super) async fn read_streams(&self, streams: &[StreamId]) -> Result<ReadEach, Error> {
        let names: Vec<String> = streams.iter().map(StreamId::to_string).collect();
        events(streams.len(), &self.rows("reading streams", READ_STREAMS, arguments!(names)).await?)
    }

    pub(super) async fn read_commands(&self, receipts: &[Receipt]) -> Result<ReadEach, Error> {
        let (first, last): (Vec<i64>, Vec<i64>) =
            receipts.iter().map(|command| (command.first.get(), command.last.get())).unzip();
        events(receipts.len(), &self.rows("reading commands", READ_COMMANDS, arguments!(first, last)).await?)
    }

    pub(super) async fn read_receipts(
        &self,
        commands: &[(&str, Uuid)],
    ) -> Result<Vec<Option<(Receipt, [u8; 32])>>, Error> {
        let (organisations, ids): (Vec<String>, Vec<Uuid>) =
            commands.iter().map(|(organisation, id)| ((*organisation).to_owned(), *id)).unzip();
        let rows = self.rows("reading receipts", RECEIPTS, arguments!(organisations, ids)).await?;
        receipts(&rows, commands.len())
    }
}

/// A receipt, and the digest of the body that the command came with.
type Found = Option<(Receipt, [u8; 32])>;

/// As [`PgStore::read_receipts`], on a session that more will be asked.
pub(super) async fn receipts_on(
    session: &mut PgConnection,
    organisations: Vec<String>,
    ids: Vec<Uuid>,
) -> Result<Vec<Found>, Error> {
    let asked = ids.len();
    let rows = sqlx::query(RECEIPTS).bind(organisations).bind(ids).fetch_all(session).await;
    receipts(&rows.map_err(|error| Error::from_sqlx("reading receipts", &error))?, asked)
}

fn receipts(rows: &[PgRow], asked: usize) -> Result<Vec<Found>, Error> {
    let mut read = vec![None; asked];
    for row in rows {
        let first: i64 = column(row, 1, "position")?;
        let size: i16 = column(row, 2, "command_size")?;
        let size = usize::try_from(size).map_err(|_| Error::Unreadable { field: "command_size" })?;
        let first = Position::try_new(first)?;
        let receipt = Receipt { first, last: first.before().plus(size) };
        let digest = bytes32(row, 3, "body_digest")?.ok_or(Error::Unreadable { field: "body_digest" })?;
        *placed(&mut read, row)? = Some((receipt, digest));
    }
    Ok(read)
}

/// The events of each of so many that were asked for.
fn events(asked: usize, rows: &[PgRow]) -> Result<ReadEach, Error> {
    let mut read: ReadEach = (0..asked).map(|_| Vec::new()).collect();
    for row in rows {
        placed(&mut read, row)?.push(RecordedEvent::from_row(row, 1));
    }
    Ok(read)
}

/// What a row of a look-up by array belongs to: its first column counts from 1.
fn placed<'a, T>(read: &'a mut [T], row: &PgRow) -> Result<&'a mut T, Error> {
    let place: i64 = column(row, 0, "place")?;
    let index = usize::try_from(place - 1).map_err(|_| Error::Unreadable { field: "place" })?;
    read.get_mut(index).ok_or(Error::Unreadable { field: "place" })
}
