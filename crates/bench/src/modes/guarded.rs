//! The log alone: every guard on, bytes given. One event and one claim taken a command, as a registration has.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use event_log::{
    Claim, ClaimOp, Command, EventLog, KeyRef, NewEvent, Options, Role, StreamAppend, StreamId, StreamType,
    TerritoryCode, Verdict, connect, migrate,
};
use jiff::civil::date;
use register::{Clock as _, SystemClock};
use sqlx::postgres::PgConnectOptions;
use uuid::Uuid;

use super::{Mode, Pass};
use crate::callers::{Caller, drive};
use crate::failure::Failure;
use crate::meter::Meter;
use crate::sample;

const DEMAND: StreamType = StreamType::from_static("demand");

/// A log of its own.
pub struct Guarded {
    database: PgConnectOptions,
    written: Arc<AtomicU64>,
}

impl Guarded {
    /// Makes the log.
    pub async fn new(database: PgConnectOptions) -> Result<Self, Failure> {
        migrate(&database).await?;
        Ok(Self { database, written: Arc::default() })
    }

    /// One pass with so many callers, each call an array of so many commands.
    pub async fn pass(&self, meter: &mut Meter, callers: u32, array: u32, length: Duration) -> Result<Pass, Failure> {
        let shape = Shape { array, events: 1 };
        let caller = Self::caller(self.database.clone(), self.written(), shape).await?;
        let driven = drive(meter, vec![caller; callers as usize], length).await?;
        Ok(Pass::driven(Mode::Append(array), callers, 1, driven))
    }

    /// One caller with a log opened for him, by whatever way he reaches the database.
    pub async fn caller(
        database: PgConnectOptions,
        written: Arc<AtomicU64>,
        shape: Shape,
    ) -> Result<Appender, Failure> {
        let readers = connect(database.clone(), Role::Writer, 1).await?;
        let log = EventLog::new(database, readers, Options::default());
        Ok(Appender { log, written, template: Template::new(), shape })
    }

    /// How many commands were made.
    pub fn written(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.written)
    }
}

/// What one call is made of.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Commands a call.
    pub array: u32,
    /// Events a command.
    pub events: u32,
}

/// Bytes made once.
#[derive(Clone)]
struct Template {
    payload: String,
    sealed: Vec<u8>,
}

impl Template {
    fn new() -> Self {
        Self { payload: sample::payload(), sealed: sample::sealed() }
    }
}

/// A caller of the log.
#[derive(Clone)]
pub struct Appender {
    log: EventLog,
    written: Arc<AtomicU64>,
    template: Template,
    shape: Shape,
}

impl Appender {
    fn command(&self) -> Result<Command, Failure> {
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let stream = StreamId::parse(sample::stream(number))?;
        let key = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
        let event = NewEvent {
            event_type: "Registered".into(),
            schema_version: 1,
            effective_on: date(2026, 2, 2),
            payload: self.template.payload.clone(),
            sealed: self.template.sealed.clone(),
        };
        Ok(Command {
            id: Uuid::new_v4(),
            organisation: "000000018".to_owned(),
            actor: "000000018/G0601/agent-01".to_owned(),
            body_digest: [0xAB; 32],
            recorded_at: SystemClock.now(),
            streams: vec![StreamAppend {
                stream_type: DEMAND,
                stream: stream.clone(),
                territory: Some(TerritoryCode::parse("006")?),
                expected_version: 0,
                key: Some(KeyRef { id: number.cast_signed(), commitment: [0xCD; 32] }),
                events: vec![event; self.shape.events as usize],
            }],
            claims: vec![Claim {
                holder: stream,
                kind: 1,
                key,
                scope: "006".to_owned(),
                op: ClaimOp::Take { tag: Uuid::new_v4() },
            }],
        })
    }
}

impl Caller for Appender {
    async fn call(&mut self) -> Result<Option<u32>, Failure> {
        let commands = (0..self.shape.array).map(|_| self.command()).collect::<Result<_, _>>()?;
        for verdict in self.log.append(commands).await? {
            // A repeat would say that our connection was lost: then the figure is not one of a sound run either.
            if !matches!(verdict, Verdict::Committed(_)) {
                return Err(Failure::Answer(format!("the log answered {verdict:?}")));
            }
        }
        Ok(Some(self.shape.array))
    }
}
