//! `sne rebuild`: views built anew from the log.

use std::sync::Arc;
use std::time::Instant;

use register::SystemClock;
use serde::Serialize;
use server::View;

use crate::args::{Format, Place};
use crate::failure::Failure;
use crate::house::House;
use crate::output;
use crate::progress;

/// A view by the name of its projection.
pub type Named = (&'static str, View);

/// A view that was built anew.
#[derive(Serialize)]
pub struct Rebuilt {
    view: &'static str,
    position: i64,
    /// Since the beginning of the command's work, for all its views together.
    seconds: f64,
}

/// Rebuilds views, all of them when none is named; servers answer from the old rows until the new ones stand in their
/// place.
pub async fn run(place: Place, format: Format, named: Vec<Named>) -> Result<(), Failure> {
    let house = House::open(place, Arc::new(SystemClock)).await?;
    let known = View::ALL.iter().copied();
    // Each once, whatever was typed.
    let chosen: Vec<Named> = known.filter(|view| named.is_empty() || named.contains(view)).collect();
    print(format, &these(&house, &chosen).await?);
    Ok(())
}

/// Rebuilds every view.
pub async fn all(house: &House) -> Result<Vec<Rebuilt>, Failure> {
    these(house, View::ALL).await
}

async fn these(house: &House, chosen: &[Named]) -> Result<Vec<Rebuilt>, Failure> {
    let views: Vec<View> = chosen.iter().map(|(_, view)| *view).collect();
    let bar = progress::bar(0, "lecture du journal");
    let started = Instant::now();
    let told = |at: projection::Rebuilding| {
        bar.set_length(at.of.get().unsigned_abs());
        bar.set_position(at.events);
    };
    let positions = server::rebuild(&house.register, &house.place, &views, &told).await;
    bar.finish_and_clear();
    let positions = positions.map_err(|error| Failure::Local(error.to_string()))?;
    let seconds = started.elapsed().as_secs_f64();
    let rebuilt = chosen.iter().zip(positions);
    Ok(rebuilt.map(|((view, _), position)| Rebuilt { view, position: position.get(), seconds }).collect())
}

/// Prints what was rebuilt.
pub fn print(format: Format, rebuilt: &[Rebuilt]) {
    output::rows(format, &["vue reconstruite", "position", "secondes"], rebuilt, |rebuilt| {
        vec![rebuilt.view.to_owned(), rebuilt.position.to_string(), format!("{:.1}", rebuilt.seconds)]
    });
}
