//! A worker that holds no register: it starts `sne serve` in a process of its own, to be killed, and passes orders on to it
//! over the network. What the servers log stays in the data folder, in `server.log`.
//!
//! Usage: `crash_door DATABASE_URL KEY_FOLDER`, the key folder lying in the server's data folder. Before an order is sent
//! again, its outcome is asked for. When the server is gone, so is this; at the end of its input it finishes what it has
//! begun, tells the server to stop, and leaves.

use std::error::Error;
use std::fs::OpenOptions;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use client::{Client, Outcome};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tests::door;
use tests::stage::tokens;
use tests::wire::{Ack, Order, Reply, orders};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Calls under way at once.
const IN_FLIGHT: usize = 16;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(database), Some(keys)) = (arguments.next(), arguments.next()) else {
        return Err("usage: crash_door DATABASE_URL KEY_FOLDER".into());
    };
    let (mut server, address) = serve(&database, keys.as_ref())?;
    let id = Pid::from_raw(i32::try_from(server.id())?);
    // Who passes orders on to nobody is no use.
    let watch = std::thread::spawn(move || server.wait());
    let folder: &Path = keys.as_ref();
    let door =
        Client::at(&address, &tokens::of_folder(folder.parent().ok_or("the key folder lies in no data folder")?))?;
    let mut orders = orders();
    let room = Arc::new(Semaphore::new(IN_FLIGHT));
    let mut under_way = JoinSet::new();
    while let Some(order) = orders.recv().await {
        if watch.is_finished() {
            return Err("the server is gone".into());
        }
        let (door, permit) = (door.clone(), Arc::clone(&room).acquire_owned().await?);
        under_way.spawn(async move {
            let reply = pass_on(&door, &order).await;
            drop(permit);
            tell(&reply)
        });
    }
    while let Some(told) = under_way.join_next().await {
        told??;
    }
    let _ = kill(id, Signal::SIGTERM);
    let _ = watch.join();
    Ok(())
}

/// Starts the server and waits until it listens.
fn serve(database: &str, keys: &Path) -> Result<(Child, String), Box<dyn Error>> {
    let program = std::env::current_exe()?.with_file_name("sne");
    let folder = keys.parent().ok_or("the key folder lies in no data folder")?;
    let mut server = Command::new(program)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("DATABASE_URL", database)
        .env("SNE_DATA_DIR", folder)
        .env("SNE_METRICS_LISTEN", "off")
        .env("SNE_FILES_PER_ACCOUNT", "1000000")
        .env("SNE_FILES_PER_ORGANISATION", "10000000")
        .env("SNE_DEVELOPMENT_ISSUER", "on")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut said = BufReader::new(server.stderr.take().ok_or("no standard error")?).lines();
    let address = loop {
        let line = said.next().ok_or("the server does not start")??;
        match serde_json::from_str::<Value>(&line) {
            Ok(said) if said["message"] == "listening" => {
                break said["address"].as_str().ok_or("no address")?.to_owned();
            }
            _ => {}
        }
    };
    let mut log = OpenOptions::new().create(true).append(true).open(folder.join("server.log"))?;
    std::thread::spawn(move || {
        for line in said.map_while(Result::ok) {
            let _ = writeln!(log, "{line}");
        }
        // Killed: calls under way hang for as long as their connections look alive, and nobody needs their answers.
        std::process::exit(1);
    });
    Ok((server, address))
}

async fn pass_on(client: &Client, order: &Order) -> Reply {
    let command_id = order.command_id;
    if order.again {
        match client.outcome(order.actor, command_id).await {
            Ok(Outcome::Committed(answer)) => return Reply::Ack(Ack::told(command_id, &answer)),
            Ok(
                Outcome::NotCommittedAsOf(_)
                | Outcome::TerritoryCommitted(_)
                | Outcome::AdministrationCommitted(_)
                | Outcome::Fenced(_),
            ) => {}
            Err(_) => return Reply::Unknown { command_id },
        }
    }
    door::send(client, order).await
}

fn tell(reply: &Reply) -> io::Result<()> {
    let line = serde_json::to_string(reply)?;
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
