//! A register with a few acts in it, and the real views over it that need no key, run in this process.

use std::sync::Arc;
use std::time::Duration;

use event_log::{Position, Reader, Role, connect};
use private_postgres::test_util::TestCluster;
use projection::{BulkFold, Handle, Opener, Options, Projection, Runner};
use register::{Register, SystemClock};
use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;
use tests::load::Generator;
use tests::stage::world;
use tests::wire::Ack;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use views::OpenFacts;

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(60);

/// The register and its database.
pub struct House {
    pub cluster: TestCluster,
    pub database: String,
    pub options: PgConnectOptions,
    pub register: Register,
    _folder: TempDir,
}

impl House {
    pub async fn open() -> Self {
        let cluster = TestCluster::start().unwrap();
        let (database, url) = world::new_database(&cluster);
        let folder = tempfile::tempdir().unwrap();
        let register = world::open(&url, &folder.path().join("keys"), Arc::new(SystemClock)).await;
        world::bring_in_the_cast(&register).await;
        let options: PgConnectOptions = url.parse().unwrap();
        projection::migrate(&options).await.unwrap();
        Self { cluster, database, options, register, _folder: folder }
    }

    pub fn sql(&self, statement: &str) -> String {
        self.cluster.psql(&self.database, statement).unwrap()
    }

    pub fn head(&self) -> i64 {
        self.sql("SELECT position FROM log.head").parse().unwrap()
    }

    /// A pool of the projector on an address.
    pub async fn projector(&self, options: PgConnectOptions) -> PgPool {
        connect(options, Role::Projector, 4).await.unwrap()
    }

    /// Every row of a view.
    pub fn rows<P: Projection>(&self) -> String {
        let rows = P::TABLES
            .iter()
            .map(|table| format!("SELECT '{table}', t::text FROM views.{table} AS t ORDER BY t::text COLLATE \"C\""));
        self.sql(&rows.collect::<Vec<_>>().join(";"))
    }

    /// Where a view stands, if it was ever built.
    pub fn checkpoint<P: Projection>(&self) -> Option<i64> {
        let name = P::NAME;
        self.sql(&format!("SELECT position FROM projection.checkpoints WHERE name = '{name}' AND slot = 'live'"))
            .parse()
            .ok()
    }

    /// As if the view was never built.
    pub fn forget<P: Projection>(&self) {
        let drops = P::TABLES.iter().map(|table| format!("DROP TABLE IF EXISTS views.{table}"));
        let forget = format!("DELETE FROM projection.checkpoints WHERE name = '{}'", P::NAME);
        self.sql(&drops.chain([forget]).collect::<Vec<_>>().join(";"));
    }

    /// What a rebuild has left that is not the view itself.
    pub fn leftovers(&self) -> String {
        self.sql(
            "SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'views_next'::regnamespace \
             UNION ALL SELECT name || ' ' || slot FROM projection.checkpoints WHERE slot <> 'live'",
        )
    }

    /// A runner on a pool, woken by the acts of this process.
    pub fn runner<K: Kept>(&self, pool: &PgPool, page: u32) -> (Runner<K, OpenFacts>, Handle) {
        let options = Options { page, pause: Duration::from_millis(5) };
        Runner::new(K::default(), OpenFacts, self.reader(pool), pool.clone(), options)
    }

    fn reader(&self, pool: &PgPool) -> Reader {
        self.register.reader().on(pool.clone())
    }

    /// Waits until a view has come as far as the log; what is told then comes from the database alone.
    pub async fn follows<P: Projection>(&self, handle: &Handle) {
        let head = Position::try_new(self.head()).unwrap();
        let far = async {
            while self.checkpoint::<P>() != Some(head.get()) {
                tokio::task::yield_now().await;
            }
        };
        let came = tokio::time::timeout(LONG, far).await;
        assert!(came.is_ok(), "{} stands at {:?}: {:?}", P::NAME, self.checkpoint::<P>(), handle.state());
    }
}

/// A view of open facts.
pub trait Kept: Projection<Event = <OpenFacts as Opener>::Event> + BulkFold + Default + 'static {}

impl<P: Projection<Event = <OpenFacts as Opener>::Event> + BulkFold + Default + 'static> Kept for P {}

/// A runner in a task.
pub struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
    pub handle: Handle,
}

impl Running {
    pub fn of<K: Kept>((runner, handle): (Runner<K, OpenFacts>, Handle)) -> Self {
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(runner.run(async move { drop(stopped.await) }));
        Self { stop, task, handle }
    }

    /// Lets the page in hand be committed.
    pub async fn ends(self) {
        drop(self.stop);
        self.task.await.unwrap();
    }

    /// As if its process was killed.
    pub async fn dies(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

/// Acts of the load, one after the other.
pub struct Acts {
    generator: Generator,
}

impl Acts {
    pub fn new(seed: u64) -> Self {
        Self { generator: Generator::new(seed, false) }
    }

    /// Does so many acts; those that are refused count as well.
    pub async fn does(&mut self, register: &Register, acts: usize) {
        for _ in 0..acts {
            let order = self.generator.next().unwrap();
            if let Ok(answer) = register.execute(order.request()).await {
                self.generator.learn(&order, &Ack::of(order.command_id, &answer));
            }
        }
    }
}
