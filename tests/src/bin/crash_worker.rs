//! A register in a process of its own, to be killed: orders on standard input, replies on standard output.
//!
//! Usage: `crash_worker DATABASE_URL KEY_FOLDER`. At the end of its input it finishes what it has begun, and leaves.

use event_log::Standby;
use std::error::Error;
use std::io::{self, Write as _};
use std::sync::Arc;

use register::{Place, Register, SystemClock};
use tests::wire::{Reply, orders};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Commands under way at once.
const IN_FLIGHT: usize = 16;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(database), Some(keys)) = (arguments.next(), arguments.next()) else {
        return Err("usage: crash_worker DATABASE_URL KEY_FOLDER".into());
    };
    let place = Place {
        database: database.parse()?,
        keys: keys.into(),
        connections: 8,
        standby: Standby::NotAsked,
        clock: Arc::new(SystemClock),
    };
    let register = Register::open(place).await?;
    let mut orders = orders();
    let room = Arc::new(Semaphore::new(IN_FLIGHT));
    let mut under_way = JoinSet::new();
    while let Some(order) = orders.recv().await {
        let (register, permit) = (register.clone(), Arc::clone(&room).acquire_owned().await?);
        under_way.spawn(async move {
            let answer = register.execute(order.request()).await;
            drop(permit);
            tell(&Reply::of(order.command_id, &answer))
        });
    }
    while let Some(told) = under_way.join_next().await {
        told??;
    }
    Ok(())
}

fn tell(reply: &Reply) -> io::Result<()> {
    let line = serde_json::to_string(reply)?;
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
