//! A log of notes, and a view that counts them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use event_log::{
    Command, EventLog, NewEvent, Position, RecordedEvent, Role, StreamAppend, StreamId, StreamType, Verdict, connect,
};
use jiff::civil::date;
use private_postgres::test_util::shared;
use projection::{
    AtLeast, BulkFold, Checkpoint, CopyRows, Handle, OpenError, Opened, Opener, Options, Projection, Runner, Scope,
    State, ViewReader,
};
use sqlx::error::BoxDynError;
use sqlx::postgres::PgConnectOptions;
use sqlx::{PgConnection, PgPool, Row as _};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use uuid::Uuid;

const NOTE: StreamType = StreamType::from_static("note");
/// Longer than anything here takes.
pub const LONG: Duration = Duration::from_secs(30);

/// Counts events by stream; the last position folded beside. A stream lies in the territory that its last digit says.
pub struct Counts<const V: u32>;

#[async_trait]
impl<const V: u32> Projection for Counts<V> {
    type Event = String;
    type Tables = PgConnection;

    const NAME: &'static str = "counts";
    const VERSION: u32 = V;
    const TABLES: &'static [&'static str] = &["counts", "texts"];
    const CREATE: &'static str = "CREATE TABLE counts (stream text PRIMARY KEY, events bigint NOT NULL, \
           territory text GENERATED ALWAYS AS ('00' || right(stream, 1)) STORED); \
         CREATE TABLE texts (position bigint PRIMARY KEY, text text NOT NULL, territory text NOT NULL DEFAULT '001'); \
         GRANT SELECT ON counts, texts TO sne_reader";

    async fn fold(&self, page: &[Opened<'_, String>], tables: &mut PgConnection) -> Result<(), sqlx::Error> {
        for Opened { recorded, event } in page {
            sqlx::query(
                "INSERT INTO counts AS c (stream, events) VALUES ($1, 1) ON CONFLICT (stream) DO UPDATE SET events = c.events + 1",
            )
            .bind(recorded.stream.as_str())
            .execute(&mut *tables)
            .await?;
            let insert = sqlx::query("INSERT INTO texts VALUES ($1, $2)").bind(recorded.position.get()).bind(event);
            insert.execute(&mut *tables).await?;
        }
        Ok(())
    }
}

impl<const V: u32> BulkFold for Counts<V> {
    type Stream = Vec<(String, i64, String)>;
    type Gathered = ();

    const COLUMNS: &'static [&'static str] = &["stream, events", "position, text"];

    fn fold_one(&self, notes: &mut Self::Stream, recorded: &RecordedEvent, text: &String) {
        notes.push((recorded.stream.to_string(), recorded.position.get(), text.clone()));
    }

    fn copy(&self, notes: Self::Stream, (): &mut (), tables: &mut [CopyRows]) -> Result<(), BoxDynError> {
        let [counts, texts] = tables else { return Err("two tables".into()) };
        let stream = notes.first().map(|(stream, ..)| stream.as_str());
        counts.row().field(stream)?.field(i64::try_from(notes.len())?)?;
        for (_, position, text) in &notes {
            texts.row().field(*position)?.field(text.as_str())?;
        }
        Ok(())
    }
}

/// Reads notes; not those that say so, and none while it is away. Counts what it has opened.
#[derive(Clone, Default)]
pub struct Notes {
    pub away: Arc<AtomicBool>,
    pub opened: Arc<AtomicUsize>,
}

pub const UNREADABLE: &str = r#""unreadable""#;

#[async_trait]
impl Opener for Notes {
    type Event = String;

    async fn open<'a>(&self, page: &'a [RecordedEvent]) -> Result<Vec<Opened<'a, String>>, OpenError> {
        if self.away.load(Ordering::SeqCst) {
            return Err(OpenError::Unavailable { cause: "away".to_owned() });
        }
        self.opened.fetch_add(page.len(), Ordering::SeqCst);
        page.iter()
            .map(|recorded| match recorded.payload.as_str() {
                UNREADABLE => Err(OpenError::Unreadable { position: recorded.position, cause: "says so".to_owned() }),
                text => Ok(Opened { recorded, event: text.to_owned() }),
            })
            .collect()
    }
}

fn note(stream: String, expected_version: u32, text: String) -> Command {
    Command {
        id: Uuid::new_v4(),
        organisation: "org-1".into(),
        actor: "agent-1".into(),
        body_digest: [0; 32],
        recorded_at: "2026-11-23T12:00:00Z".parse().unwrap(),
        streams: vec![StreamAppend {
            stream_type: NOTE,
            stream: StreamId::parse(stream).unwrap(),
            territory: None,
            expected_version,
            key: None,
            events: vec![NewEvent {
                event_type: "Written".into(),
                schema_version: 1,
                effective_on: date(2026, 11, 23),
                payload: text,
                sealed: Vec::new(),
            }],
        }],
        claims: Vec::new(),
    }
}

/// A log in a database of its own.
pub struct World {
    pub database: String,
    pub options: PgConnectOptions,
    pub log: EventLog,
    pub projector: PgPool,
    pub reader: PgPool,
    pub notes: Notes,
}

/// A runner in a task.
pub struct Running {
    pub handle: Handle,
    pub task: JoinHandle<()>,
}

impl Running {
    /// Ends it as the death of its process does, in the middle of whatever it does.
    pub async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }

    pub async fn until_live(&self) {
        assert_eq!(self.handle.wait_until(|state| *state == State::Live).await, State::Live);
    }

    /// Where it stopped, and why.
    pub async fn stopped(self) -> (i64, String) {
        self.task.await.unwrap();
        match self.handle.state() {
            State::Stopped { position, cause } => (position.get(), cause),
            other => panic!("it did not stop: {other:?}"),
        }
    }
}

impl World {
    pub async fn new() -> Self {
        let cluster = shared();
        let database = cluster.fresh_name("projection");
        cluster.create_database(&database, None).unwrap();
        let options: PgConnectOptions = cluster.url(cluster.superuser(), &database).parse().unwrap();
        // Roles are the cluster's: tests that make them at once may collide, and then they are there.
        for _ in 0..5 {
            if event_log::create_roles(&options).await.is_ok() {
                break;
            }
        }
        event_log::migrate(&options).await.unwrap();
        projection::migrate(&options).await.unwrap();
        let writer = connect(options.clone(), Role::Writer, 2).await.unwrap();
        let log = EventLog::new(options.clone(), writer, event_log::Options::default());
        let projector = connect(options.clone(), Role::Projector, 6).await.unwrap();
        let reader = connect(options.clone(), Role::Reader, 4).await.unwrap();
        Self { database, options, log, projector, reader, notes: Notes::default() }
    }

    /// Appends notes to many streams, by turns, many at once; returns the last position. Not to be mixed with the others.
    pub async fn write_wide(&self, streams: u32, each: u32) -> Position {
        let mut last = Position::ZERO;
        for version in 0..each {
            let commands = (0..streams).map(|nth| note(format!("wide-{nth:05}"), version, format!("\"{version}\"")));
            let commands: Vec<Command> = commands.collect();
            for array in commands.chunks(64) {
                for verdict in self.log.append(array.to_vec()).await.unwrap() {
                    match verdict {
                        Verdict::Committed(receipt) => last = receipt.last,
                        other => panic!("not written: {other:?}"),
                    }
                }
            }
        }
        last
    }

    /// Appends notes to three streams in turn, one command each; returns the last position.
    pub async fn write(&self, texts: impl IntoIterator<Item = impl Into<String>>) -> Position {
        let mut last = Position::ZERO;
        for text in texts {
            let head = self.log.reader().head().await.unwrap().get();
            let (stream, version) = (format!("note-{}", head % 3), head / 3);
            let command = note(stream, u32::try_from(version).unwrap(), text.into());
            match &self.log.append(vec![command]).await.unwrap()[0] {
                Verdict::Committed(receipt) => last = receipt.last,
                other => panic!("not written: {other:?}"),
            }
        }
        last
    }

    pub async fn write_many(&self, count: usize) -> Position {
        self.write((0..count).map(|n| format!("\"{n}\""))).await
    }

    pub fn runner<const V: u32>(&self, page: u32) -> (Runner<Counts<V>, Notes>, Handle) {
        let options = Options { page, pause: Duration::from_millis(20) };
        Runner::new(Counts::<V>, self.notes.clone(), self.log.reader().clone(), self.projector.clone(), options)
    }

    /// One that rebuilds stream by stream.
    pub fn in_bulk(&self, page: u32) -> Runner<Counts<1>, Notes> {
        self.runner::<1>(page).0.in_bulk()
    }

    /// Every row of the view.
    pub fn all_rows(&self) -> String {
        self.sql(
            "SELECT string_agg(c::text, ';' ORDER BY c) FROM views.counts AS c; \
             SELECT string_agg(t::text, ';' ORDER BY t) FROM views.texts AS t",
        )
    }

    pub fn run_version<const V: u32>(&self, page: u32) -> Running {
        let (runner, handle) = self.runner::<V>(page);
        Running { handle, task: tokio::spawn(runner.run(std::future::pending())) }
    }

    pub fn run(&self, page: u32) -> Running {
        self.run_version::<1>(page)
    }

    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint::of::<Counts<1>>(self.reader.clone())
    }

    pub async fn seen(&self, position: Position) {
        self.checkpoint().wait_for(AtLeast { position, within: LONG }).await.unwrap();
    }

    /// What the view says, and what it must say: folded here from the log.
    pub async fn rows(&self) -> (BTreeMap<String, i64>, BTreeMap<String, i64>) {
        let territories = (0..10).map(|digit| format!("00{digit}"));
        let rows = self.seen_by(Scope::of(territories)).await;
        let mut expected = BTreeMap::new();
        for event in self.log.reader().read_after(Position::ZERO, 50_000).await.unwrap().events {
            *expected.entry(event.stream.to_string()).or_default() += 1;
        }
        (rows.into_iter().collect(), expected)
    }

    /// What a reader sees of the counts who may see some territories.
    pub async fn seen_by(&self, scope: Scope) -> Vec<(String, i64)> {
        let reader = ViewReader::of::<Counts<1>>(self.reader.clone());
        let statement = sqlx::query("SELECT stream, events FROM views.counts ORDER BY stream");
        let rows = reader.rows("reading counts", scope, statement, Instant::now() + LONG).await.unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    pub async fn assert_whole(&self) {
        let (rows, expected) = self.rows().await;
        assert_eq!(rows, expected);
    }

    /// SQL as the superuser.
    pub fn sql(&self, sql: &str) -> String {
        shared().psql(&self.database, sql).unwrap()
    }

    pub fn live_position(&self) -> i64 {
        self.sql("SELECT position FROM projection.checkpoints WHERE name = 'counts' AND slot = 'live'").parse().unwrap()
    }
}
