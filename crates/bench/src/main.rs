//! `bench`: what the register does in a second, beside what others do in the same second.
//!
//! A machine is never the same twice, and a virtual one not from minute to minute. So nothing here is a figure alone:
//! [`run`] takes everything in turns, several times over, and [`report`] divides inside one repeat, by pgbench (a bare
//! INSERT on the same server) and by stock cqrs-es + postgres-es. What does not depend on the machine is counted instead
//! of timed: [`cost`] has round trips, flushes and allocations. What is only worth something in a register that has become
//! large stands in [`large`]: replay, [`search`], the [`lag`] of the view; [`daily`] is the run of a day over it, [`import`]
//! what a new one takes in, [`doors`] what stands before a row, [`figures`] are monthly statistics with a million demands in the log, [`rebuild`] is what it
//! takes to build views anew. [`bounds`] is the one table of what `--check` holds.
//!
//! A run ends with an error at the first command that is not answered as it should be: errors are fast, and would look
//! well in a table. `docs/performance.md` says what the figures were, and what they do not say.

#![allow(clippy::print_stdout, reason = "printing is what this binary is for")]
#![allow(clippy::print_stderr, reason = "printing is what this binary is for")]

mod args;
mod bounds;
mod calibration;
mod callers;
mod cost;
mod cpu;
mod daily;
mod doors;
mod failure;
mod figures;
mod grpc;
mod house;
mod import;
mod lag;
mod large;
mod machine;
mod meter;
mod modes;
mod plan;
mod prefill;
mod print;
mod proxy;
mod rebuild;
mod replay;
mod report;
mod run;
mod sample;
mod search;
mod stats;
mod wire;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use tokio::signal::unix::{SignalKind, signal};

use crate::args::{Args, Only};
use crate::failure::Failure;
use crate::house::House;
use crate::report::Report;

#[tokio::main]
async fn main() -> ExitCode {
    match bench(&Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bench: {failure}");
            failure.exit_code()
        }
    }
}

async fn bench(args: &Args) -> Result<(), Failure> {
    if let Some([database, keys, lists]) = args.run_day.as_deref() {
        return daily::run_day(database, Path::new(keys), Path::new(lists)).await;
    }
    if let Some([database, keys, file]) = args.run_import.as_deref() {
        return import::run_import(database, Path::new(keys), Path::new(file)).await;
    }
    if let Some([database, keys, views]) = args.run_rebuild.as_deref() {
        return rebuild::run_rebuild(database, Path::new(keys), views).await;
    }
    let house = House::start(&args.dir).await?;
    let report = tokio::select! {
        report = measured(&house, args) => report?,
        () = stopped() => return Err(Failure::Interrupted),
    };
    let text = match args.only() {
        Some(Only::Day) => print::daily(&report),
        Some(Only::Import) => print::import(&report),
        Some(Only::Figures) => print::figures(&report),
        Some(Only::Rebuilds) => print::rebuild(&report),
        None => print::report(&report),
    };
    println!("{text}");
    if let Some(path) = &args.json {
        write_json(path, &report)?;
    }
    if args.check {
        let (text, broken) = print::bounds(&report);
        println!("{text}");
        if broken > 0 {
            return Err(Failure::Bounds(broken));
        }
    }
    Ok(())
}

async fn measured(house: &House, args: &Args) -> Result<Report, Failure> {
    let tell = |step: &str| eprintln!("{step}");
    match args.only() {
        Some(only) => run::alone(house, args.plan(), only, tell).await,
        None => run::run(house, args.plan(), tell).await,
    }
}

/// Returns when somebody asks the program to end: the cluster is then stopped and its folder removed.
async fn stopped() {
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

fn write_json(path: &Path, report: &Report) -> Result<(), Failure> {
    let value = serde_json::json!({ "rows": report.rows(), "run": report });
    std::fs::write(path, format!("{value:#}\n")).map_err(Failure::io("writing the figures"))
}
