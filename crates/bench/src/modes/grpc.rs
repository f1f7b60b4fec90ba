//! Registrations through gRPC: by the real server, in the clear and over mutual TLS, and by the stock framework behind the
//! same interface.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nomenclature::Actor;
use proto::v1::RegisterDemandRequest;
use proto::v1::registration_service_client::RegistrationServiceClient;
use sqlx::postgres::PgConnectOptions;
use tonic::transport::Channel;
use uuid::Uuid;

use super::bus::{Desk, pop};
use super::stock_grpc::StockServer;
use super::{Mode, Pass};
use crate::callers::{Caller, drive};
use crate::failure::Failure;
use crate::grpc::request::Requests;
use crate::grpc::secured::{Secured, named};
use crate::grpc::served::{Served, Watch};
use crate::grpc::{connect, signed};
use crate::meter::Meter;

/// Registrations a second that no machine of today answers; so many are made ready ahead of a pass.
const READY_A_SECOND: f64 = 6_000.0;

/// Sends one registration after the other, whoever answers.
#[derive(Clone)]
pub struct Registrar {
    client: RegistrationServiceClient<Channel>,
    desk: Desk,
    waiting: Arc<Mutex<Vec<RegisterDemandRequest>>>,
    /// Who acts, where the connection has shown whose it is; anybody, each with his token, where it has not.
    shown: Option<Actor>,
}

impl Registrar {
    /// One caller with a connection of his own.
    pub async fn connect(
        server: SocketAddr,
        desk: &Desk,
        waiting: &Arc<Mutex<Vec<RegisterDemandRequest>>>,
    ) -> Result<Self, Failure> {
        let client = RegistrationServiceClient::new(connect(server).await?);
        Ok(Self { client, desk: desk.clone(), waiting: Arc::clone(waiting), shown: None })
    }

    /// One caller with a connection of his own, over which his system shows its certificate.
    async fn secured(
        (server, secured): (SocketAddr, &Secured),
        caller: u32,
        desk: &Desk,
        waiting: &Arc<Mutex<Vec<RegisterDemandRequest>>>,
    ) -> Result<Self, Failure> {
        let (channel, actor) = secured.connect(server, caller as usize).await?;
        let client = RegistrationServiceClient::new(channel);
        Ok(Self { client, desk: desk.clone(), waiting: Arc::clone(waiting), shown: Some(actor) })
    }

    /// Sends the next registration and tells the position that its answer names; `None` when none is left.
    pub async fn register(&mut self) -> Result<Option<i64>, Failure> {
        let Some(message) = pop(&self.waiting) else { return Ok(None) };
        let command_id = Uuid::new_v4();
        let message = RegisterDemandRequest { request_id: command_id.to_string(), ..message };
        let request = match &self.shown {
            Some(actor) => named(message, actor)?,
            None => signed(message, self.desk.actor_for(command_id)?)?,
        };
        let answer = self.client.register_demand(request).await?.into_inner().answer;
        let answer = answer.ok_or_else(|| Failure::Answer("an answer without content".to_owned()))?;
        Ok(Some(answer.position))
    }
}

impl Caller for Registrar {
    async fn call(&mut self) -> Result<Option<u32>, Failure> {
        Ok(self.register().await?.map(|_| 1))
    }
}

/// Requests of the next households.
pub fn ready(desk: &Desk, count: usize) -> Result<Arc<Mutex<Vec<RegisterDemandRequest>>>, Failure> {
    let requests = Requests::new()?;
    let ready = desk.households(count).iter().map(|household| requests.of(household)).collect::<Result<_, _>>()?;
    Ok(Arc::new(Mutex::new(ready)))
}

/// The servers, and the desk whose callers call them. Two of them serve one register; one of the two folds its views.
pub struct Grpc {
    desk: Desk,
    served: Served,
    over_tls: Served,
    secured: Secured,
    stock: StockServer,
    watch: Watch,
}

impl Grpc {
    /// Starts them; the database as its login and as its owner, who looks at the view.
    pub async fn new(
        desk: &Desk,
        (database, owner): (PgConnectOptions, PgConnectOptions),
        stock: StockServer,
        most_callers: u32,
    ) -> Result<Self, Failure> {
        let served = Served::start(desk, database.clone(), most_callers).await?;
        let register = desk.open(database.clone(), 2).await?;
        let secured = Secured::new(&register, desk.actors()).await?;
        let over_tls = Served::start_over(desk, database, most_callers, Some(secured.tls())).await?;
        let watch = Watch::new(&owner).await?;
        Ok(Self { desk: desk.clone(), served, over_tls, secured, stock, watch })
    }

    /// One pass of registrations with so many callers. Our own server's view follows during the pass, as it always does;
    /// what it is behind at the end it catches up before somebody else's turn.
    pub async fn pass(
        &mut self,
        meter: &mut Meter,
        mode: Mode,
        callers: u32,
        length: Duration,
    ) -> Result<Pass, Failure> {
        let (server, events) = match mode {
            Mode::GrpcStock => (self.stock.address(), 1),
            Mode::GrpcTls => (self.over_tls.address(), 2),
            _ => (self.served.address(), 2),
        };
        let waiting = ready(&self.desk, (length.as_secs_f64() * READY_A_SECOND) as usize + 8 * callers as usize)?;
        let mut all = Vec::new();
        for caller in 0..callers {
            all.push(match mode {
                Mode::GrpcTls => Registrar::secured((server, &self.secured), caller, &self.desk, &waiting).await?,
                _ => Registrar::connect(server, &self.desk, &waiting).await?,
            });
        }
        let driven = drive(meter, all, length).await?;
        self.watch.until_caught_up().await?;
        Ok(Pass::driven(mode, callers, events, driven))
    }

    /// Stops them.
    pub async fn stop(self) -> Result<(), Failure> {
        self.stock.stop().await?;
        self.over_tls.stop().await?;
        self.served.stop().await
    }
}
