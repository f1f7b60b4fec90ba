//! Views built anew from a log of demands that have lived, all together and each alone, beside the stock way to do it.
//!
//! Each rebuild runs in a process of its own that does nothing else: its memory is that of the rebuild. What is timed is
//! the whole of it, from opening the views to the switch: reading, leaf hashes, opening what is sealed, folding, copying,
//! indexes, statistics of the tables. The rate is of events of the log, however many views they are folded into.

mod living;
mod stock;

use event_log::Standby;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Instant;

use register::{Place, Register, SetClock};
use serde::{Deserialize, Serialize};
use server::View;
use sqlx::{ConnectOptions as _, Connection as _, Executor as _};

use crate::daily::peak_mib;
use crate::failure::Failure;
use crate::house::{House, REBUILT};
use crate::modes::bus::{Desk, FIRST_DAY, noon};
use crate::plan::Plan;
use crate::stats::Spread;

const CONNECTIONS: u32 = 4;
const LOGGED: &str = "SELECT count(*), count(DISTINCT stream) FROM log.events WHERE stream_type = 'demand'";

/// One rebuild.
#[derive(Clone, Debug, Serialize)]
pub struct Rebuilt {
    /// The views, by the names of their projections.
    pub views: String,
    /// The repeat, from 1.
    pub repeat: u32,
    /// Events of the log, of whatever kind.
    pub events: u64,
    /// Seconds.
    pub seconds: f64,
    /// The most memory that its process took, where that can be told.
    pub peak_mib: Option<f64>,
    /// Events a second of the stock replay in the same repeat.
    pub stock_per_second: f64,
}

impl Rebuilt {
    /// Events a second.
    pub fn per_second(&self) -> f64 {
        self.events as f64 / self.seconds
    }
}

/// What it came to.
#[derive(Debug, Default, Serialize)]
pub struct Rebuilds {
    /// Events of demands in the log.
    pub events: u64,
    /// Demands.
    pub demands: u64,
    /// Events that the stock replay was measured on.
    pub stock_events: u64,
    /// Every rebuild.
    pub rebuilds: Vec<Rebuilt>,
}

/// The name of all views together.
pub const ALL: &str = "all";

impl Rebuilds {
    fn of<'a>(&'a self, views: &'a str) -> impl Iterator<Item = &'a Rebuilt> {
        self.rebuilds.iter().filter(move |rebuilt| rebuilt.views == views)
    }

    /// What was rebuilt, in the order it was.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for rebuilt in &self.rebuilds {
            if !names.contains(&rebuilt.views.as_str()) {
                names.push(&rebuilt.views);
            }
        }
        names
    }

    /// Events a second.
    pub fn rate(&self, views: &str) -> Option<Spread> {
        Spread::of(self.of(views).map(Rebuilt::per_second))
    }

    /// The same, divided by the rate of the stock replay in the same repeat.
    pub fn times_stock(&self, views: &str) -> Option<Spread> {
        Spread::of(self.of(views).map(|rebuilt| rebuilt.per_second() / rebuilt.stock_per_second))
    }

    /// Events a second of the stock replay.
    pub fn stock(&self) -> Option<Spread> {
        Spread::of(self.of(ALL).map(|rebuilt| rebuilt.stock_per_second))
    }

    /// The most memory of any.
    pub fn peak_mib(&self) -> Option<f64> {
        self.rebuilds.iter().filter_map(|rebuilt| rebuilt.peak_mib).reduce(f64::max)
    }
}

/// Makes the register, and rebuilds.
pub async fn measure(house: &House, plan: &Plan, tell: impl Fn(&str)) -> Result<Rebuilds, Failure> {
    tell(&format!("a register of {} demands that have lived, for rebuilds", plan.rebuilt_demands));
    let desk = Desk::new(house.login(REBUILT)?, house.rebuilt_keys()).await?;
    living::fill(house.login(REBUILT)?, house.rebuilt_keys(), desk.actor()?, plan.rebuilt_demands).await?;
    let mut connection = house.superuser(REBUILT)?.connect().await?;
    connection.execute("VACUUM (ANALYZE) log.events").await?;
    let (events, demands): (i64, i64) = sqlx::query_as(LOGGED).fetch_one(&mut connection).await?;
    connection.close().await?;
    let mut rebuilds =
        Rebuilds { events: events.unsigned_abs(), demands: demands.unsigned_abs(), ..Rebuilds::default() };
    let mut turns = vec![ALL];
    turns.extend(View::ALL.iter().map(|(name, _)| *name));
    for repeat in 1..=plan.rebuilds {
        let (stock_events, seconds) = stock::replay(house.superuser(REBUILT)?, plan.stock_events).await?;
        let stock_per_second = stock_events as f64 / seconds;
        rebuilds.stock_events = stock_events;
        tell(&format!("repeat {repeat}/{}: stock QueryReplay: {stock_per_second:.0} events/s", plan.rebuilds));
        for views in &turns {
            let Ran { events, seconds, peak_mib } = in_a_process_of_its_own(house, views).await?;
            let rebuilt = Rebuilt { views: (*views).to_owned(), repeat, events, seconds, peak_mib, stock_per_second };
            let rate = rebuilt.per_second();
            tell(&format!("repeat {repeat}/{}: rebuild of {views}: {rate:.0} events/s", plan.rebuilds));
            rebuilds.rebuilds.push(rebuilt);
        }
    }
    Ok(rebuilds)
}

/// What the process tells that does nothing else.
#[derive(Serialize, Deserialize)]
struct Ran {
    events: u64,
    seconds: f64,
    peak_mib: Option<f64>,
}

async fn in_a_process_of_its_own(house: &House, views: &str) -> Result<Ran, Failure> {
    let program = std::env::current_exe().map_err(Failure::io("finding this program"))?;
    let (database, keys) = (house.login_url(REBUILT), house.rebuilt_keys());
    let told = tokio::process::Command::new(program)
        .arg("--run-rebuild")
        .args([database.as_ref(), keys.as_os_str(), views.as_ref()])
        .stderr(Stdio::inherit())
        .output()
        .await
        .map_err(Failure::io("starting a rebuild"))?;
    serde_json::from_slice(&told.stdout).map_err(|error| Failure::Answer(format!("a rebuild: {error}")))
}

/// Rebuilds views of a register, and tells of it on standard output.
pub async fn run_rebuild(database: &str, keys: &Path, views: &str) -> Result<(), Failure> {
    let clock = Arc::new(SetClock::at(noon(FIRST_DAY)));
    let place = Place {
        database: database.parse()?,
        keys: keys.to_owned(),
        connections: CONNECTIONS,
        standby: Standby::NotAsked,
        clock,
    };
    let register = Register::open(place.clone()).await?;
    let known = View::ALL.iter().filter(|(name, _)| views == ALL || *name == views);
    let chosen: Vec<View> = known.map(|(_, view)| *view).collect();
    let started = Instant::now();
    let positions = server::rebuild(&register, &place, &chosen, &|_| {}).await?;
    let seconds = started.elapsed().as_secs_f64();
    let events = positions.iter().map(|position| position.get().unsigned_abs()).min().unwrap_or_default();
    let ran = Ran { events, seconds, peak_mib: peak_mib() };
    println!("{}", serde_json::to_string(&ran).map_err(|error| Failure::Answer(error.to_string()))?);
    Ok(())
}
