//! The second half of a run: a register that has become large is served, replayed, searched and followed.

use std::time::Instant;

use projection::Projection as _;
use serde::Serialize;
use views::deadlines::KeepDeadlines;

use crate::calibration::calibrate;
use crate::cost::{Cost, count_replay};
use crate::failure::Failure;
use crate::grpc::served::{Served, Watch};
use crate::house::{House, REGISTER};
use crate::lag::{self, Lagged};
use crate::meter::Meter;
use crate::modes::bus::Desk;
use crate::plan::Plan;
use crate::prefill::{self, Filling};
use crate::replay::{Logged, Replay, Replayed, Way, prepare};
use crate::search::{Searched, Searches};

/// Connections of the server for its reads.
const CONNECTIONS: u32 = 32;

/// How the shared view was filled by its runner, from the first event on.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Followed {
    /// Events of all streams.
    pub events: i64,
    /// Seconds until the view held them.
    pub seconds: f64,
}

impl Followed {
    /// Events a second.
    pub fn per_second(&self) -> f64 {
        self.events as f64 / self.seconds
    }
}

/// What it came to.
#[derive(Debug, Default, Serialize)]
pub struct Large {
    /// What was replayed.
    pub logged: Logged,
    /// What was counted of it.
    #[serde(skip)]
    pub costs: Vec<Cost>,
    /// How fast it was replayed.
    pub replays: Vec<Replayed>,
    /// How fast the view followed.
    pub followed: Followed,
    /// Demands in the list that was searched.
    pub demands: usize,
    /// How fast it was searched.
    pub searches: Vec<Searched>,
    /// How late the view was, at the rates that were tried.
    pub lags: Vec<Lagged>,
    /// The fixed piece of work, in every repeat, milliseconds.
    #[serde(skip)]
    pub calibrations: Vec<f64>,
}

/// Fills the register up, and takes the figures.
pub async fn measure(
    house: &House,
    meter: &mut Meter,
    plan: &Plan,
    desk: &Desk,
    tell: impl Fn(&str),
) -> Result<Large, Failure> {
    tell(&format!("filling the register up to {} demands", plan.demands));
    let filling = Filling { database: REGISTER, keys: house.keys(), actor: desk.actor()?, day: prefill::DAY };
    prefill::fill(house, &filling, plan.demands).await?;
    let logged = prepare(house).await?;
    let costs = count_replay(house, meter).await?;

    tell("serving it: the shared view follows from the first event on");
    let (database, owner) = (house.login(REGISTER)?, house.superuser(REGISTER)?);
    let started = Instant::now();
    let served = Served::start(desk, database, CONNECTIONS).await?;
    let mut watch = Watch::new(&owner).await?;
    let events = watch.until_caught_up().await?;
    let followed = Followed { events, seconds: started.elapsed().as_secs_f64() };
    tell(&format!("the shared view holds {events} events after {:.1} s", followed.seconds));

    let mut replay = Replay::new(house, served.address(), logged).await?;
    Watch::of(&owner, KeepDeadlines::NAME).await?.until_caught_up().await?;
    let mut searches = Searches::new(served.address(), *desk.actor()?, *desk.authority()?).await?;
    let (demands, mut replays, mut calibrations) = (searches.demands(), Vec::new(), Vec::new());
    // Repeat 0 warms the caches and is forgotten.
    for repeat in 0..=plan.repeats {
        calibrations.push(calibrate());
        let label = format!("repeat {repeat}/{}", plan.repeats);
        for way in Way::ALL {
            let replayed = replay.read(meter, way, repeat).await?;
            tell(&format!("{label}: replay: {}: {:.0} events/s", way.label(), replayed.per_second));
            replays.push(replayed);
        }
        searches.repeat(plan.searches).await?;
        tell(&format!("{label}: searches among {demands} demands"));
        if repeat == 0 {
            replays.clear();
            searches.forget();
        }
    }
    // Last, because it makes the log longer.
    let mut lags = Vec::new();
    for rate in &plan.paced {
        let lagged = lag::at_rate(served.address(), &owner, desk, *rate, plan.paced_length).await?;
        let (answered, p99) = (lagged.held_per_second, lagged.lag.p99_ms);
        tell(&format!("{rate} commands/s by the clock: {answered:.0} answered, the view behind by {p99:.1} ms at p99"));
        lags.push(lagged);
    }
    served.stop().await?;
    Ok(Large { logged, costs, replays, followed, demands, searches: searches.finish(), lags, calibrations })
}
