//! The server inside of the test, where its clock and its limits can be chosen; everything else is real.

use std::path::Path;
use std::sync::Arc;

use client::{Client, Tokens};
use event_log::Standby;
use private_postgres::test_util::shared;
use register::{Clock, Place, Register};
use server::{DevelopmentIssuer, Options, Server};
use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use tests::stage::{tokens, world};

/// A server on a database of its own in the shared cluster.
pub struct InProcess {
    pub address: String,
    /// Tokens that it takes.
    pub tokens: Tokens,
    pub database: String,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<Result<(), server::Error>>,
    keys: TempDir,
}

/// A register that no server has opened yet.
pub struct Prepared {
    pub register: Register,
    pub place: Place,
    pub database: String,
    keys: TempDir,
}

impl Prepared {
    /// With the organisations of the cast.
    pub async fn new(clock: Arc<dyn Clock>) -> Self {
        let keys = tempfile::tempdir().unwrap();
        let (database, url) = world::new_database(shared());
        let database_options: PgConnectOptions = url.parse().unwrap();
        let place = Place {
            database: database_options,
            keys: keys.path().join("keys"),
            connections: 8,
            standby: Standby::NotAsked,
            clock,
        };
        let register = Register::open(place.clone()).await.unwrap();
        world::bring_in_the_cast(&register).await;
        Self { register, place, database, keys }
    }

    /// Serves it on a free port.
    pub async fn serve(self, options: Options) -> InProcess {
        let Self { register, place, database, keys } = self;
        let issuer = Arc::new(DevelopmentIssuer::open_or_create(keys.path()).unwrap());
        let tokens = tokens::of(issuer.clone());
        let options = Options { listen: ([127, 0, 0, 1], 0).into(), development: Some(issuer), ..options };
        let server = Server::bind(register, &place, options).await.unwrap();
        let address = server.address().to_string();
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(server.run(async {
            let _ = stopped.await;
        }));
        InProcess { address, tokens, database, stop, serving, keys }
    }
}

impl InProcess {
    /// A connection of one's own.
    pub fn client(&self) -> Client {
        Client::at(&self.address, &self.tokens).unwrap()
    }

    /// Where it keeps its keys.
    pub fn data_dir(&self) -> &Path {
        self.keys.path()
    }

    /// A superuser's address of its database.
    pub fn superuser(&self) -> String {
        shared().url(shared().superuser(), &self.database)
    }

    /// Tells it to stop; the task that ends when it has. Its keys are there until then.
    pub fn told_to_stop(self) -> JoinHandle<Result<(), server::Error>> {
        let Self { stop, serving, keys, .. } = self;
        stop.send(()).unwrap();
        tokio::spawn(async move {
            let ended = serving.await.unwrap();
            drop(keys);
            ended
        })
    }

    pub async fn stops(self) {
        self.told_to_stop().await.unwrap().unwrap();
    }
}
