//! Callers at once, each with its next command as soon as the last one is answered.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::failure::Failure;
use crate::meter::{Meter, Used};

/// Calls of each caller before the clock runs: connections, plans and pages are there then.
const WARM_UP: u32 = 3;

/// Somebody who sends commands.
pub trait Caller: Send + 'static {
    /// One call, answered; how many commands it was. `None` when no prepared work is left.
    fn call(&mut self) -> impl Future<Output = Result<Option<u32>, Failure>> + Send;
}

/// What came of some callers.
#[derive(Debug)]
pub struct Driven {
    /// Commands answered.
    pub commands: u64,
    /// Seconds, processors, log.
    pub used: Used,
    /// Of each call.
    pub latencies: Vec<Duration>,
}

/// Lets the callers work for some time; the first error ends it.
pub async fn drive<C: Caller>(meter: &mut Meter, callers: Vec<C>, length: Duration) -> Result<Driven, Failure> {
    let callers = warmed(callers).await?;
    let mark = meter.mark().await?;
    let deadline = Instant::now() + length;
    let mut running = JoinSet::new();
    for mut caller in callers {
        running.spawn(async move {
            let (mut commands, mut latencies) = (0, Vec::with_capacity(1 << 14));
            let mut started = Instant::now();
            // Once at least, however late a busy machine lets us begin.
            while let Some(answered) = caller.call().await? {
                let answered_at = Instant::now();
                commands += u64::from(answered);
                latencies.push(answered_at - started);
                if answered_at >= deadline {
                    break;
                }
                started = answered_at;
            }
            Ok::<_, Failure>((commands, latencies))
        });
    }
    let mut all = Vec::new();
    while let Some(ended) = running.join_next().await {
        all.push(ended.map_err(|error| Failure::Answer(error.to_string()))??);
    }
    let used = meter.since(mark).await?;
    let commands = all.iter().map(|(commands, _)| commands).sum();
    Ok(Driven { commands, used, latencies: all.into_iter().flat_map(|(_, latencies)| latencies).collect() })
}

async fn warmed<C: Caller>(callers: Vec<C>) -> Result<Vec<C>, Failure> {
    let mut running = JoinSet::new();
    for mut caller in callers {
        running.spawn(async move {
            for _ in 0..WARM_UP {
                caller.call().await?;
            }
            Ok::<_, Failure>(caller)
        });
    }
    let mut warmed = Vec::new();
    while let Some(ended) = running.join_next().await {
        warmed.push(ended.map_err(|error| Failure::Answer(error.to_string()))??);
    }
    Ok(warmed)
}
