//! One simulation from its beginning to its end.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use event_log::memory::{Kind, MemoryLog};
use jiff::Timestamp;
use nomenclature::Actor;
use register::memory::MemoryDatabase;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::check;
use crate::client::Client;
use crate::crash::{Calendar, days_go_by, processes_die};
use crate::dice::Dice;
use crate::ledger::{Ledger, Told};
use crate::panics;
use crate::plan::Plan;
use crate::process::{House, Process};
use crate::watcher::{Seen, watch};
use crate::wire::{Lagging, Shared, Weather, beside};
use crate::workload::{DESKS, ORGANISATIONS};

/// For so long a process must be dead until its keys are nobody's (`vault::DEAD_FOR_SAFETY`).
const DEAD_FOR_SAFETY: Duration = Duration::from_secs(600);
/// Longer than any message takes, and any patience.
const SETTLES: Duration = Duration::from_secs(20);

/// What was lived through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lived {
    /// How much of what happened.
    pub told: Told,
    /// Every event: which stream, which type.
    pub history: Vec<(String, String)>,
}

/// Lives through a plan.
///
/// # Errors
/// Everything that must never be and was.
pub fn run(plan: Plan) -> Result<Lived, Vec<String>> {
    panics::listen();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let lived = match runtime {
        Ok(runtime) => runtime.block_on(live(plan)),
        Err(error) => Err(vec![error.to_string()]),
    };
    match (lived, panics::heard()) {
        (lived, panics) if panics.is_empty() => lived,
        (Ok(_), panics) => Err(panics),
        (Err(faults), panics) => Err(faults.into_iter().chain(panics).collect()),
    }
}

async fn live(plan: Plan) -> Result<Lived, Vec<String>> {
    let use_of = |r#use| Dice::of(plan.seed, r#use);
    let shared = |r#use| Shared::of(plan.seed, r#use);
    let weather = Weather::new(plan.trouble.lost);
    // 2026-11-23, before noon.
    let first = Timestamp::from_second(1_795_431_600).unwrap_or(Timestamp::UNIX_EPOCH);
    let calendar = Arc::new(Calendar::new(first));
    let house = House {
        log: MemoryLog::default(),
        database: MemoryDatabase::new(plan.seed, beside(shared(1), weather.clone())),
        clock: calendar.clone(),
        weather: weather.clone(),
        dice: shared(2),
    };
    let failed = |error: register::Error| vec![format!("in calm weather: {error}")];
    let helper = house.helper().await.map_err(failed)?;
    for line in ORGANISATIONS {
        let line = serde_json::from_str(line).map_err(|error| vec![error.to_string()])?;
        helper.import_organisation(line).await.map_err(failed)?;
    }
    let entered = helper.reader().head().await.map_err(|error| failed(error.into()))?;
    let processes: Arc<Vec<Process>> = Arc::new((0..plan.processes).map(|_| Process::new(house.clone())).collect());
    for process in processes.iter() {
        process.start().await;
    }

    weather.set_rough(true);
    let ledger: Arc<Mutex<Ledger>> = Arc::default();
    let seen = Seen::default();
    let lagging = Lagging { dice: shared(3), weather: weather.clone(), seen: Mutex::default() };
    let mut watcher = JoinSet::new();
    watcher.spawn(watch(house.log.reader(lagging), Arc::clone(&seen), Arc::clone(&ledger)));
    let mut around = JoinSet::new();
    if plan.trouble.crashes {
        around.spawn(processes_die(use_of(4), Arc::clone(&processes), Arc::clone(&ledger)));
    }
    if plan.trouble.days {
        around.spawn(days_go_by(use_of(5), calendar));
    }
    let mut clients = JoinSet::new();
    for (nth, desk) in (0..plan.clients).zip(DESKS.iter().cycle()) {
        let actor = Actor::parse(desk.actor).map_err(|_| vec!["an actor of the table".to_owned()])?;
        let (processes, ledger) = (Arc::clone(&processes), Arc::clone(&ledger));
        let client = Client { dice: use_of(100 + nth), desk: *desk, actor, processes, ledger };
        clients.spawn(client.live(plan.steps));
    }
    while let Some(lived) = clients.join_next().await {
        lived.map_err(|error| vec![error.to_string()])?;
    }
    around.shutdown().await;
    weather.set_rough(false);
    // What dead processes had sent arrives, and the reader sees the rest.
    sleep(SETTLES).await;
    watcher.shutdown().await;

    let events = check::events(&house.log.reader(Kind)).await?;
    let mut ledger = std::mem::take(&mut *ledger.lock().unwrap_or_else(PoisonError::into_inner));
    let seen = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
    if seen != events {
        ledger.fault(format!("a reader saw {} events that are not the log's {}", seen.len(), events.len()));
    }
    // Nothing is known any more but what was kept. Keys that the dead had drawn are destroyed, those that no stream names.
    processes.iter().for_each(Process::kill);
    drop((helper, house.helper().await.map_err(failed)?));
    sleep(DEAD_FOR_SAFETY + SETTLES).await;
    let fresh = house.helper().await.map_err(failed)?;
    check::all(&fresh, entered, &mut ledger).await?;
    if ledger.faults.is_empty() {
        let history = events.iter().map(|event| (event.stream.to_string(), event.event_type.clone())).collect();
        Ok(Lived { told: ledger.told, history })
    } else {
        Err(ledger.faults)
    }
}
