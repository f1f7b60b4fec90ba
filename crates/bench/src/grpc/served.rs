//! The real server with the real runner of the shared view, and a look at that view from outside.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use projection::Projection as _;
use register::Budgets;
use server::{Options, Server, Tls};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use views::shared_management::SharedManagement;

use crate::failure::Failure;
use crate::modes::bus::Desk;

/// Between two looks at the view: what is told of its lag is true to this much.
const LOOK: Duration = Duration::from_millis(1);
/// Nothing here keeps a view busy for so long.
const PATIENCE: Duration = Duration::from_secs(600);

const CHECKPOINT: &str = "SELECT coalesce(\
       (SELECT c.position FROM projection.checkpoints AS c WHERE c.name = $1 AND c.slot = 'live'), 0)";
const HEAD: &str = "SELECT position FROM log.head WHERE id = 1";

/// A server that runs.
pub struct Served {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<Result<(), server::Error>>,
}

impl Served {
    /// Serves a register on loopback, with so many connections for its reads.
    pub async fn start(desk: &Desk, database: PgConnectOptions, connections: u32) -> Result<Self, Failure> {
        Self::start_over(desk, database, connections, None).await
    }

    /// The same, over TLS where its certificates are told.
    pub async fn start_over(
        desk: &Desk,
        database: PgConnectOptions,
        connections: u32,
        tls: Option<Tls>,
    ) -> Result<Self, Failure> {
        let place = desk.place(database.clone(), connections);
        let register = desk.open(database, connections).await?;
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        // What is measured is how fast it answers, not how soon it stops to.
        let budgets = Budgets { account: u32::MAX, organisation: u32::MAX, ..Budgets::default() };
        let development = Some(super::issuer()?);
        let options = Options { listen, lame_duck: Duration::ZERO, budgets, development, tls, ..Options::default() };
        let server = Server::bind(register, &place, options).await?;
        let address = server.address();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(server.run(async move {
            // An error says that the bench is gone, which is a stop as well.
            let _ = stopped.await;
        }));
        Ok(Self { address, stop, serving })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops it, and waits for its end.
    pub async fn stop(self) -> Result<(), Failure> {
        let _ = self.stop.send(());
        Ok(self.serving.await.map_err(|error| Failure::Answer(error.to_string()))??)
    }
}

/// Looks how far a view is, beside whoever fills it.
pub struct Watch {
    connection: PgConnection,
    view: &'static str,
}

impl Watch {
    /// Connects, for the shared view; the server has been started before.
    pub async fn new(database: &PgConnectOptions) -> Result<Self, Failure> {
        Self::of(database, SharedManagement::NAME).await
    }

    /// As [`Self::new`], for another view.
    pub async fn of(database: &PgConnectOptions, view: &'static str) -> Result<Self, Failure> {
        Ok(Self { connection: database.connect().await?, view })
    }

    /// The position that the view has reached.
    pub async fn look(&mut self) -> Result<i64, Failure> {
        Ok(sqlx::query_scalar(CHECKPOINT).bind(self.view).fetch_one(&mut self.connection).await?)
    }

    /// Looks again, after a moment.
    pub async fn look_again(&mut self) -> Result<i64, Failure> {
        tokio::time::sleep(LOOK).await;
        self.look().await
    }

    /// Waits until the view holds everything that is in the log now; that position.
    pub async fn until_caught_up(&mut self) -> Result<i64, Failure> {
        let head: i64 = sqlx::query_scalar(HEAD).fetch_one(&mut self.connection).await?;
        let reached = async {
            while self.look_again().await? < head {}
            Ok(head)
        };
        let late = |_| Failure::Answer("a view does not catch up".to_owned());
        tokio::time::timeout(PATIENCE, reached).await.map_err(late)?
    }
}
