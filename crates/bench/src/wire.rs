//! What mutual TLS costs: a call, and a connection with its first call, in the clear and over TLS by turns.
//!
//! The call is the reading of a territory's settings, short both ways, and both servers stand on one database: what differs is the
//! wire, and who acts, told by a token that is remembered or by a certificate that is bound.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use nomenclature::Actor;
use proto::v1::GetSettingsRequest;
use proto::v1::territory_service_client::TerritoryServiceClient;
use serde::Serialize;
use tonic::transport::Channel;

use crate::failure::Failure;
use crate::grpc::secured::{Secured, named};
use crate::grpc::served::Served;
use crate::grpc::{connect, signed};
use crate::house::{House, SERVED};
use crate::lag::Waits;
use crate::modes::bus::Desk;
use crate::plan::Plan;

/// Calls of each kind that do not count.
const WARM_UP: usize = 20;

/// The same in the clear and over mutual TLS.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Both {
    /// How often each.
    pub times: usize,
    /// In the clear.
    pub clear: Waits,
    /// Over mutual TLS.
    pub secured: Waits,
}

/// What the wire costs.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Wire {
    /// A call over a connection that stands.
    pub call: Both,
    /// A connection, and its first call.
    pub connection: Both,
}

/// One of the two doors, and somebody who calls there.
enum Door<'a> {
    Clear(SocketAddr, &'a Actor),
    Secured(SocketAddr, &'a Secured),
}

impl Door<'_> {
    async fn connect(&self) -> Result<Caller, Failure> {
        let (channel, actor, shown) = match self {
            Self::Clear(server, actor) => (connect(*server).await?, **actor, false),
            Self::Secured(server, secured) => {
                let (channel, actor) = secured.connect(*server, 0).await?;
                (channel, actor, true)
            }
        };
        Ok(Caller { client: TerritoryServiceClient::new(channel), actor, shown })
    }
}

struct Caller {
    client: TerritoryServiceClient<Channel>,
    actor: Actor,
    /// Whether the connection says who acts.
    shown: bool,
}

impl Caller {
    async fn call(&mut self) -> Result<(), Failure> {
        let message = GetSettingsRequest::default();
        let request = if self.shown { named(message, &self.actor)? } else { signed(message, &self.actor)? };
        self.client.get_settings(request).await?;
        Ok(())
    }
}

/// Measures both.
pub async fn measure(house: &House, plan: &Plan, desk: &Desk) -> Result<Wire, Failure> {
    let register = desk.open(house.login(SERVED)?, 2).await?;
    let secured = Secured::new(&register, desk.actors()).await?;
    let in_the_clear = Served::start(desk, house.login(SERVED)?, 2).await?;
    let over_tls = Served::start_over(desk, house.login(SERVED)?, 2, Some(secured.tls())).await?;
    let doors = [Door::Clear(in_the_clear.address(), desk.actor()?), Door::Secured(over_tls.address(), &secured)];

    let mut callers = [doors[0].connect().await?, doors[1].connect().await?];
    let mut calls = [Vec::new(), Vec::new()];
    for _ in 0..WARM_UP + plan.calls {
        for (caller, took) in callers.iter_mut().zip(&mut calls) {
            let began = Instant::now();
            caller.call().await?;
            took.push(began.elapsed());
        }
    }
    let mut connections = [Vec::new(), Vec::new()];
    for _ in 0..WARM_UP + plan.connections {
        for (door, took) in doors.iter().zip(&mut connections) {
            let began = Instant::now();
            door.connect().await?.call().await?;
            took.push(began.elapsed());
        }
    }
    drop(callers);
    in_the_clear.stop().await?;
    over_tls.stop().await?;
    Ok(Wire { call: both(calls)?, connection: both(connections)? })
}

fn both(took: [Vec<Duration>; 2]) -> Result<Both, Failure> {
    let nothing = || Failure::Answer("nothing was measured".to_owned());
    let [clear, secured] = took.map(|took| took.into_iter().skip(WARM_UP).collect::<Vec<_>>());
    let times = clear.len();
    Ok(Both { times, clear: Waits::of(clear).ok_or_else(nothing)?, secured: Waits::of(secured).ok_or_else(nothing)? })
}
