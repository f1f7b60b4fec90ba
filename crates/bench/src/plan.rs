//! How much is measured.

use std::time::Duration;

use serde::Serialize;

/// The size of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// How often every pass is taken; ratios are taken inside one repeat.
    pub repeats: u32,
    /// Length of a pass.
    #[serde(skip)]
    pub length: Duration,
    /// Length of a pgbench pass: whole seconds.
    pub pgbench_seconds: u64,
    /// Callers at once.
    pub callers: Vec<u32>,
    /// Callers at once for arrays of several commands.
    pub array_callers: u32,
    /// Commands a call.
    pub arrays: Vec<u32>,
    /// Demands in the register that is replayed and searched; what the passes left is filled up to so many.
    pub demands: u32,
    /// Searches of each shape in one repeat.
    pub searches: u32,
    /// Commands a second, sent by the clock while the lag of the view is measured: one rate after the other.
    pub paced: Vec<u32>,
    /// For how long each.
    #[serde(skip)]
    pub paced_length: Duration,
    /// Demands in the register over which a day is run.
    pub daily_demands: u32,
    /// Of them, those due for a notice; half as many are due for radiation.
    pub daily_notices: u32,
    /// Demands of the file that is imported, three acts each.
    pub import_demands: u32,
    /// Demands in the log that monthly figures are asked of.
    pub figures_demands: u32,
    /// Questions of each kind.
    pub figures_calls: u32,
    /// Demands in the register whose views are rebuilt; each has some twelve events.
    pub rebuilt_demands: u32,
    /// How often they are rebuilt.
    pub rebuilds: u32,
    /// Events that the stock replay is measured on.
    pub stock_events: u32,
    /// Rights that are asked, in process.
    pub rights: u32,
    /// Looks that are entered in the record.
    pub looks: u32,
    /// Calls in the clear and over mutual TLS.
    pub calls: usize,
    /// Connections of both kinds.
    pub connections: usize,
    /// Commands whose round trips, flushes and allocations are counted.
    pub counted: u32,
}

impl Plan {
    /// What `make bench` does.
    pub fn standard() -> Self {
        Self {
            repeats: 5,
            length: Duration::from_secs(2),
            pgbench_seconds: 2,
            callers: vec![1, 8, 32],
            array_callers: 8,
            arrays: vec![16, 64],
            demands: 300_000,
            searches: 200,
            paced: vec![250, 500, 750, 1_000],
            paced_length: Duration::from_secs(10),
            daily_demands: 300_000,
            daily_notices: 3_000,
            import_demands: 100_000,
            figures_demands: 1_000_000,
            figures_calls: 400,
            rebuilt_demands: 50_000,
            rebuilds: 3,
            stock_events: 20_000,
            rights: 100_000,
            looks: 40_000,
            calls: 5_000,
            connections: 200,
            counted: 400,
        }
    }

    /// About three minutes.
    pub fn quick() -> Self {
        Self {
            repeats: 3,
            length: Duration::from_millis(700),
            pgbench_seconds: 1,
            demands: 10_000,
            searches: 100,
            paced: vec![250, 500, 1_000],
            paced_length: Duration::from_secs(3),
            daily_demands: 30_000,
            import_demands: 10_000,
            figures_demands: 50_000,
            figures_calls: 200,
            rebuilt_demands: 10_000,
            rebuilds: 1,
            rights: 20_000,
            looks: 8_000,
            calls: 1_000,
            connections: 100,
            counted: 100,
            ..Self::standard()
        }
    }

    /// Seconds; for the test that everything still runs.
    pub fn smoke() -> Self {
        Self {
            repeats: 1,
            length: Duration::from_millis(100),
            callers: vec![2],
            array_callers: 2,
            demands: 300,
            searches: 3,
            paced: vec![50],
            paced_length: Duration::from_millis(400),
            daily_demands: 100,
            daily_notices: 20,
            import_demands: 60,
            figures_demands: 3_000,
            figures_calls: 4,
            rebuilt_demands: 60,
            stock_events: 100,
            rights: 100,
            looks: 80,
            calls: 20,
            connections: 3,
            counted: 10,
            ..Self::quick()
        }
    }
}
