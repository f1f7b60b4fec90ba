//! `sne doctor`: the register examines itself.

use std::sync::Arc;

use register::{Depth, Findings, Register, StockReader, SystemClock};

use crate::args::{Format, Place};
use crate::failure::Failure;
use crate::house::House;
use crate::output;
use crate::progress;

/// Examines the register and prints what was found.
pub async fn run(place: Place, format: Format, cross_read: bool) -> Result<(), Failure> {
    let house = House::open(place, Arc::new(SystemClock)).await?;
    let depth = if cross_read { Depth::CrossRead } else { Depth::Usual };
    let findings = examine(&house.register, &house.stock, depth).await?;
    print(format, &findings);
    if findings.is_sound() { Ok(()) } else { Err(Failure::Unsound) }
}

/// Examines with a progress bar.
pub async fn examine(register: &Register, stock: &StockReader, depth: Depth) -> Result<Findings, Failure> {
    let bar = progress::bar(0, "lecture du journal");
    let findings = register
        .examine(depth, stock, |reached, head| {
            bar.set_length(head.get().unsigned_abs());
            bar.set_position(reached.get().unsigned_abs());
        })
        .await;
    bar.finish_and_clear();
    Ok(findings?)
}

/// Prints findings.
pub fn print(format: Format, findings: &Findings) {
    output::rows(format, &["examen", "constat", "anomalies"], &findings.checks, |check| {
        let faults = if check.faults.is_empty() { "aucune".to_owned() } else { check.faults.join("\n") };
        vec![check.name.to_owned(), check.found.clone(), faults]
    });
}
