//! What one command costs, counted and not timed: round trips, statements, flushes, bytes of log, allocations.
//!
//! One caller on a thread and a runtime of its own, so that the allocations of everything the command does (the driver's
//! too) are those of one thread. These counts are the same on every machine.

use std::sync::Arc;

use serde::Serialize;
use sqlx::postgres::PgConnectOptions;

use crate::callers::Caller;
use crate::failure::Failure;
use crate::grpc::served::Served;
use crate::house::{BASELINE, House, LOG, REGISTER, SERVED};
use crate::meter::Meter;
use crate::modes::bus::Desk;
use crate::modes::grpc;
use crate::modes::guarded::{Guarded, Shape};
use crate::modes::stock::Stock;
use crate::modes::stock_grpc::StockServer;
use crate::plan::Plan;
use crate::proxy::{Counts, Proxy};
use crate::replay::{Pages, Way};

/// Calls before the counting: statements are prepared then, and blocks of keys and numbers are drawn.
const WARM_UP: u32 = 20;
/// Pages, of thousands of events, before the counting and counted.
const PAGES: Calls = Calls { warm_up: 1, counted: 4 };

/// Names of the rows, for the bounds.
pub const STOCK: &str = "stock cqrs-es, 1 event";
pub const APPEND: &str = "guarded append, 1 event, 1 claim";
pub const APPEND_EVENTS: &str = "guarded append, 16 events of one stream, 1 claim";
pub const APPEND_ARRAY: &str = "guarded append x64, 1 event, 1 claim each";
pub const REGISTRATION: &str = "bus: register (2 events)";
pub const RENEWAL: &str = "bus: renew (loads 2 events, writes 1)";
pub const GRPC_STOCK: &str = "gRPC: stock cqrs-es, 1 event";
pub const GRPC_REGISTRATION: &str = "gRPC: register (2 events), the view following";

/// How often something is called.
#[derive(Clone, Copy)]
struct Calls {
    warm_up: u32,
    counted: u32,
}

/// The counts of one kind of command, for each command.
#[derive(Clone, Debug, Serialize)]
pub struct Cost {
    /// Which command.
    pub what: &'static str,
    /// How many were counted.
    pub commands: u64,
    /// Times the client waits for the server.
    pub round_trips: f64,
    /// Statements the server completes, transaction statements included.
    pub statements: f64,
    /// Flushes of the write-ahead log.
    pub flushes: f64,
    /// Bytes of the write-ahead log.
    pub wal_bytes: f64,
    /// Allocations of the client.
    pub allocations: f64,
    /// Bytes of these allocations.
    pub allocated_bytes: f64,
}

/// A caller with the server that he calls: both on one thread, so that what both do is counted.
struct WithServer<S> {
    caller: grpc::Registrar,
    _server: S,
}

impl<S: Send + 'static> Caller for WithServer<S> {
    async fn call(&mut self) -> Result<Option<u32>, Failure> {
        self.caller.call().await
    }
}

/// Counts every kind of command. Nothing else may be connected to the cluster.
pub async fn count_all(
    house: &House,
    meter: &mut Meter,
    plan: &Plan,
    stock: &Stock,
    guarded: &Guarded,
    desk: &Desk,
    served: &Desk,
) -> Result<Vec<Cost>, Failure> {
    let proxy = Proxy::before(&house.login(LOG)?)?;
    let calls = Calls { warm_up: WARM_UP, counted: plan.counted };
    let mut counter = Counter { meter, proxy: &proxy, calls };
    let mut costs = Vec::new();

    let (database, written) = (proxy.through(house.superuser(BASELINE)?), stock.written());
    costs.push(counter.count(STOCK, async move || Stock::writer(database, written, 1).await).await?);
    for (what, array, events) in [(APPEND, 1, 1), (APPEND_EVENTS, 1, 16), (APPEND_ARRAY, 64, 1)] {
        let (database, written) = (proxy.through(house.login(LOG)?), guarded.written());
        let shape = Shape { array, events };
        costs.push(counter.count(what, async move || Guarded::caller(database, written, shape).await).await?);
    }
    let ready = (plan.counted + WARM_UP) as usize;
    let (database, at) = (proxy.through(house.login(REGISTER)?), desk.clone());
    let registrar = async move || Ok(at.registrar(&at.open(database, 2).await?, ready));
    costs.push(counter.count(REGISTRATION, registrar).await?);
    let (database, at) = (proxy.through(house.login(REGISTER)?), desk.clone());
    let renewer = async move || Ok(at.renewer(&at.open(database, 2).await?));
    costs.push(counter.count(RENEWAL, renewer).await?);

    let (database, written) = (proxy.through(house.superuser(BASELINE)?), stock.written());
    let (at, waiting) = (served.clone(), grpc::ready(served, ready)?);
    let stock = async move || {
        let server = StockServer::start(Stock::writer(database, written, 1).await?).await?;
        let caller = grpc::Registrar::connect(server.address(), &at, &waiting).await?;
        Ok(WithServer { caller, _server: server })
    };
    costs.push(counter.count(GRPC_STOCK, stock).await?);
    let (database, at, waiting) = (proxy.through(house.login(SERVED)?), served.clone(), grpc::ready(served, ready)?);
    let registrar = async move || {
        let server = Served::start(&at, database, 2).await?;
        let caller = grpc::Registrar::connect(server.address(), &at, &waiting).await?;
        Ok(WithServer { caller, _server: server })
    };
    costs.push(counter.count(GRPC_REGISTRATION, registrar).await?);
    Ok(costs)
}

/// Counts replay, for each event. Nothing else may be connected to the cluster.
pub async fn count_replay(house: &House, meter: &mut Meter) -> Result<Vec<Cost>, Failure> {
    let proxy = Proxy::before(&house.login(REGISTER)?)?;
    let mut counter = Counter { meter, proxy: &proxy, calls: PAGES };
    let mut costs = Vec::new();
    for (what, way) in [("replay, left sealed, an event", Way::Sealed), ("replay, unsealed, an event", Way::Unsealed)] {
        let (database, keys) = (proxy.through(house.login(REGISTER)?), house.keys().to_owned());
        costs.push(counter.count(what, async move || Pages::open(database, &keys, way).await).await?);
    }
    Ok(costs)
}

struct Counter<'a> {
    meter: &'a mut Meter,
    proxy: &'a Proxy,
    calls: Calls,
}

/// What the counting thread brings back.
struct Counted {
    commands_warm: u64,
    commands: u64,
    round_trips: u64,
    statements: u64,
    wal_bytes: i64,
    allocations: allocation_counter::AllocationInfo,
}

impl Counter<'_> {
    async fn count<C, O>(&mut self, what: &'static str, open: O) -> Result<Cost, Failure>
    where
        C: Caller,
        O: AsyncFnOnce() -> Result<C, Failure> + Send + 'static,
    {
        self.meter.wait_until_alone().await?;
        let flushes = self.meter.flushes().await?;
        let (counts, calls, admin) = (self.proxy.counts(), self.calls, self.meter.admin_options());
        let (done, answer) = tokio::sync::oneshot::channel();
        // A plain thread: it may be left behind when the run is interrupted.
        std::thread::spawn(move || done.send(alone(open, &counts, calls, admin)).ok());
        let counted = answer.await.map_err(|_| Failure::Answer("the counting thread ended early".to_owned()))??;
        // Sessions tell of their flushes when they end.
        self.meter.wait_until_alone().await?;
        let flushes = self.meter.flushes().await? - flushes;
        let each = |count: f64| count / counted.commands as f64;
        Ok(Cost {
            what,
            commands: counted.commands,
            round_trips: each(counted.round_trips as f64),
            statements: each(counted.statements as f64),
            flushes: flushes as f64 / (counted.commands + counted.commands_warm) as f64,
            wal_bytes: each(counted.wal_bytes as f64),
            allocations: each(counted.allocations.count_total as f64),
            allocated_bytes: each(counted.allocations.bytes_total as f64),
        })
    }
}

fn alone<C, O>(open: O, counts: &Arc<Counts>, calls: Calls, admin: PgConnectOptions) -> Result<Counted, Failure>
where
    C: Caller,
    O: AsyncFnOnce() -> Result<C, Failure>,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::io("starting a runtime"))?;
    let mut caller = runtime.block_on(open())?;
    let commands_warm = runtime.block_on(call(&mut caller, calls.warm_up))?;
    let wal = runtime.block_on(Meter::wal_once(&admin))?;
    let before = counts.now();
    let mut commands = Ok(0);
    let allocations = allocation_counter::measure(|| commands = runtime.block_on(call(&mut caller, calls.counted)));
    let after = counts.now();
    let wal = runtime.block_on(Meter::wal_once(&admin))? - wal;
    Ok(Counted {
        commands_warm,
        commands: commands?,
        round_trips: after.0 - before.0,
        statements: after.1 - before.1,
        wal_bytes: wal,
        allocations,
    })
}

async fn call<C: Caller>(caller: &mut C, calls: u32) -> Result<u64, Failure> {
    let mut commands = 0;
    for _ in 0..calls {
        let answered = caller.call().await?;
        commands += u64::from(answered.ok_or_else(|| Failure::Answer("no work was left to count".to_owned()))?);
    }
    Ok(commands)
}
