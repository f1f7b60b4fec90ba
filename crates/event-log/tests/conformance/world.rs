//! A database of one's own for each test, and commands short to write.

use std::sync::OnceLock;

use event_log::{
    Claim, ClaimOp, Command, EventLog, KeyRef, NewEvent, Options, Receipt, Refusal, Role, StreamAppend, StreamId,
    StreamType, TerritoryCode, Verdict,
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

pub struct World {
    pub options: PgConnectOptions,
    pub log: EventLog,
}

/// A migrated database with its log.
pub async fn world() -> World {
    let options = database();
    let log = open(&options).await;
    World { options, log }
}

impl World {
    /// A connection that may do everything.
    pub async fn superuser(&self) -> PgConnection {
        self.options.connect().await.expect("the superuser connects")
    }

    pub async fn pool(&self, role: Role) -> PgPool {
        event_log::connect(self.options.clone(), role, 2).await.expect("the role connects")
    }

    /// Appends one command.
    pub async fn one(&self, command: Command) -> Verdict {
        self.log.append(vec![command]).await.expect("the log answers").pop().expect("one command, one verdict")
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&mut self.superuser().await).await.expect("the count is read")
    }
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
