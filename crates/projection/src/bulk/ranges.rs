//! All streams, range by range, by as many workers as there are cores.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use event_log::{Position, Reader, StreamRange, StreamWalk};
use sqlx::{PgConnection, PgPool};
use tokio::task::JoinSet;

use super::{Opening, Worker};
use crate::owner::{WORKERS, lock_shared, unlock_shared};
use crate::place::Slot;
use crate::postgres;
use crate::{Error, Rebuilding};

/// A range is about this long, so that the last ones end together.
const EVENTS_A_RANGE: i64 = 10_000;
const MOST_RANGES: i64 = 1_024;
/// What a worker keeps in memory of each view before it copies.
const BYTES: usize = 1 << 20;
/// Between two words of the progress.
const TOLD: Duration = Duration::from_millis(100);

/// What the workers share.
struct Work {
    ranges: Mutex<VecDeque<StreamRange>>,
    read: AtomicU64,
    stop: AtomicBool,
    up_to: Position,
    page: u32,
}

impl Work {
    fn next(&self) -> Option<StreamRange> {
        self.ranges.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

/// Folds every stream up to a position into tables that are empty, for as many views at once as `workers` makes.
///
/// Every position is read exactly once: the ranges hold every stream once, versions follow each other, and the events
/// that were read are as many as the position says.
pub(crate) async fn build(
    reader: &Reader,
    pool: &PgPool,
    (up_to, page): (Position, u32),
    workers: impl Fn() -> Vec<Box<dyn Worker>>,
    told: &(dyn Fn(Rebuilding) + Send + Sync),
) -> Result<(), Error> {
    let cores = available_parallelism().map_or(1, usize::from);
    // While one waits for the server, another one folds.
    let count = cores + 1;
    let least = i64::try_from(4 * count).unwrap_or(i64::MAX);
    let ranges = (up_to.get() / EVENTS_A_RANGE).clamp(least, MOST_RANGES.max(least));
    let ranges = reader.stream_ranges(up_to, u32::try_from(ranges).unwrap_or(u32::MAX)).await?;
    let work = Arc::new(Work {
        ranges: Mutex::new(ranges.into()),
        read: AtomicU64::new(0),
        stop: AtomicBool::new(false),
        up_to,
        page,
    });
    let mut running = JoinSet::new();
    for _ in 0..count {
        let (work, pool, views) = (Arc::clone(&work), pool.clone(), workers());
        running.spawn(async move {
            let done = run(&work, &pool, views).await;
            work.stop.fetch_or(done.is_err(), Ordering::Relaxed);
            done
        });
    }
    let mut fault = None;
    loop {
        let ended = tokio::select! {
            ended = running.join_next() => ended,
            () = tokio::time::sleep(TOLD) => {
                told(Rebuilding { events: work.read.load(Ordering::Relaxed), of: up_to });
                continue;
            }
        };
        let Some(ended) = ended else { break };
        let ended = ended.unwrap_or_else(|_| Err(Error::Unavailable { cause: "a worker fell over".to_owned() }));
        fault = first(fault, ended.err());
    }
    let read = i64::try_from(work.read.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
    told(Rebuilding { events: read.unsigned_abs(), of: up_to });
    let looked_at = match &fault {
        Some(Error::Unreadable { position, .. }) => *position,
        None if read != up_to.get() => up_to,
        _ => Position::ZERO,
    };
    // A version that does not follow may do so because a position is missing.
    if let Some(position) = reader.first_missing(looked_at).await? {
        let missing = Error::Unreadable { position, cause: "it is missing".to_owned() };
        fault = first(fault, Some(missing));
    }
    match fault {
        Some(fault) => Err(fault),
        None if read != up_to.get() => Err(Error::CheckpointMoved),
        None => Ok(()),
    }
}

/// Of two faults the one to tell: that of an event before any other, and of two events the earlier one.
fn first(one: Option<Error>, other: Option<Error>) -> Option<Error> {
    let place = |error: &Error| match error {
        Error::Unreadable { position, .. } => *position,
        _ => Position::try_new(i64::MAX).unwrap_or_default(),
    };
    [one, other].into_iter().flatten().min_by_key(place)
}

async fn run(work: &Work, pool: &PgPool, mut views: Vec<Box<dyn Worker>>) -> Result<(), Error> {
    let mut walk = StreamWalk::open(pool).await.map_err(at_its_place)?;
    let mut session = postgres::open(pool, Slot::Next).await?;
    for view in &mut views {
        lock_shared(&mut session, WORKERS, view.name()).await?;
    }
    while let Some(range) = work.next() {
        walk.begin(range, work.up_to);
        loop {
            if work.stop.load(Ordering::Relaxed) {
                return Ok(());
            }
            let page = walk.next_page(work.page).await.map_err(at_its_place)?;
            if page.is_empty() {
                break;
            }
            let mut opening = Opening::new(&page);
            for view in &mut views {
                view.take(&mut opening).await?;
                if view.waiting() > BYTES {
                    view.flush(&mut session).await?;
                }
            }
            work.read.fetch_add(page.len() as u64, Ordering::Relaxed);
        }
        views.iter_mut().try_for_each(|view| view.end())?;
    }
    flush(&mut views, &mut session).await?;
    for view in &mut views {
        unlock_shared(&mut session, WORKERS, view.name()).await?;
    }
    Ok(())
}

async fn flush(views: &mut [Box<dyn Worker>], session: &mut PgConnection) -> Result<(), Error> {
    for view in views {
        view.flush(session).await?;
    }
    Ok(())
}

fn at_its_place(error: event_log::Error) -> Error {
    match error {
        event_log::Error::UnreadableAt { position, .. } => Error::Unreadable { position, cause: error.to_string() },
        error => error.into(),
    }
}
