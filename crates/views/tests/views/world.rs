//! The sample's lives, played once into a database that each test gets a copy of.

use std::ffi::OsString;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use event_log::{Position, Reader, RecordedEvent, Role, Standby, connect};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use nomenclature::{Territory, UniqueNumber};
use private_postgres::test_util::shared;
use projection::{AtLeast, Handle, Options, Runner, Scope, State};
use register::{Place, Register, Request, SetClock};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection, PgPool};
use synth::Line;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use vault::{KeyId, KeyState, Vault, envelope};
use views::deadlines::KeepDeadlines;
use views::shared_management::{SharedManagement, View};
use views::{Blinder, DemandEvents, OpenFacts, OpenPart, Unsealed, Unsealer, UnsealerUnavailable};

/// Longer than anything here takes.
pub const LONG: Duration = Duration::from_secs(60);
const TODAY: Date = date(2026, 11, 23);
/// Lives that are played: enough of each act, and the last day of some.
const HOUSEHOLDS: u32 = 90;

/// When a search that is not about time must be over.
pub fn later() -> Instant {
    Instant::now() + LONG
}

/// What somebody sees who may look into every territory.
pub fn everywhere() -> Scope {
    Scope::of(Territory::all())
}

/// The vault behind both ports, as the server wires it.
#[derive(Clone)]
pub struct Keys(pub Arc<Vault>);

impl Blinder for Keys {
    fn blind(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.0.secrets().blind(parts)
    }
}

#[async_trait]
impl Unsealer for Keys {
    async fn unseal(&self, events: &[&RecordedEvent], tag: u8) -> Result<Vec<Unsealed>, UnsealerUnavailable> {
        let mut ids: Vec<KeyId> = events.iter().filter_map(|event| event.key_id).map(KeyId::new).collect();
        ids.sort_unstable();
        ids.dedup();
        let states = self.0.states(&ids).await.map_err(|error| UnsealerUnavailable(error.to_string()))?;
        let unsealed = events.iter().map(|event| {
            let Some(key_id) = event.key_id.map(KeyId::new) else { return Unsealed::Clear(None) };
            match &states[&key_id] {
                KeyState::Live(key) => {
                    let stream = event.stream.as_str();
                    let place = envelope::Place { stream, version: u64::from(event.version), key_id };
                    let Some(sealed) = envelope::cut(&event.sealed, tag).unwrap() else { return Unsealed::Clear(None) };
                    match envelope::open(key, &place, &sealed) {
                        Ok(mut parts) => Unsealed::Clear(parts.pop().map(|(_, content)| OpenPart { content, sealed })),
                        Err(error) => Unsealed::Damaged(error.to_string()),
                    }
                }
                KeyState::Erased => Unsealed::Erased,
                KeyState::Missing => Unsealed::Missing,
            }
        });
        Ok(unsealed.collect())
    }
}

/// The lines of the sample that are played.
pub fn lines() -> Vec<Line> {
    let lines = synth::SAMPLE_LIVES.lines().map(|line| serde_json::from_str::<Line>(line).unwrap());
    lines.filter(|line| line.household <= HOUSEHOLDS).collect()
}

struct Played {
    database: String,
    /// The files of the key folder: no folder outlives its test.
    keys: Vec<(OsString, Vec<u8>)>,
    /// Number of each household that has one.
    numbers: Vec<(u32, UniqueNumber)>,
}

fn options(database: &str) -> PgConnectOptions {
    shared().url(shared().superuser(), database).parse().unwrap()
}

async fn play() -> Played {
    let database = shared().fresh_name("played");
    shared().create_database(&database, None).unwrap();
    event_log::create_roles(&options(&database)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(SetClock::at(noon(TODAY)));
    let place = Place {
        database: options(&database),
        keys: folder.path().join("keys"),
        connections: 4,
        standby: Standby::NotAsked,
        clock: clock.clone(),
    };
    let register = Register::open(place).await.unwrap();
    projection::migrate(&options(&database)).await.unwrap();
    for line in synth::SAMPLE_ORGANISATIONS.lines() {
        register.import_organisation(serde_json::from_str(line).unwrap()).await.unwrap();
    }
    let mut numbers: Vec<(u32, UniqueNumber)> = Vec::new();
    for line in lines() {
        clock.set(noon(line.day));
        let number = numbers.iter().find(|(household, _)| *household == line.household).map(|(_, number)| *number);
        let registers = matches!(line.act, demand::Act::Register(_));
        let request = Request {
            command_id: line.command_id,
            actor: line.actor,
            channel: line.channel,
            number: number.filter(|_| !registers),
            expected_version: None,
            act: line.act,
        };
        if let Ok(answer) = register.execute(request).await
            && registers
        {
            numbers.push((line.household, answer.number));
        }
    }
    let files = std::fs::read_dir(folder.path().join("keys")).unwrap().map(|file| file.unwrap());
    let keys = files.map(|file| (file.file_name(), std::fs::read(file.path()).unwrap())).collect();
    Played { database, keys, numbers }
}

/// The key folder again, closed to other accounts as it must be.
fn unpack(keys: &[(OsString, Vec<u8>)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in keys {
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(folder.path().join(name)).unwrap();
        file.write_all(bytes).unwrap();
    }
    folder
}

fn noon(day: Date) -> jiff::Timestamp {
    TimeZone::get("Europe/Paris").unwrap().to_timestamp(day.at(12, 0, 0, 0)).unwrap()
}

fn played() -> &'static Played {
    static PLAYED: OnceLock<Played> = OnceLock::new();
    PLAYED.get_or_init(|| {
        // A runtime of its own: its connections end with it, and nobody is connected to the template.
        let played = std::thread::spawn(|| tokio::runtime::Runtime::new().unwrap().block_on(play()));
        let played = played.join().expect("the sample can be played");
        shared().keep_as_template(&played.database).unwrap();
        played
    })
}

/// A copy of the played register.
pub struct World {
    pub database: String,
    pub keys: Keys,
    pub log: Reader,
    pub view: View,
    pub numbers: Vec<(u32, UniqueNumber)>,
    projector: PgPool,
    pub reader: PgPool,
    writer: PgPool,
    folder: TempDir,
}

/// A runner in a task.
pub struct Running {
    pub handle: Handle,
    task: JoinHandle<()>,
}

impl Running {
    /// Ends it as the death of its process does.
    pub async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }

    pub async fn until_live(&self) {
        let settled = |state: &State| matches!(state, State::Live | State::Stopped { .. });
        assert_eq!(self.handle.wait_until(settled).await, State::Live);
    }

    pub async fn stopped(self) -> (Position, String) {
        self.task.await.unwrap();
        match self.handle.state() {
            State::Stopped { position, cause } => (position, cause),
            other => panic!("it did not stop: {other:?}"),
        }
    }
}

impl World {
    pub async fn new() -> Self {
        let played = tokio::task::spawn_blocking(played).await.unwrap();
        let database = shared().fresh_name("views");
        shared().create_database(&database, Some(&played.database)).unwrap();
        let writer = connect(options(&database), Role::Writer, 2).await.unwrap();
        let projector = connect(options(&database), Role::Projector, 6).await.unwrap();
        let reader = connect(options(&database), Role::Reader, 4).await.unwrap();
        let folder = unpack(&played.keys);
        let keys = Keys(Arc::new(Vault::open_folder(projector.clone(), folder.path(), TODAY).await.unwrap()));
        Self {
            view: View::new(reader.clone(), Arc::new(keys.clone())),
            log: Reader::new(projector.clone()),
            numbers: played.numbers.clone(),
            database,
            keys,
            projector,
            reader,
            writer,
            folder,
        }
    }

    /// A session of its own with the rights of a reader.
    pub async fn session_of_a_reader(&self) -> PgPool {
        connect(options(&self.database), Role::Reader, 1).await.unwrap()
    }

    /// The register's keyed hash.
    pub fn blinder(&self) -> Arc<dyn Blinder> {
        Arc::new(self.keys.clone())
    }

    /// As [`World::new`], the view caught up and its runner gone.
    pub async fn caught_up() -> Self {
        let world = Self::new().await;
        world.catch_up(1_000).await;
        world
    }

    pub async fn catch_up(&self, page: u32) {
        let running = self.run(page);
        running.until_live().await;
        running.kill().await;
    }

    pub fn runner(&self, page: u32) -> (Runner<SharedManagement, DemandEvents<Keys>>, Handle) {
        let options = Options { page, pause: Duration::from_millis(20) };
        let projection = SharedManagement::new(Arc::new(self.keys.clone()));
        let opener = DemandEvents::new(self.keys.clone());
        Runner::new(projection, opener, self.log.clone(), self.projector.clone(), options)
    }

    /// The runner of the deadlines.
    pub fn deadlines(&self, page: u32) -> (Runner<KeepDeadlines, OpenFacts>, Handle) {
        let options = Options { page, pause: Duration::from_millis(20) };
        Runner::new(KeepDeadlines, OpenFacts, self.log.clone(), self.projector.clone(), options)
    }

    pub fn run_deadlines(&self, page: u32) -> Running {
        let (runner, handle) = self.deadlines(page);
        Running { handle, task: tokio::spawn(runner.run(std::future::pending())) }
    }

    pub async fn catch_up_deadlines(&self, page: u32) {
        let running = self.run_deadlines(page);
        running.until_live().await;
        running.kill().await;
    }

    pub fn run(&self, page: u32) -> Running {
        let (runner, handle) = self.runner(page);
        Running { handle, task: tokio::spawn(runner.run(std::future::pending())) }
    }

    pub async fn at_head(&self) -> AtLeast {
        AtLeast { position: self.log.head().await.unwrap(), within: LONG }
    }

    /// Every row of every table, as PostgreSQL writes it.
    pub fn tables(&self) -> String {
        self.rows_of([
            "shared_demands",
            "shared_demand_communes",
            "shared_demand_types",
            "shared_demand_situations",
            "shared_demand_tokens",
        ])
    }

    /// As [`Self::tables`], of the deadlines.
    pub fn deadline_tables(&self) -> String {
        self.rows_of(["deadline_demands", "deadline_entries", "deadline_communes", "deadline_notices"])
    }

    fn rows_of<const N: usize>(&self, tables: [&str; N]) -> String {
        let rows = tables.map(|table| {
            let all =
                format!("SELECT '{table}', count(*), string_agg(t::text, E'\\n' ORDER BY t) FROM views.{table} AS t");
            self.sql(&all)
        });
        rows.join("\n")
    }

    /// The register on another day.
    pub async fn register_on(&self, day: Date) -> Register {
        // A copy of a database has not the grants of the first one.
        event_log::create_roles(&options(&self.database)).await.unwrap();
        let clock = Arc::new(SetClock::at(noon(day)));
        let (database, keys) = (options(&self.database), self.folder.path().to_owned());
        Register::open(Place { database, keys, connections: 4, standby: Standby::NotAsked, clock }).await.unwrap()
    }

    /// A session of the superuser, outside of all pools.
    pub async fn database(&self) -> PgConnection {
        options(&self.database).connect().await.unwrap()
    }

    /// Destroys the key of a stream, as erasure does.
    pub async fn destroy_key_of(&self, number: UniqueNumber) {
        let key = self.key_of(number);
        let keys = Vault::open_folder(self.writer.clone(), self.folder.path(), TODAY).await.unwrap();
        // As the owner: here no event says so.
        let owner = connect(options(&self.database), Role::Owner, 1).await.unwrap();
        assert_eq!(keys.destroy_again(&owner, &[KeyId::new(key)]).await.unwrap(), 1);
    }

    pub fn key_of(&self, number: UniqueNumber) -> i64 {
        self.sql(&format!("SELECT key_id FROM log.events WHERE stream = '{number}' LIMIT 1")).parse().unwrap()
    }

    /// SQL as the superuser.
    pub fn sql(&self, sql: &str) -> String {
        shared().psql(&self.database, sql).unwrap()
    }
}
