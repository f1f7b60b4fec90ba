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

/// What the servers serve, and the desk whose callers call them. Ours runs for its own passes alone: it owns the views then, in
/// the clear and over TLS alike, and wakes them with what it writes.
pub struct Grpc {
    desk: Desk,
    database: PgConnectOptions,
    connections: u32,
    secured: Secured,
    stock: StockServer,
    watch: Watch,
}

impl Grpc {
    /// Makes everything ready; the database as its login and as its owner, who looks at the view.
    pub async fn new(
        desk: &Desk,
        (database, owner): (PgConnectOptions, PgConnectOptions),
        stock: StockServer,
        connections: u32,
    ) -> Result<Self, Failure> {
        let register = desk.open(database.clone(), 2).await?;
        let secured = Secured::new(&register, desk.actors()).await?;
        let watch = Watch::new(&owner).await?;
        Ok(Self { desk: desk.clone(), database, connections, secured, stock, watch })
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
        let waiting = ready(&self.desk, (length.as_secs_f64() * READY_A_SECOND) as usize + 8 * callers as usize)?;
        if mode == Mode::GrpcStock {
            let all = self.registrars(self.stock.address(), mode, callers, &waiting).await?;
            return Ok(Pass::driven(mode, callers, 1, drive(meter, all, length).await?));
        }
        let tls = (mode == Mode::GrpcTls).then(|| self.secured.tls());
        let served = Served::start_over(&self.desk, self.database.clone(), self.connections, tls).await?;
        let mut all = self.registrars(served.address(), mode, callers, &waiting).await?;
        // The view has been taken over from the server before, and follows.
        if let Some(first) = all.first_mut() {
            first.register().await?;
        }
        self.watch.until_caught_up().await?;
        let driven = drive(meter, all, length).await?;
        self.watch.until_caught_up().await?;
        served.stop().await?;
        Ok(Pass::driven(mode, callers, 2, driven))
    }

    async fn registrars(
        &self,
        server: SocketAddr,
        mode: Mode,
        callers: u32,
        waiting: &Arc<Mutex<Vec<RegisterDemandRequest>>>,
    ) -> Result<Vec<Registrar>, Failure> {
        let mut all = Vec::new();
        for caller in 0..callers {
            all.push(match mode {
                Mode::GrpcTls => Registrar::secured((server, &self.secured), caller, &self.desk, waiting).await?,
                _ => Registrar::connect(server, &self.desk, waiting).await?,
            });
        }
        Ok(all)
    }

    /// Stops what still runs.
    pub async fn stop(self) -> Result<(), Failure> {
        self.stock.stop().await
    }
}
