//! A round as arrays, its one statement, and the answer as verdicts.

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use crate::wire::{self, PgDate, PgInstant};
use crate::{ClaimOp, Command, Error, LeafHeader, Position, Receipt, Refusal, StreamId, TerritoryCode, Verdict, leaf};

const APPEND: &str = "\
SELECT status, first, last, item, version, holder, tag
  FROM log.append($1, $2, $3, $4, $5,
                  $6, $7, $8, $9, $10, $11, $12,
                  $13, $14, $15, $16, $17, $18, $19, $20,
                  $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36)";

/// The arrays of one round. Commands are numbered from 1, as PostgreSQL numbers arrays.
#[derive(Default)]
pub(super) struct Batch<'a> {
    commands: Commands<'a>,
    streams: Streams<'a>,
    claims: Claims<'a>,
    events: Events<'a>,
}

#[derive(Default)]
struct Commands<'a> {
    organisation: Vec<&'a str>,
    id: Vec<Uuid>,
    digest: Vec<&'a [u8]>,
    recorded_at: Vec<PgInstant>,
    size: Vec<i32>,
}

#[derive(Default)]
struct Streams<'a> {
    command: Vec<i32>,
    item: Vec<i32>,
    stream: Vec<&'a str>,
    stream_type: Vec<&'a str>,
    territory: Vec<Option<&'a str>>,
    key_id: Vec<Option<i64>>,
    expected: Vec<i32>,
}

#[derive(Default)]
struct Claims<'a> {
    command: Vec<i32>,
    item: Vec<i32>,
    op: Vec<i16>,
    kind: Vec<i16>,
    key: Vec<&'a [u8]>,
    scope: Vec<&'a str>,
    holder: Vec<&'a str>,
    tag: Vec<Option<Uuid>>,
}

#[derive(Default)]
struct Events<'a> {
    command: Vec<i32>,
    ordinal: Vec<i32>,
    version: Vec<i32>,
    schema_version: Vec<i16>,
    effective_on: Vec<PgDate>,
    key_id: Vec<Option<i64>>,
    stream_type: Vec<&'a str>,
    territory: Vec<Option<&'a str>>,
    stream: Vec<&'a str>,
    event_type: Vec<&'a str>,
    organisation: Vec<&'a str>,
    actor: Vec<&'a str>,
    payload: Vec<&'a str>,
    sealed: Vec<&'a [u8]>,
    commitment: Vec<Option<&'a [u8]>>,
    leaf: Vec<[u8; 32]>,
}

impl<'a> Batch<'a> {
    /// Lays out validated commands.
    pub(super) fn of(commands: &[&'a Command]) -> Self {
        let mut batch = Self::default();
        for (number, command) in (1..).zip(commands) {
            batch.add(number, command);
        }
        batch
    }

    fn add(&mut self, number: i32, command: &'a Command) {
        self.commands.organisation.push(&command.organisation);
        self.commands.id.push(command.id);
        self.commands.digest.push(&command.body_digest);
        self.commands.recorded_at.push(PgInstant(command.recorded_at));
        self.commands.size.push(counted(command.event_count()));
        for (item, append) in (0..).zip(&command.streams) {
            self.streams.command.push(number);
            self.streams.item.push(item);
            self.streams.stream.push(append.stream.as_str());
            self.streams.stream_type.push(append.stream_type.as_str());
            self.streams.territory.push(append.territory.as_ref().map(TerritoryCode::as_str));
            self.streams.key_id.push(append.key.map(|key| key.id));
            self.streams.expected.push(append.expected_version.cast_signed());
        }
        for (item, claim) in (0..).zip(&command.claims) {
            self.claims.command.push(number);
            self.claims.item.push(item);
            self.claims.op.push(match claim.op {
                ClaimOp::Release => 0,
                ClaimOp::Take { .. } => 1,
                ClaimOp::Force { .. } => 2,
            });
            self.claims.kind.push(claim.kind);
            self.claims.key.push(&claim.key);
            self.claims.scope.push(&claim.scope);
            self.claims.holder.push(claim.holder.as_str());
            self.claims.tag.push(claim.op.tag());
        }
        self.add_events(number, command);
    }

    fn add_events(&mut self, number: i32, command: &'a Command) {
        let recorded_at = wire::truncated(command.recorded_at);
        let mut ordinal = 0;
        for append in &command.streams {
            for (version, event) in (append.expected_version + 1..).zip(&append.events) {
                ordinal += 1;
                let commitment = append.key.as_ref().filter(|_| version == 1).map(|key| &key.commitment);
                let header = LeafHeader {
                    stream_type: append.stream_type.as_str(),
                    stream: append.stream.as_str(),
                    version,
                    territory: append.territory.as_ref().map(TerritoryCode::as_str),
                    event_type: &event.event_type,
                    schema_version: event.schema_version,
                    effective_on: event.effective_on,
                    recorded_at,
                    actor: &command.actor,
                    organisation: &command.organisation,
                    command_id: command.id,
                    key_id: append.key.map(|key| key.id),
                    commitment,
                };
                let events = &mut self.events;
                events.leaf.push(leaf(&header, event.payload.as_bytes(), &event.sealed));
                events.command.push(number);
                events.ordinal.push(ordinal);
                events.version.push(version.cast_signed());
                events.schema_version.push(event.schema_version.cast_signed());
                events.effective_on.push(PgDate(event.effective_on));
                events.key_id.push(header.key_id);
                events.stream_type.push(append.stream_type.as_str());
                events.territory.push(append.territory.as_ref().map(TerritoryCode::as_str));
                events.stream.push(append.stream.as_str());
                events.event_type.push(&event.event_type);
                events.organisation.push(&command.organisation);
                events.actor.push(&command.actor);
                events.payload.push(&event.payload);
                events.sealed.push(&event.sealed);
                events.commitment.push(commitment.map(<[u8; 32]>::as_slice));
            }
        }
    }

    /// Calls the append function once.
    pub(super) async fn call(&self, connection: &mut PgConnection) -> Result<Answer, sqlx::Error> {
        let Self { commands, streams, claims, events } = self;
        let leaves: Vec<&[u8]> = events.leaf.iter().map(<[u8; 32]>::as_slice).collect();
        let row = sqlx::query(APPEND)
            .bind(commands.organisation.as_slice())
            .bind(commands.id.as_slice())
            .bind(commands.digest.as_slice())
            .bind(commands.recorded_at.as_slice())
            .bind(commands.size.as_slice())
            .bind(streams.command.as_slice())
            .bind(streams.item.as_slice())
            .bind(streams.stream.as_slice())
            .bind(streams.stream_type.as_slice())
            .bind(streams.territory.as_slice())
            .bind(streams.key_id.as_slice())
            .bind(streams.expected.as_slice())
            .bind(claims.command.as_slice())
            .bind(claims.item.as_slice())
            .bind(claims.op.as_slice())
            .bind(claims.kind.as_slice())
            .bind(claims.key.as_slice())
            .bind(claims.scope.as_slice())
            .bind(claims.holder.as_slice())
            .bind(claims.tag.as_slice())
            .bind(events.command.as_slice())
            .bind(events.ordinal.as_slice())
            .bind(events.version.as_slice())
            .bind(events.schema_version.as_slice())
            .bind(events.effective_on.as_slice())
            .bind(events.key_id.as_slice())
            .bind(events.stream_type.as_slice())
            .bind(events.territory.as_slice())
            .bind(events.stream.as_slice())
            .bind(events.event_type.as_slice())
            .bind(events.organisation.as_slice())
            .bind(events.actor.as_slice())
            .bind(events.payload.as_slice())
            .bind(events.sealed.as_slice())
            .bind(events.commitment.as_slice())
            .bind(leaves.as_slice())
            .fetch_one(connection)
            .await?;
        Answer::from_row(&row)
    }
}

fn counted(items: usize) -> i32 {
    i32::try_from(items).expect("a validated command has few items")
}

/// What the append function answers: one element for each command.
pub(super) struct Answer {
    status: Vec<i16>,
    first: Vec<Option<i64>>,
    last: Vec<Option<i64>>,
    item: Vec<Option<i32>>,
    version: Vec<Option<i32>>,
    holder: Vec<Option<String>>,
    tag: Vec<Option<Uuid>>,
}

impl Answer {
    fn from_row(row: &PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            status: row.try_get(0)?,
            first: row.try_get(1)?,
            last: row.try_get(2)?,
            item: row.try_get(3)?,
            version: row.try_get(4)?,
            holder: row.try_get(5)?,
            tag: row.try_get(6)?,
        })
    }

    /// Whether some command is called committed or repeated.
    pub(super) fn tells_of_commits(&self) -> bool {
        self.status.iter().any(|status| matches!(status, 0 | 1))
    }

    /// The answer as verdicts, in the order of the commands.
    pub(super) fn verdicts(&self, commands: &[&Command]) -> Result<Vec<Verdict>, Error> {
        commands.iter().enumerate().map(|(at, command)| self.verdict(at, command)).collect()
    }

    fn verdict(&self, at: usize, command: &Command) -> Result<Verdict, Error> {
        let item = || usize::try_from(element(&self.item, at, "item")?).map_err(|_| unreadable("item"));
        let append = || command.streams.get(item()?).ok_or(unreadable("item"));
        Ok(match self.status.get(at) {
            Some(0) => Verdict::Committed(self.receipt(at)?),
            Some(1) => Verdict::Repeated(self.receipt(at)?),
            Some(2) => Verdict::Refused(Refusal::CommandIdReused),
            Some(3) => Verdict::Refused(Refusal::VersionConflict {
                stream: append()?.stream.clone(),
                expected: append()?.expected_version,
                actual: element(&self.version, at, "version")?.cast_unsigned(),
            }),
            Some(4) => Verdict::Refused(Refusal::StreamMismatch { stream: append()?.stream.clone() }),
            Some(5) => Verdict::Refused(Refusal::ClaimNotHeld { index: item()? }),
            Some(6) => Verdict::Refused(Refusal::ClaimHeld {
                index: item()?,
                holder: StreamId::parse(element(&self.holder, at, "holder")?)?,
            }),
            Some(7) => {
                Verdict::Refused(Refusal::TagConflict { index: item()?, actual: element(&self.tag, at, "tag")? })
            }
            Some(8) => Verdict::Refused(Refusal::Fenced),
            _ => return Err(unreadable("status")),
        })
    }

    fn receipt(&self, at: usize) -> Result<Receipt, Error> {
        Ok(Receipt {
            first: Position::try_new(element(&self.first, at, "first")?)?,
            last: Position::try_new(element(&self.last, at, "last")?)?,
        })
    }
}

fn element<T: Clone>(values: &[Option<T>], at: usize, field: &'static str) -> Result<T, Error> {
    values.get(at).cloned().flatten().ok_or(unreadable(field))
}

fn unreadable(field: &'static str) -> Error {
    Error::Unreadable { field }
}
