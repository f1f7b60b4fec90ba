//! In memory: connections that break before and after the work, and answers that are late.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use event_log::memory::{Call, Fate, Lost, MemoryLog};
use event_log::{Command, Options, Receipt};

use super::{Dice, TASKS, Versions, call, settle};
use crate::world::World;

const CALLS: u64 = 40;

/// One call in eight is lost on its way, one answer in eight; any may take a while.
#[derive(Clone, Debug, Default)]
struct Rough {
    asked: Arc<AtomicU64>,
    lost: Arc<AtomicU64>,
}

impl Rough {
    async fn moment(&self, call: Call) -> Result<(), Lost> {
        let mut dice = Dice(self.asked.fetch_add(1, Ordering::Relaxed));
        for _ in 0..dice.below(4) {
            tokio::task::yield_now().await;
        }
        if call == Call::Append && dice.below(8) == 0 {
            self.lost.fetch_add(1, Ordering::Relaxed);
            return Err(Lost);
        }
        Ok(())
    }
}

#[async_trait]
impl Fate for Rough {
    async fn going(&self, call: Call) -> Result<(), Lost> {
        self.moment(call).await
    }

    async fn coming(&self, call: Call) -> Result<(), Lost> {
        self.moment(call).await
    }
}

#[tokio::test(start_paused = true)]
async fn two_logs_under_lost_connections_give_one_gapless_log() {
    let kept = MemoryLog::default();
    let fate = Rough::default();
    let told = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = tokio::task::JoinSet::new();
    for process in 0..2 {
        let (log, versions) = (kept.open(fate.clone(), Options::default()), Versions::default());
        for task in 0..TASKS {
            let (log, versions, told) = (log.clone(), Arc::clone(&versions), Arc::clone(&told));
            tasks.spawn(async move {
                let mut dice = Dice(process << 32 ^ task);
                let mut acknowledged: Vec<(Command, Receipt)> = Vec::new();
                for _ in 0..CALLS {
                    let tell = |id, receipt| told.lock().expect("no panic before").push((id, receipt));
                    call(&log, &mut dice, &versions, &mut acknowledged, tell).await;
                }
            });
        }
    }
    tasks.join_all().await;
    let told = std::mem::take(&mut *told.lock().expect("no panic before"));
    let lost = fate.lost.load(Ordering::Relaxed);
    assert!(told.len() > 100 && lost > 100, "{} commands acknowledged, {lost} connections lost", told.len());
    settle(&World::of(kept), &told).await;
}
