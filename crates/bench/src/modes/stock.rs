//! The other base line: cqrs-es 0.5 over postgres-es 0.5 as they come, an aggregate with one event of like size.
//!
//! It loads the (empty) stream, decides, and inserts in a transaction of three round trips. It guards the version and
//! nothing else: no command id, no claim, no order over streams. Its pool has a connection for every caller and does not
//! ask them whether they live, so nothing stands in its way.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::PersistedEventStore;
use cqrs_es::{Aggregate, CqrsFramework, DomainEvent};
use postgres_es::PostgresEventRepository;
use serde::{Deserialize, Serialize};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgPool};
use uuid::Uuid;

use super::{Mode, Pass};
use crate::callers::{Caller, drive};
use crate::failure::Failure;
use crate::meter::Meter;
use crate::sample::{self, Facts};

const TABLE: &str = include_str!("stock_events.sql");

/// Something written once.
#[derive(Default, Serialize, Deserialize)]
struct Note {
    written: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum NoteEvent {
    Written { facts: Facts, sealed: String },
}

struct Write {
    facts: Facts,
    sealed: String,
}

#[derive(Debug, thiserror::Error)]
#[error("already written")]
struct AlreadyWritten;

impl DomainEvent for NoteEvent {
    fn event_type(&self) -> String {
        "Registered".to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Note {
    const TYPE: &'static str = "demand";

    type Command = Write;
    type Event = NoteEvent;
    type Error = AlreadyWritten;
    type Services = ();

    async fn handle(&mut self, command: Write, (): &(), sink: &EventSink<Self>) -> Result<(), AlreadyWritten> {
        if self.written {
            return Err(AlreadyWritten);
        }
        sink.write(NoteEvent::Written { facts: command.facts, sealed: command.sealed }, self).await;
        Ok(())
    }

    fn apply(&mut self, _: NoteEvent) {
        self.written = true;
    }
}

type Framework = CqrsFramework<Note, PersistedEventStore<PostgresEventRepository, Note>>;

/// Stock cqrs-es on a table of its own.
pub struct Stock {
    database: PgConnectOptions,
    written: Arc<AtomicU64>,
}

impl Stock {
    /// Makes the table.
    pub async fn new(database: PgConnectOptions) -> Result<Self, Failure> {
        let mut connection = database.connect().await?;
        connection.execute(TABLE).await?;
        connection.close().await?;
        Ok(Self { database, written: Arc::default() })
    }

    /// One pass with so many callers, and a connection for each.
    pub async fn pass(&self, meter: &mut Meter, callers: u32, length: std::time::Duration) -> Result<Pass, Failure> {
        let pool = pool(self.database.clone(), callers).await?;
        let caller = Writer::new(pool.clone(), Arc::clone(&self.written));
        let driven = drive(meter, vec![caller; callers as usize], length).await?;
        pool.close().await;
        Ok(Pass::driven(Mode::Stock, callers, 1, driven))
    }

    /// A writer with so many connections of its own, by whatever way it reaches the database.
    pub async fn writer(
        database: PgConnectOptions,
        written: Arc<AtomicU64>,
        connections: u32,
    ) -> Result<Writer, Failure> {
        Ok(Writer::new(pool(database, connections).await?, written))
    }

    /// How many notes were written.
    pub fn written(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.written)
    }
}

async fn pool(database: PgConnectOptions, connections: u32) -> Result<PgPool, Failure> {
    let options = PgPoolOptions::new().max_connections(connections).test_before_acquire(false);
    Ok(options.connect_with(database).await?)
}

/// A caller of the framework.
#[derive(Clone)]
pub struct Writer {
    framework: Arc<Framework>,
    written: Arc<AtomicU64>,
    facts: Facts,
    sealed: String,
}

impl Writer {
    fn new(pool: PgPool, written: Arc<AtomicU64>) -> Self {
        let store = PersistedEventStore::new_event_store(PostgresEventRepository::new(pool));
        // The same number of bytes as our event; JSON has no better place for sealed ones.
        let sealed = sample::sealed().iter().map(|byte| char::from(b'0' + byte % 64)).map(escape_free).collect();
        Self { framework: Arc::new(CqrsFramework::new(store, Vec::new(), ())), written, facts: sample::facts(), sealed }
    }
}

/// Base64 has no character that JSON escapes; neither has this.
fn escape_free(c: char) -> char {
    if c == '\\' { '_' } else { c }
}

impl Writer {
    /// Writes one event into a stream of its own, and tells its name.
    pub async fn write(&self) -> Result<String, Failure> {
        let stream = sample::stream(self.written.fetch_add(1, Ordering::Relaxed));
        let command = Write { facts: self.facts.clone(), sealed: self.sealed.clone() };
        let metadata = HashMap::from([
            ("actor".to_owned(), "000000018/G0601/agent-01".to_owned()),
            ("command_id".to_owned(), Uuid::new_v4().to_string()),
        ]);
        let answered = self.framework.execute_with_metadata(&stream, command, metadata).await;
        answered.map_err(|error| Failure::Stock(error.to_string()))?;
        Ok(stream)
    }
}

impl Caller for Writer {
    async fn call(&mut self) -> Result<Option<u32>, Failure> {
        self.write().await?;
        Ok(Some(1))
    }
}
