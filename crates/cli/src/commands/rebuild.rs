//! `sne rebuild`: a view built anew from the log.

use std::sync::Arc;

use register::SystemClock;
use serde::Serialize;
use server::View;

use crate::args::{Format, Place};
use crate::failure::Failure;
use crate::house::House;
use crate::output;

#[derive(Serialize)]
struct Rebuilt {
    view: &'static str,
    position: i64,
}

/// Rebuilds a view; servers answer from the old rows until the new ones stand in their place.
pub async fn run(place: Place, format: Format, (view, which): (&'static str, View)) -> Result<(), Failure> {
    let house = House::open(place, Arc::new(SystemClock)).await?;
    let position = server::rebuild(&house.register, &house.place, which).await;
    let position = position.map_err(|error| Failure::Local(error.to_string()))?.get();
    let rebuilt = [Rebuilt { view, position }];
    output::rows(format, &["vue reconstruite", "position"], &rebuilt, |rebuilt| {
        vec![rebuilt.view.to_owned(), rebuilt.position.to_string()]
    });
    Ok(())
}
