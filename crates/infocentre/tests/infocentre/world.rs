//! The sample's lives, played once into a database that each test gets a copy of.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use demand::DemandEvent;
use event_log::{Position, Reader, RecordedEvent, Role, Standby, connect};
use infocentre::{AsKnown, Infocentre, KeepStatistics};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use nomenclature::UniqueNumber;
use private_postgres::test_util::shared;
use projection::{
    AtLeast, BulkFold as _, CopyRows, Handle, Opened, Opener as _, Options, Projection as _, Runner, Settling, Staged,
    State,
};
use register::{Place, Register, Request, SetClock};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection, PgPool};
use synth::Line;
use tokio::task::JoinHandle;
use views::OpenFacts;

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(60);
/// Lives that are played: enough of each act.
const HOUSEHOLDS: u32 = 110;

struct Played {
    database: String,
}

fn options(database: &str) -> PgConnectOptions {
    shared().url(shared().superuser(), database).parse().unwrap()
}

fn noon(day: Date) -> jiff::Timestamp {
    TimeZone::get("Europe/Paris").unwrap().to_timestamp(day.at(12, 0, 0, 0)).unwrap()
}

async fn play() -> Played {
    let database = shared().fresh_name("played");
    shared().create_database(&database, None).unwrap();
    event_log::create_roles(&options(&database)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let lines = synth::SAMPLE_LIVES.lines().map(|line| serde_json::from_str::<Line>(line).unwrap());
    let lines: Vec<Line> = lines.filter(|line| line.household <= HOUSEHOLDS).collect();
    let clock = Arc::new(SetClock::at(noon(lines[0].day)));
    let keys = folder.path().join("keys");
    let place =
        Place { database: options(&database), keys, connections: 4, standby: Standby::NotAsked, clock: clock.clone() };
    let register = Register::open(place).await.unwrap();
    projection::migrate(&options(&database)).await.unwrap();
    for line in synth::SAMPLE_ORGANISATIONS.lines() {
        register.import_organisation(serde_json::from_str(line).unwrap()).await.unwrap();
    }
    let mut numbers: Vec<(u32, UniqueNumber)> = Vec::new();
    for line in lines {
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
    Played { database }
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
    database: String,
    pub log: Reader,
    pub infocentre: Infocentre,
    projector: PgPool,
}

impl World {
    pub async fn new() -> Self {
        let played = tokio::task::spawn_blocking(played).await.unwrap();
        let database = shared().fresh_name("infocentre");
        shared().create_database(&database, Some(&played.database)).unwrap();
        let projector = connect(options(&database), Role::Projector, 4).await.unwrap();
        let reader = connect(options(&database), Role::Infocentre, 4).await.unwrap();
        Self { infocentre: Infocentre::new(reader), log: Reader::new(projector.clone()), database, projector }
    }

    pub fn runner(&self, page: u32) -> (Runner<KeepStatistics, OpenFacts>, Handle) {
        let options = Options { page, pause: Duration::from_millis(20) };
        Runner::new(KeepStatistics, OpenFacts, self.log.clone(), self.projector.clone(), options)
    }

    /// A runner in a task, and its handle.
    pub fn run(&self, page: u32) -> (JoinHandle<()>, Handle) {
        let (runner, handle) = self.runner(page);
        (tokio::spawn(runner.run(std::future::pending())), handle)
    }

    pub async fn catch_up(&self, page: u32) {
        let (task, handle) = self.run(page);
        let settled = |state: &State| matches!(state, State::Live | State::Stopped { .. });
        assert_eq!(handle.wait_until(settled).await, State::Live);
        task.abort();
        let _ = task.await;
    }

    /// All events of the log.
    pub async fn events(&self) -> Vec<RecordedEvent> {
        let head = self.log.head().await.unwrap();
        self.log.read_range(Position::ZERO.next()..=head).await.unwrap()
    }

    /// Every row of every table, as PostgreSQL writes it.
    pub fn tables(&self) -> String {
        let rows = KeepStatistics::TABLES.iter().map(|table| {
            let all =
                format!("SELECT '{table}', count(*), string_agg(t::text, E'\\n' ORDER BY t) FROM views.{table} AS t");
            self.sql(&all)
        });
        rows.collect::<Vec<_>>().join("\n")
    }

    /// SQL as the superuser.
    pub fn sql(&self, sql: &str) -> String {
        shared().psql(&self.database, sql).unwrap()
    }
}

/// The view folded by hand, where a test says, on a log whose events lie as far apart as it says.
pub struct Folding<'a> {
    world: &'a World,
    session: PgConnection,
}

/// As it is.
pub fn now() -> AsKnown {
    AsKnown { at_least: AtLeast { position: Position::ZERO, within: LONG }, position: None }
}

impl<'a> Folding<'a> {
    /// Fresh tables in a world whose log goes up to a position.
    pub async fn new(world: &'a World, head: i64) -> Self {
        world.sql(&format!("UPDATE log.head SET position = {head}"));
        let mut session = options(&world.database).connect().await.unwrap();
        session.execute("SET ROLE sne_projector; SET search_path TO views").await.unwrap();
        session.execute(KeepStatistics::CREATE).await.unwrap();
        let insert = format!(
            "INSERT INTO projection.checkpoints (name, slot, version, position) VALUES ('infocentre', 'live', {}, 0)",
            KeepStatistics::VERSION
        );
        session.execute(insert.as_str()).await.unwrap();
        Self { world, session }
    }

    /// Folds all events stream by stream, in an order of streams that is not that of positions; what waits is written when it
    /// is more than so many bytes.
    pub async fn by_streams(&mut self, events: &[RecordedEvent], most: usize) {
        for Staged { table, definition, .. } in KeepStatistics::STAGED {
            self.session.execute(format!("CREATE TABLE {table} ({definition})").as_str()).await.unwrap();
        }
        let tables = KeepStatistics::TABLES.iter().zip(KeepStatistics::COLUMNS);
        let mut tables: Vec<CopyRows> = tables.map(|(table, columns)| CopyRows::new(table, columns)).collect();
        let staged = KeepStatistics::STAGED.iter().map(|staged| CopyRows::new(staged.table, staged.columns));
        let mut staged: Vec<CopyRows> = staged.collect();
        let opened: Vec<Opened<'_, DemandEvent>> = OpenFacts.open(events).await.unwrap();
        let mut streams = BTreeMap::<_, Vec<_>>::new();
        for opened in &opened {
            streams.entry(Reverse(opened.recorded.stream.as_str())).or_default().push(opened);
        }
        let (mut gathered, mut settling) = (Default::default(), Settling::on(&mut self.session));
        for events in streams.into_values() {
            let mut stream = Default::default();
            for Opened { recorded, event } in events {
                KeepStatistics.fold_one(&mut stream, recorded, event);
            }
            KeepStatistics.copy(stream, &mut gathered, &mut tables).unwrap();
            if KeepStatistics::gathered(&gathered) > most {
                KeepStatistics.put_down(&mut gathered, &mut staged).unwrap();
            }
        }
        KeepStatistics.put_down(&mut gathered, &mut staged).unwrap();
        for rows in tables.iter_mut().chain(&mut staged) {
            settling.copy(rows).await.unwrap();
        }
        KeepStatistics.settle(&mut settling).await.unwrap();
    }

    /// Folds a page, after which the view is at a position.
    pub async fn page(&mut self, events: &[RecordedEvent], position: i64) {
        let opened: Vec<Opened<'_, DemandEvent>> = OpenFacts.open(events).await.unwrap();
        let mut transaction = self.session.begin().await.unwrap();
        KeepStatistics.fold(&opened, &mut transaction).await.unwrap();
        let reach = format!("UPDATE projection.checkpoints SET position = {position} WHERE name = 'infocentre'");
        transaction.execute(reach.as_str()).await.unwrap();
        transaction.commit().await.unwrap();
    }

    pub fn infocentre(&self) -> &Infocentre {
        &self.world.infocentre
    }
}
