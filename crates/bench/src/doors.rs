//! What stands between a caller and a row: the wire, the right that is asked first, and the record of who looked.
//!
//! The last two in process, because through gRPC they are lost in the spread of a call.

use std::time::{Duration, Instant};

use access::Purpose;
use nomenclature::UniqueNumber;
use register::{Budgets, Look, LookKind};
use serde::Serialize;
use tokio::task::JoinSet;

use crate::failure::Failure;
use crate::house::{House, SERVED};
use crate::lag::Waits;
use crate::meter::Meter;
use crate::modes::bus::Desk;
use crate::plan::Plan;
use crate::wire::{self, Wire};

/// Who look at once.
const READERS: usize = 8;
/// Demands that a look tells of: a page of answers.
const SHOWN: usize = 50;
/// Nothing here waits for so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// What they cost.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Doors {
    /// Rights that were asked.
    pub rights: u32,
    /// How long each took: the directory's look-up, and the decision.
    pub right: Waits,
    /// Looks that were entered.
    pub looks: u32,
    /// How long each kept its answer back.
    pub entry: Waits,
    /// Looks a second, by eight at once, until they stand in the database.
    pub looks_per_second: f64,
    /// Write-ahead log of a look.
    pub wal_bytes: f64,
    /// What mutual TLS costs.
    pub wire: Wire,
}

/// Measures them.
pub async fn measure(
    house: &House,
    meter: &mut Meter,
    plan: &Plan,
    desk: &Desk,
    tell: impl Fn(&str),
) -> Result<Doors, Failure> {
    tell(&format!("{} calls, {} connections in the clear and over mutual TLS", plan.calls, plan.connections));
    let wire = wire::measure(house, plan, desk).await?;
    tell(&format!("{} rights, {} looks", plan.rights, plan.looks));
    let budgets = Budgets { account: u32::MAX, organisation: u32::MAX, ..Budgets::default() };
    let register = desk.open(house.login(SERVED)?, 4).await?.answering_many(budgets).await?;
    let mut rights = Vec::new();
    for at in 0..plan.rights as usize + desk.actors().len() {
        let Some(actor) = desk.actors().get(at % desk.actors().len().max(1)) else { continue };
        let began = Instant::now();
        let _ = register.permit_wherever(actor).await?;
        rights.push(began.elapsed());
    }
    // The first of each reads what the others find.
    rights.drain(..desk.actors().len());

    let number = UniqueNumber::parse("1110318016982G1104").map_err(|error| Failure::Answer(error.to_string()))?;
    let mark = meter.mark().await?;
    let mut readers = JoinSet::new();
    for _ in 0..READERS {
        let (register, actor) = (register.clone(), *desk.actor()?);
        let each = plan.looks as usize / READERS;
        readers.spawn(async move {
            let mut took = Vec::with_capacity(each);
            for _ in 0..each {
                let look = Look {
                    territory: Some(number.territory()),
                    shown: vec![(number, 1); SHOWN],
                    ..Look::of(LookKind::Search, Purpose::Attribution)
                };
                let began = Instant::now();
                register.record(&actor, look).await?;
                took.push(began.elapsed());
            }
            Ok::<_, register::Error>(took)
        });
    }
    let mut entries = Vec::new();
    while let Some(ended) = readers.join_next().await {
        entries.extend(ended.map_err(|error| Failure::Answer(error.to_string()))??);
    }
    let late = |left| Failure::Answer(format!("{left} looks are not recorded"));
    register.drain_record(PATIENCE).await.map_err(late)?;
    let used = meter.since(mark).await?;
    let (asked, looks) = (count(&rights), count(&entries));
    let nothing = || Failure::Answer("nothing was measured".to_owned());
    Ok(Doors {
        rights: asked,
        right: Waits::of(rights).ok_or_else(nothing)?,
        looks,
        entry: Waits::of(entries).ok_or_else(nothing)?,
        looks_per_second: f64::from(looks) / used.seconds,
        wal_bytes: used.wal_bytes as f64 / f64::from(looks.max(1)),
        wire,
    })
}

fn count(waits: &[Duration]) -> u32 {
    u32::try_from(waits.len()).unwrap_or(u32::MAX)
}
