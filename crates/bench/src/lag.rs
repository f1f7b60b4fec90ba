//! From commit to visible: registrations sent by the clock, and a look every millisecond at how far the view is.
//!
//! The load is open: a command is sent when it is due, whether or not the ones before it are answered, and what it waits
//! counts from when it was due. A server that stalls cannot thereby slow down those who measure it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::failure::Failure;
use crate::grpc::served::Watch;
use crate::modes::bus::Desk;
use crate::modes::grpc::{Registrar, ready};
use crate::stats::percentile_ms;

/// Connections that the commands take in turns.
const CONNECTIONS: u32 = 16;
/// Commands under way at once: below the server's own limit, which would refuse. Those beyond wait, and their time runs.
const UNDER_WAY: usize = 200;
/// For the view, after the last answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Of the rate asked for, to be called held.
const HELD: f64 = 0.98;

/// Percentiles of one kind of wait.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Waits {
    /// Half are shorter.
    pub p50_ms: f64,
    /// One in a hundred is longer.
    pub p99_ms: f64,
    /// The longest.
    pub max_ms: f64,
}

impl Waits {
    /// Of none there are none.
    pub fn of(mut waits: Vec<Duration>) -> Option<Self> {
        Some(Self {
            p50_ms: percentile_ms(&mut waits, 0.5)?,
            p99_ms: percentile_ms(&mut waits, 0.99)?,
            max_ms: percentile_ms(&mut waits, 1.0)?,
        })
    }
}

/// What one rate came to.
#[derive(Clone, Debug, Serialize)]
pub struct Lagged {
    /// Commands a second, by the clock.
    pub asked_per_second: u32,
    /// Commands a second, answered.
    pub held_per_second: f64,
    /// Commands.
    pub commands: usize,
    /// From the commit's answer until the view holds the command; true to a look, and never below zero.
    pub lag: Waits,
    /// From when the command was due until its answer.
    pub answer: Waits,
}

impl Lagged {
    /// Whether the rate asked for was held.
    pub fn held(&self) -> bool {
        self.held_per_second >= HELD * f64::from(self.asked_per_second)
    }
}

/// One command, answered.
struct Sent {
    due: Instant,
    answered: Instant,
    position: i64,
}

/// Sends at a rate for some time, and tells how late answers and view were.
pub async fn at_rate(
    server: SocketAddr,
    database: &PgConnectOptions,
    desk: &Desk,
    rate: u32,
    length: Duration,
) -> Result<Lagged, Failure> {
    let commands = (length.as_secs_f64() * f64::from(rate)).ceil() as u32;
    let waiting = ready(desk, (commands + CONNECTIONS) as usize)?;
    let mut callers = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut caller = Registrar::connect(server, desk, &waiting).await?;
        // Connections and plans are there when the clock starts.
        caller.register().await?;
        callers.push(caller);
    }
    let mut view = Watch::new(database).await?;
    view.until_caught_up().await?;
    let (last, told) = watch::channel(None);
    let looking = tokio::spawn(look(view, told));

    let started = Instant::now();
    let places = Arc::new(Semaphore::new(UNDER_WAY));
    let mut running = JoinSet::new();
    for (nth, caller) in (0..commands).zip(callers.iter().cycle()) {
        let due = started + Duration::from_secs_f64(f64::from(nth) / f64::from(rate));
        tokio::time::sleep_until(due.into()).await;
        running.spawn(send(caller.clone(), Arc::clone(&places), due));
    }
    let mut all = Vec::new();
    while let Some(ended) = running.join_next().await {
        all.push(ended.map_err(|error| Failure::Answer(error.to_string()))??);
    }
    let took = all.iter().map(|sent| sent.answered - started).max().unwrap_or_default();
    last.send_replace(all.iter().map(|sent| sent.position).max());
    let late = |_| Failure::Answer("the shared view does not catch up".to_owned());
    let seen = tokio::time::timeout(PATIENCE, looking).await.map_err(late)?;
    let seen = seen.map_err(|error| Failure::Answer(error.to_string()))??;

    let lag =
        all.iter().map(|sent| visible(&seen, sent.position).map(|at| at.saturating_duration_since(sent.answered)));
    let lag = lag.collect::<Option<Vec<_>>>().and_then(Waits::of);
    let answer = Waits::of(all.iter().map(|sent| sent.answered - sent.due).collect());
    let (Some(lag), Some(answer)) = (lag, answer) else {
        return Err(Failure::Answer("a command was never seen".to_owned()));
    };
    Ok(Lagged {
        asked_per_second: rate,
        held_per_second: all.len() as f64 / took.max(length).as_secs_f64(),
        commands: all.len(),
        lag,
        answer,
    })
}

async fn send(mut caller: Registrar, places: Arc<Semaphore>, due: Instant) -> Result<Sent, Failure> {
    let _place = places.acquire_owned().await.map_err(|error| Failure::Answer(error.to_string()))?;
    let position = caller.register().await?;
    let answered = Instant::now();
    let position = position.ok_or_else(|| Failure::Answer("no request was left".to_owned()))?;
    Ok(Sent { due, answered, position })
}

/// Notes when the view moved, until it has reached the last position, once that is told.
async fn look(mut view: Watch, told: watch::Receiver<Option<i64>>) -> Result<Vec<(i64, Instant)>, Failure> {
    let mut seen: Vec<(i64, Instant)> = Vec::new();
    loop {
        let position = view.look_again().await?;
        if seen.last().is_none_or(|(before, _)| *before < position) {
            seen.push((position, Instant::now()));
        }
        if told.borrow().is_some_and(|last| position >= last) {
            return Ok(seen);
        }
    }
}

/// When the view was first seen to hold a position.
fn visible(seen: &[(i64, Instant)], position: i64) -> Option<Instant> {
    seen.get(seen.partition_point(|(reached, _)| *reached < position)).map(|(_, at)| *at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_visible_from_the_first_look_that_reaches_it() {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let seen = [(4, at(1)), (9, at(5))];
        assert_eq!(visible(&seen, 3), Some(at(1)));
        assert_eq!(visible(&seen, 4), Some(at(1)));
        assert_eq!(visible(&seen, 5), Some(at(5)));
        assert_eq!(visible(&seen, 10), None);
    }
}
