//! A log of one's own for each test, in PostgreSQL or in memory, and commands short to write.

use std::ops::Deref;
use std::sync::OnceLock;

use event_log::memory::{Kind, MemoryLog};
use event_log::{
    Claim, ClaimOp, Command, EventLog, KeyRef, NewEvent, Options, Reader, Receipt, Refusal, Role, StreamAppend,
    StreamId, StreamType, StreamWalk, TerritoryCode, Verdict,
};
use jiff::Timestamp;
use jiff::civil::date;
use private_postgres::test_util::{TestCluster, shared};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection, PgPool};
use uuid::Uuid;

pub const DEMAND: StreamType = StreamType::from_static("demand");
pub const ORGANISATION: StreamType = StreamType::from_static("organisation");
pub const PERSON: i16 = 1;

/// Runs each of these, which is what the log promises wherever it is kept, on both logs.
macro_rules! on_both {
    ($($promise:ident),+ $(,)?) => {
        mod postgres {
            $(
                #[tokio::test]
                async fn $promise() {
                    super::$promise($crate::world::postgres().await.world).await;
                }
            )+
        }
        mod memory {
            $(
                #[tokio::test]
                async fn $promise() {
                    super::$promise($crate::world::memory()).await;
                }
            )+
        }
    };
}

/// A log, and the place that it is kept in.
pub struct World {
    pub log: EventLog,
    place: Place,
}

enum Place {
    Postgres(Box<PgConnectOptions>),
    Memory(MemoryLog),
}

impl World {
    pub fn of(log: MemoryLog) -> Self {
        Self { log: log.open(Kind, Options::default()), place: Place::Memory(log) }
    }

    /// The same log as another process has it: it shares no bell.
    pub async fn another(&self) -> EventLog {
        match &self.place {
            Place::Postgres(options) => open(options).await,
            Place::Memory(log) => log.open(Kind, Options::default()),
        }
    }

    /// The same log as a process reads it that appends nothing.
    pub async fn apart(&self) -> Reader {
        match &self.place {
            Place::Postgres(options) => Reader::new(pool(options, Role::Projector).await),
            Place::Memory(log) => log.reader(Kind),
        }
    }

    pub async fn walk(&self) -> StreamWalk {
        match &self.place {
            Place::Postgres(options) => StreamWalk::open(&pool(options, Role::Projector).await).await.expect("opened"),
            Place::Memory(log) => log.walk(Kind),
        }
    }

    /// Appends one command.
    pub async fn one(&self, command: Command) -> Verdict {
        self.log.append(vec![command]).await.expect("the log answers").pop().expect("one command, one verdict")
    }
}

/// A log in memory.
pub fn memory() -> World {
    World::of(MemoryLog::default())
}

/// A log in PostgreSQL, with its database.
pub struct PgWorld {
    pub options: PgConnectOptions,
    pub world: World,
}

/// A migrated database with its log.
pub async fn postgres() -> PgWorld {
    let options = database();
    let log = open(&options).await;
    PgWorld { world: World { log, place: Place::Postgres(Box::new(options.clone())) }, options }
}

impl Deref for PgWorld {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl PgWorld {
    /// A connection that may do everything.
    pub async fn superuser(&self) -> PgConnection {
        self.options.connect().await.expect("the superuser connects")
    }

    pub async fn pool(&self, role: Role) -> PgPool {
        pool(&self.options, role).await
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&mut self.superuser().await).await.expect("the count is read")
    }
}

async fn pool(options: &PgConnectOptions, role: Role) -> PgPool {
    event_log::connect(options.clone(), role, 2).await.expect("the role connects")
}

/// A log on a database, with its own reading pool.
pub async fn open(options: &PgConnectOptions) -> EventLog {
    let readers = event_log::connect(options.clone(), Role::Writer, 4).await.expect("the writer connects");
    EventLog::new(options.clone(), readers, Options::default())
}

/// A copy of a database that was migrated once.
pub fn database() -> PgConnectOptions {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    let template = TEMPLATE.get_or_init(|| {
        let name = shared().fresh_name("template");
        shared().create_database(&name, None).expect("the template is made");
        let options = options(shared(), &name);
        // A runtime of its own: this one may be inside another already.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                event_log::create_roles(&options).await.expect("the roles are made");
                event_log::migrate(&options).await.expect("the schema is made");
            });
        })
        .join()
        .expect("the template is migrated");
        name
    });
    let name = shared().fresh_name("log");
    shared().create_database(&name, Some(template)).expect("the copy is made");
    options(shared(), &name)
}

pub fn options(cluster: &TestCluster, database: &str) -> PgConnectOptions {
    cluster.url(cluster.superuser(), database).parse().expect("the cluster's URL is one")
}

pub fn stream(name: &str) -> StreamId {
    StreamId::parse(name).expect("a lawful stream id")
}

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_769_000_000 + seconds).expect("an instant")
}

pub fn event(event_type: &'static str) -> NewEvent {
    NewEvent {
        event_type: event_type.into(),
        schema_version: 1,
        effective_on: date(2026, 1, 21),
        payload: r#"{"composition":"couple"}"#.to_owned(),
        sealed: vec![7; 24],
    }
}

/// So many events for a demand that has a key.
pub fn append(name: &str, expected_version: u32, events: usize) -> StreamAppend {
    StreamAppend {
        stream_type: DEMAND,
        stream: stream(name),
        territory: Some(TerritoryCode::parse("075").expect("a lawful code")),
        expected_version,
        key: Some(KeyRef { id: 42, commitment: [9; 32] }),
        events: (0..events).map(|_| event("Modified")).collect(),
    }
}

pub fn command(streams: Vec<StreamAppend>) -> Command {
    Command {
        id: Uuid::new_v4(),
        organisation: "org-1".to_owned(),
        actor: "agent-7".to_owned(),
        body_digest: [1; 32],
        recorded_at: at(0),
        streams,
        claims: Vec::new(),
    }
}

pub fn with_claims(mut command: Command, claims: Vec<Claim>) -> Command {
    command.claims = claims;
    command
}

pub fn claim(holder: &str, key: &[u8], scope: &str, op: ClaimOp) -> Claim {
    Claim { holder: stream(holder), kind: PERSON, key: key.to_vec(), scope: scope.to_owned(), op }
}

pub fn committed(verdict: Verdict) -> Receipt {
    match verdict {
        Verdict::Committed(receipt) => receipt,
        other => panic!("not committed: {other:?}"),
    }
}

pub fn refused(verdict: Verdict) -> Refusal {
    match verdict {
        Verdict::Refused(refusal) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

pub fn conflict(name: &str, expected: u32, actual: u32) -> Refusal {
    Refusal::VersionConflict { stream: stream(name), expected, actual }
}
