//! Typed replay of the whole log: ours by position, with and without the personal parts, the same through gRPC, and the
//! stock one.

mod grpc;

use std::hint::black_box;
use std::net::SocketAddr;
use std::path::Path;

use cqrs_es::persist::PersistedEventRepository as _;
use demand::{Demand, codec};
use event_log::{Position, Reader, RecordedEvent, Role, connect};
use postgres_es::PostgresEventRepository;
use register::DEMAND;
use serde::Serialize;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgPool};
use vault::envelope::{self, Place};
use vault::{KeyId, KeyState, Vault};

use crate::callers::Caller;
use crate::failure::Failure;
use crate::house::{House, REGISTER};
use crate::meter::Meter;
use crate::modes::bus::FIRST_DAY;

use self::grpc::Auditor;

const PAGE: u32 = 5_000;
/// Events that the stock replay may hold ready; more than its default of 200, which is slower.
const CHANNEL: usize = 5_000;

const SIZES: &str = "SELECT count(*), avg(octet_length(payload))::float8, avg(octet_length(sealed))::float8 \
    FROM log.events WHERE stream_type = 'demand'";

/// One way to read everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Way {
    /// Pages by position, open part decoded, personal parts left sealed.
    #[serde(rename = "typed, sealed")]
    Sealed,
    /// Pages by position, one key query a page, personal parts opened and decoded, too.
    #[serde(rename = "typed, unsealed")]
    Unsealed,
    /// `ReplayLog` of the real server, open part decoded by its caller, personal parts left sealed.
    #[serde(rename = "gRPC ReplayLog")]
    Grpc,
    /// `ReplayStream` of postgres-es on the view over the same log: open part decoded, no order over streams.
    #[serde(rename = "stock ReplayStream")]
    Stock,
}

impl Way {
    /// All of them, in the order they are taken.
    pub const ALL: [Self; 4] = [Self::Sealed, Self::Grpc, Self::Stock, Self::Unsealed];

    /// The name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Sealed => "pages of 5 000, typed, left sealed",
            Self::Unsealed => "pages of 5 000, typed, unsealed",
            Self::Grpc => "gRPC ReplayLog, typed, left sealed",
            Self::Stock => "stock ReplayStream, typed, sealed",
        }
    }
}

/// One replay of everything.
#[derive(Clone, Debug, Serialize)]
pub struct Replayed {
    /// How.
    pub way: Way,
    /// The repeat, from 1.
    pub repeat: u32,
    /// Events of demands read.
    pub events: u64,
    /// Seconds, the first row included.
    pub seconds: f64,
    /// Events a second.
    pub per_second: f64,
    /// Processor seconds of the server.
    pub server_cpu: Option<f64>,
    /// Processor seconds of the client.
    pub client_cpu: Option<f64>,
    /// Cores that others took, in the mean.
    pub foreign_cores: Option<f64>,
}

/// What is replayed.
#[derive(Clone, Copy, Debug, Serialize, Default)]
pub struct Logged {
    /// Events of demands.
    pub events: u64,
    /// Mean bytes of their open part.
    pub payload_bytes: f64,
    /// Mean bytes of their sealed part.
    pub sealed_bytes: f64,
}

/// Puts the table in order, as it is after a night of autovacuum, and looks how much there is.
pub async fn prepare(house: &House) -> Result<Logged, Failure> {
    let mut connection = house.superuser(REGISTER)?.connect().await?;
    connection.execute("VACUUM (ANALYZE) log.events").await?;
    let (events, payload_bytes, sealed_bytes): (i64, f64, f64) =
        sqlx::query_as(SIZES).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(Logged { events: events.unsigned_abs(), payload_bytes, sealed_bytes })
}

/// Our readers: pages by position.
pub struct Pages {
    reader: Reader,
    vault: Vault,
    way: Way,
    position: Position,
}

/// What one page gave.
struct Turned {
    events: u64,
    last: bool,
}

impl Pages {
    /// Opens a reader that begins at the beginning.
    pub async fn open(database: PgConnectOptions, keys: &Path, way: Way) -> Result<Self, Failure> {
        let pool = connect(database, Role::Projector, 1).await?;
        let vault = Vault::open_folder(pool.clone(), keys, FIRST_DAY).await?;
        Ok(Self { reader: Reader::new(pool), vault, way, position: Position::ZERO })
    }

    async fn all(&mut self) -> Result<u64, Failure> {
        self.position = Position::ZERO;
        let mut events = 0;
        loop {
            let turned = self.turn().await?;
            events += turned.events;
            if turned.last {
                return Ok(events);
            }
        }
    }

    async fn turn(&mut self) -> Result<Turned, Failure> {
        let page = self.reader.read_after(self.position, PAGE).await?;
        let demands = || page.events.iter().filter(|event| event.stream_type == DEMAND);
        match self.way {
            Way::Unsealed => self.unseal(demands()).await?,
            _ => demands().try_for_each(|event| typed(event, &[]))?,
        }
        self.position = page.complete_to;
        Ok(Turned { events: demands().count() as u64, last: page.complete_to >= page.head })
    }

    async fn unseal<'a>(&self, events: impl Iterator<Item = &'a RecordedEvent> + Clone) -> Result<(), Failure> {
        let mut ids: Vec<KeyId> = events.clone().filter_map(|event| event.key_id).map(KeyId::new).collect();
        ids.sort_unstable();
        ids.dedup();
        let keys = self.vault.states(&ids).await?;
        for event in events {
            let id = event.key_id.map(KeyId::new);
            let Some((id, Some(KeyState::Live(key)))) = id.map(|id| (id, keys.get(&id))) else {
                return Err(Failure::Answer(format!("no key for the event at {}", event.position)));
            };
            let place = Place { stream: event.stream.as_str(), version: u64::from(event.version), key_id: id };
            typed(event, &envelope::open(key, &place, &event.sealed)?)?;
        }
        Ok(())
    }
}

/// To be counted: one call is a page, one command an event; from the end it goes back to the beginning.
impl Caller for Pages {
    async fn call(&mut self) -> Result<Option<u32>, Failure> {
        let turned = self.turn().await?;
        if turned.last {
            self.position = Position::ZERO;
        }
        Ok(u32::try_from(turned.events).ok())
    }
}

/// All the ways, to be taken in turns.
pub struct Replay {
    sealed: Pages,
    unsealed: Pages,
    grpc: Auditor,
    stock: PgPool,
    logged: Logged,
}

impl Replay {
    /// Connects; the server serves the same register.
    pub async fn new(house: &House, server: SocketAddr, logged: Logged) -> Result<Self, Failure> {
        let database = house.login(REGISTER)?;
        Ok(Self {
            sealed: Pages::open(database.clone(), house.keys(), Way::Sealed).await?,
            unsealed: Pages::open(database.clone(), house.keys(), Way::Unsealed).await?,
            grpc: Auditor::connect(server).await?,
            stock: connect(database, Role::Projector, 1).await?,
            logged,
        })
    }

    /// Reads everything once.
    pub async fn read(&mut self, meter: &mut Meter, way: Way, repeat: u32) -> Result<Replayed, Failure> {
        let mark = meter.mark().await?;
        let events = match way {
            Way::Sealed => self.sealed.all().await?,
            Way::Unsealed => self.unsealed.all().await?,
            Way::Grpc => self.grpc.all().await?,
            Way::Stock => self.stock().await?,
        };
        let used = meter.since(mark).await?;
        // The stock replay cannot tell an error of the database from the end.
        if events != self.logged.events {
            let all = self.logged.events;
            return Err(Failure::Answer(format!("{} gave {events} of {all} events", way.label())));
        }
        Ok(Replayed {
            way,
            repeat,
            events,
            seconds: used.seconds,
            per_second: events as f64 / used.seconds,
            server_cpu: used.cpu.map(|cpu| cpu.server),
            client_cpu: used.cpu.map(|cpu| cpu.client),
            foreign_cores: used.cpu.map(|cpu| cpu.foreign / used.seconds),
        })
    }

    async fn stock(&self) -> Result<u64, Failure> {
        let repository = PostgresEventRepository::new(self.stock.clone())
            .with_tables("log.stock_events", "snapshots")
            .with_streaming_channel_size(CHANNEL);
        let failed = |error: cqrs_es::persist::PersistenceError| Failure::Stock(error.to_string());
        let mut stream = repository.stream_all_events::<Demand>().await.map_err(failed)?;
        let mut read = 0;
        while let Some(event) = stream.next::<Demand>(&[]).await {
            black_box(event.map_err(failed)?);
            read += 1;
        }
        Ok(read)
    }
}

fn typed(event: &RecordedEvent, parts: &[(u8, Vec<u8>)]) -> Result<(), Failure> {
    decode(&event.event_type, event.schema_version, &event.payload, parts)
}

fn decode(event_type: &str, schema_version: u16, payload: &str, parts: &[(u8, Vec<u8>)]) -> Result<(), Failure> {
    black_box(codec::decode(event_type, schema_version, payload, parts)?);
    Ok(())
}
