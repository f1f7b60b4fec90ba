//! All figures of a run, and what is computed from them.

use serde::Serialize;

use crate::calibration::REFERENCE_MS;
use crate::cost::Cost;
use crate::daily::Daily;
use crate::doors::Doors;
use crate::figures::Figures;
use crate::import::Imported;
use crate::large::Large;
use crate::machine::Machine;
use crate::modes::{Mode, Pass};
use crate::plan::Plan;
use crate::rebuild::Rebuilds;
use crate::replay::Way;
use crate::stats::Spread;

/// A run.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Where.
    pub machine: Machine,
    /// How much.
    pub plan: Plan,
    /// What was counted.
    pub costs: Vec<Cost>,
    /// What was timed.
    pub passes: Vec<Pass>,
    /// What rights and the record cost.
    pub doors: Option<Doors>,
    /// What the register was once it was large.
    pub large: Large,
    /// What a day took, where one was run.
    pub daily: Option<Daily>,
    /// What an import took, where one was done.
    pub import: Option<Imported>,
    /// Monthly statistics, where they were asked for.
    pub figures: Option<Figures>,
    /// How fast views were built anew.
    pub rebuilds: Rebuilds,
    /// The fixed piece of work, in every repeat, milliseconds.
    pub calibrations: Vec<f64>,
}

/// One mode with so many callers, over all repeats.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The mode.
    pub mode: Mode,
    /// Callers at once.
    pub callers: u32,
    /// Commands a second.
    pub per_second: Spread,
    /// Events a second.
    pub events_per_second: Spread,
    /// Commands a second, as a share of pgbench's in the same repeat.
    pub of_pgbench: Option<Spread>,
    /// Commands a second, times those of the stock framework reached by the same way, in the same repeat.
    pub times_stock: Option<Spread>,
    /// Half of the calls are faster.
    pub p50_ms: Option<Spread>,
    /// One call in a hundred is slower.
    pub p99_ms: Option<Spread>,
    /// Mean of the calls.
    pub mean_ms: Option<Spread>,
    /// Processor time of the server, a command.
    pub server_us: Option<Spread>,
    /// Processor time of the client, a command.
    pub client_us: Option<Spread>,
    /// Write-ahead log, a command.
    pub wal_bytes: Option<Spread>,
}

/// What one mode costs beyond another, with so many callers, over all repeats.
#[derive(Debug)]
pub struct Price {
    /// Callers at once.
    pub callers: u32,
    /// Commands a second, times those of the other.
    pub rate: Spread,
    /// What a caller waits longer, in the mean, microseconds.
    pub mean_us: Option<Spread>,
    /// Processor time of caller and server, microseconds a command.
    pub program_us: Option<Spread>,
    /// That of PostgreSQL.
    pub database_us: Option<Spread>,
}

impl Report {
    /// The passes of one mode with so many callers.
    fn of(&self, mode: Mode, callers: u32) -> impl Iterator<Item = &Pass> {
        self.passes.iter().filter(move |pass| pass.mode == mode && pass.callers == callers)
    }

    /// Commands a second of one mode, divided by those of another, each inside one repeat.
    pub fn ratio(&self, mode: Mode, base: Mode, callers: u32) -> Option<Spread> {
        let ratios = self.of(mode, callers).filter_map(|pass| {
            let base = self.of(base, callers).find(|base| base.repeat == pass.repeat)?;
            Some(pass.per_second / base.per_second)
        });
        Spread::of(ratios)
    }

    /// What a command of one mode costs beyond that of another, each inside one repeat.
    pub fn price(&self, mode: Mode, base: Mode, callers: u32) -> Option<Price> {
        let rate = self.ratio(mode, base, callers)?;
        let beyond = |figure: fn(&Pass) -> Option<f64>| {
            Spread::of(self.of(mode, callers).filter_map(|pass| {
                let base = self.of(base, callers).find(|base| base.repeat == pass.repeat)?;
                Some(figure(pass)? - figure(base)?)
            }))
        };
        Some(Price {
            callers,
            rate,
            mean_us: beyond(|pass| Some(pass.mean_ms? * 1e3)),
            program_us: beyond(|pass| Some(pass.a_command(pass.client_cpu?) * 1e6)),
            database_us: beyond(|pass| Some(pass.a_command(pass.server_cpu?) * 1e6)),
        })
    }

    /// Events a second of one way to replay.
    pub fn replay_rate(&self, way: Way) -> Option<Spread> {
        Spread::of(self.large.replays.iter().filter(|replay| replay.way == way).map(|replay| replay.per_second))
    }

    /// Events a second of one way to replay, divided by those of another, each inside one repeat.
    pub fn replay_ratio(&self, way: Way, base: Way) -> Option<Spread> {
        let of = |way: Way| self.large.replays.iter().filter(move |replay| replay.way == way);
        Spread::of(of(way).filter_map(|replay| {
            let base = of(base).find(|base| base.repeat == replay.repeat)?;
            Some(replay.per_second / base.per_second)
        }))
    }

    /// Processor time of the client for an event of one way to replay, in microseconds.
    pub fn replay_client_us(&self, way: Way) -> Option<Spread> {
        let of = self.large.replays.iter().filter(|replay| replay.way == way);
        Spread::of(of.filter_map(|replay| Some(replay.client_cpu? / replay.events as f64 * 1e6)))
    }

    /// The same of the server.
    pub fn replay_server_us(&self, way: Way) -> Option<Spread> {
        let of = self.large.replays.iter().filter(|replay| replay.way == way);
        Spread::of(of.filter_map(|replay| Some(replay.server_cpu? / replay.events as f64 * 1e6)))
    }

    /// One counted command.
    pub fn cost(&self, what: &str) -> Option<&Cost> {
        self.costs.iter().find(|cost| cost.what == what)
    }

    /// Cores that others took while something was timed.
    pub fn foreign_cores(&self) -> Option<Spread> {
        let passes = self.passes.iter().filter_map(|pass| pass.foreign_cores);
        Spread::of(passes.chain(self.large.replays.iter().filter_map(|replay| replay.foreign_cores)))
    }

    /// What the fixed piece of work took.
    pub fn calibration(&self) -> Spread {
        let reference = Spread { min: REFERENCE_MS, median: REFERENCE_MS, max: REFERENCE_MS };
        Spread::of(self.calibrations.iter().copied()).unwrap_or(reference)
    }

    /// How many times slower a core is than on the machine that absolute bounds were set on. A faster one counts as equal:
    /// a disk does not become faster with it.
    pub fn slowness(&self) -> f64 {
        (self.calibration().median / REFERENCE_MS).max(1.0)
    }

    /// The timed modes, by callers.
    pub fn rows(&self) -> Vec<Row> {
        let mut keys: Vec<(u32, Mode)> = Vec::new();
        for pass in self.passes.iter().filter(|pass| pass.repeat == 1) {
            if !keys.contains(&(pass.callers, pass.mode)) {
                keys.push((pass.callers, pass.mode));
            }
        }
        keys.into_iter().filter_map(|(callers, mode)| self.row(mode, callers)).collect()
    }

    fn row(&self, mode: Mode, callers: u32) -> Option<Row> {
        let over = |figure: fn(&Pass) -> Option<f64>| Spread::of(self.of(mode, callers).filter_map(figure));
        Some(Row {
            mode,
            callers,
            per_second: over(|pass| Some(pass.per_second))?,
            events_per_second: over(|pass| Some(pass.per_second * pass.a_command(pass.events as f64)))?,
            of_pgbench: self.ratio(mode, Mode::Pgbench, callers),
            times_stock: self.ratio(mode, mode.peer(), callers),
            p50_ms: over(|pass| pass.p50_ms),
            p99_ms: over(|pass| pass.p99_ms),
            mean_ms: over(|pass| pass.mean_ms),
            server_us: over(|pass| pass.server_cpu.map(|cpu| pass.a_command(cpu) * 1e6)),
            client_us: over(|pass| pass.client_cpu.map(|cpu| pass.a_command(cpu) * 1e6)),
            wal_bytes: over(|pass| Some(pass.a_command(pass.wal_bytes as f64))),
        })
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::large::Followed;
    use crate::meter::Used;
    use crate::replay::Logged;

    fn pass(mode: Mode, repeat: u32, per_second: f64) -> Pass {
        let used = Used { seconds: 1.0, cpu: None, wal_bytes: 0 };
        Pass { repeat, per_second, commands: 10, events: 20, ..Pass::of(mode, 8, used) }
    }

    /// A run of two repeats; the second on a machine half as fast.
    pub fn report(stock: f64, append: f64) -> Report {
        let passes = [(1, 1.0), (2, 0.5)].into_iter().flat_map(|(repeat, speed)| {
            [(Mode::Pgbench, 1_000.0), (Mode::Stock, stock), (Mode::Append(64), append)]
                .map(|(mode, rate)| pass(mode, repeat, rate * speed))
        });
        let machine = Machine {
            day: jiff::civil::date(2026, 2, 2),
            cores: 2,
            processor: "none".to_owned(),
            memory_gib: 1,
            postgresql: "15".to_owned(),
            settings: Vec::new(),
            in_memory: false,
            flush_us_before: 1.0,
            flush_us_after: 1.0,
            load_average: String::new(),
        };
        let large = Large {
            logged: Logged { events: 0, payload_bytes: 0.0, sealed_bytes: 0.0 },
            costs: Vec::new(),
            replays: Vec::new(),
            followed: Followed { events: 0, seconds: 1.0 },
            demands: 0,
            searches: Vec::new(),
            lags: Vec::new(),
            calibrations: Vec::new(),
        };
        let (costs, calibrations) = (Vec::new(), vec![2.0 * REFERENCE_MS]);
        Report {
            machine,
            plan: Plan::smoke(),
            costs,
            passes: passes.collect(),
            doors: None,
            large,
            daily: None,
            import: None,
            figures: None,
            rebuilds: Rebuilds::default(),
            calibrations,
        }
    }

    #[test]
    fn a_slow_machine_is_forgiven_and_a_fast_one_is_not_taxed() {
        let slow = report(1.0, 1.0);
        assert_eq!(slow.slowness(), 2.0);
        assert_eq!(Report { calibrations: vec![REFERENCE_MS / 4.0], ..slow }.slowness(), 1.0);
    }

    #[test]
    fn ratios_are_taken_inside_a_repeat() {
        let report = report(250.0, 750.0);
        let ratio = report.ratio(Mode::Append(64), Mode::Stock, 8).unwrap();
        assert_eq!((ratio.min, ratio.max), (3.0, 3.0));
        assert_eq!(report.ratio(Mode::Append(64), Mode::Stock, 32), None);
        let row = report.row(Mode::Append(64), 8).unwrap();
        assert_eq!((row.per_second.min, row.per_second.max), (375.0, 750.0));
        assert_eq!(row.events_per_second.max, 1_500.0);
    }

    #[test]
    fn a_price_is_a_difference_inside_a_repeat() {
        let mut report = report(250.0, 750.0);
        for pass in &mut report.passes {
            let us = if pass.mode == Mode::Stock { 30.0 } else { 40.0 } * f64::from(pass.repeat);
            (pass.client_cpu, pass.mean_ms) = (Some(10.0 * us / 1e6), Some(us / 1e3));
        }
        let price = report.price(Mode::Append(64), Mode::Stock, 8).unwrap();
        let beyond = price.program_us.unwrap();
        assert!((beyond.min - 10.0).abs() < 1e-6 && (beyond.max - 20.0).abs() < 1e-6, "{beyond:.3}");
        assert!((price.mean_us.unwrap().max - 20.0).abs() < 1e-6);
        assert_eq!((price.rate.median, price.database_us), (3.0, None));
        assert!(report.price(Mode::Append(64), Mode::Stock, 32).is_none());
    }
}
