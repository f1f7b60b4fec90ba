//! One run: count, then time everything in turns, then the same register once it is large.

use crate::args::Only;
use crate::calibration::calibrate;
use crate::cost::count_all;
use crate::daily;
use crate::doors;
use crate::failure::Failure;
use crate::figures;
use crate::house::{BASELINE, House, LOG, REGISTER, SERVED};
use crate::import;
use crate::large::{self, Large};
use crate::machine::{Machine, flush_us};
use crate::meter::Meter;
use crate::modes::bus::{Bus, Desk};
use crate::modes::grpc::Grpc;
use crate::modes::guarded::Guarded;
use crate::modes::pgbench::Pgbench;
use crate::modes::stock::Stock;
use crate::modes::stock_grpc::StockServer;
use crate::modes::{Mode, Pass};
use crate::plan::Plan;
use crate::rebuild::{self, Rebuilds};
use crate::report::Report;

/// What takes its turn together.
#[derive(Clone, Copy)]
enum Turn {
    Pgbench,
    Stock,
    Append(u32),
    /// Registrations, then the renewal of what they registered.
    Bus,
    /// One of the servers.
    Grpc(Mode),
}

/// Takes all figures; `tell` hears of each.
pub async fn run(house: &House, plan: Plan, tell: impl Fn(&str)) -> Result<Report, Failure> {
    let mut meter = Meter::new(house).await?;
    let mut machine = Machine::look(house, meter.admin()).await?;
    let scripts = tempfile::tempdir().map_err(Failure::io("making a temporary folder"))?;

    let stock = Stock::new(house.superuser(BASELINE)?).await?;
    let guarded = Guarded::new(house.login(LOG)?).await?;
    let desk = Desk::new(house.login(REGISTER)?, house.keys()).await?;
    let served = Desk::new(house.login(SERVED)?, house.served_keys()).await?;
    tell("counting round trips, flushes and allocations");
    let mut costs = count_all(house, &mut meter, &plan, &stock, &guarded, &desk, &served).await?;

    let pgbench = Pgbench::new(house, scripts.path(), plan.pgbench_seconds).await?;
    let most = plan.callers.iter().copied().max().unwrap_or(1);
    let bus = Bus::new(&desk, house.login(REGISTER)?, most).await?;
    let writer = Stock::writer(house.superuser(BASELINE)?, stock.written(), most).await?;
    let servers = (house.login(SERVED)?, house.superuser(SERVED)?);
    let grpc = Grpc::new(&served, servers, StockServer::start(writer).await?, most).await?;
    let mut modes = Modes { meter: &mut meter, plan: &plan, pgbench, stock, guarded, bus, grpc };
    let (mut passes, mut calibrations) = (Vec::new(), Vec::new());
    for repeat in 1..=plan.repeats {
        calibrations.push(calibrate());
        for callers in &plan.callers {
            passes.extend(modes.turns(repeat, *callers, &tell).await?);
        }
    }
    // Their sessions end: what comes next counts.
    let Modes { grpc, bus, .. } = modes;
    drop(bus);
    grpc.stop().await?;
    let doors = Some(doors::measure(house, &mut meter, &plan, &served, &tell).await?);

    let mut large = large::measure(house, &mut meter, &plan, &desk, &tell).await?;
    costs.append(&mut large.costs);
    calibrations.append(&mut large.calibrations);
    let daily = Some(daily::measure(house, &plan, &tell).await?);
    let import = Some(import::measure(house, &plan, &tell).await?);
    calibrations.push(calibrate());
    let figures = Some(figures::measure(house, &plan, &tell).await?);
    calibrations.push(calibrate());
    let rebuilds = rebuild::measure(house, &plan, &tell).await?;
    calibrations.push(calibrate());
    machine.flush_us_after = flush_us(house.folder())?;
    Ok(Report { machine, plan, costs, passes, doors, large, daily, import, figures, rebuilds, calibrations })
}

/// Takes the figures of one part by itself.
pub async fn alone(house: &House, plan: Plan, only: Only, tell: impl Fn(&str)) -> Result<Report, Failure> {
    let mut meter = Meter::new(house).await?;
    let machine = Machine::look(house, meter.admin()).await?;
    // The median forgets a moment in which something else ran.
    let calibrations: Vec<f64> = (0..3).map(|_| calibrate()).collect();
    let mut report = Report {
        machine,
        plan,
        costs: Vec::new(),
        passes: Vec::new(),
        doors: None,
        large: Large::default(),
        daily: None,
        import: None,
        figures: None,
        rebuilds: Rebuilds::default(),
        calibrations,
    };
    match only {
        Only::Day => report.daily = Some(daily::measure(house, &report.plan, &tell).await?),
        Only::Import => report.import = Some(import::measure(house, &report.plan, &tell).await?),
        Only::Figures => report.figures = Some(figures::measure(house, &report.plan, &tell).await?),
        Only::Rebuilds => report.rebuilds = rebuild::measure(house, &report.plan, &tell).await?,
    }
    report.calibrations.extend((0..2).map(|_| calibrate()));
    report.machine.flush_us_after = flush_us(house.folder())?;
    Ok(report)
}

fn told(pass: &Pass, plan: &Plan) -> String {
    let Pass { repeat, callers, mode, per_second, .. } = pass;
    format!("repeat {repeat}/{}: {callers} callers: {mode}: {per_second:.0} commands/s", plan.repeats)
}

struct Modes<'a> {
    meter: &'a mut Meter,
    plan: &'a Plan,
    pgbench: Pgbench,
    stock: Stock,
    guarded: Guarded,
    bus: Bus,
    grpc: Grpc,
}

impl Modes<'_> {
    /// Every mode with so many callers. Each repeat begins with another, so that none is always the first.
    async fn turns(&mut self, repeat: u32, callers: u32, tell: impl Fn(&str)) -> Result<Vec<Pass>, Failure> {
        let mut turns = vec![Turn::Pgbench, Turn::Stock, Turn::Append(1)];
        if callers == self.plan.array_callers {
            turns.extend(self.plan.arrays.iter().map(|array| Turn::Append(*array)));
        }
        turns.push(Turn::Bus);
        turns.extend([Mode::GrpcStock, Mode::GrpcRegister, Mode::GrpcTls].map(Turn::Grpc));
        let first = repeat as usize % turns.len();
        turns.rotate_left(first);
        let mut passes = Vec::new();
        for turn in turns {
            for pass in self.turn(turn, callers).await? {
                let pass = Pass { repeat, ..pass };
                tell(&told(&pass, self.plan));
                passes.push(pass);
            }
        }
        passes.sort_by_key(|pass| order(pass.mode));
        Ok(passes)
    }

    async fn turn(&mut self, turn: Turn, callers: u32) -> Result<Vec<Pass>, Failure> {
        let (meter, length) = (&mut *self.meter, self.plan.length);
        Ok(match turn {
            Turn::Pgbench => vec![self.pgbench.pass(meter, callers).await?],
            Turn::Stock => vec![self.stock.pass(meter, callers, length).await?],
            Turn::Append(array) => vec![self.guarded.pass(meter, callers, array, length).await?],
            Turn::Bus => {
                let registered = self.bus.register(meter, callers, length).await?;
                vec![registered, self.bus.renew(meter, callers, length).await?]
            }
            Turn::Grpc(mode) => vec![self.grpc.pass(meter, mode, callers, length).await?],
        })
    }
}

/// The place of a mode in the tables.
fn order(mode: Mode) -> (u8, u32) {
    match mode {
        Mode::Pgbench => (0, 0),
        Mode::Stock => (1, 0),
        Mode::Append(array) => (2, array),
        Mode::Register => (3, 0),
        Mode::Renew => (4, 0),
        Mode::GrpcStock => (5, 0),
        Mode::GrpcRegister => (6, 0),
        Mode::GrpcTls => (7, 0),
    }
}
