//! `sne migrate`: brings the schemas of a database to those of this program, as a server does when it starts.

use std::sync::Arc;

use register::SystemClock;

use crate::args::Place;
use crate::failure::Failure;
use crate::house::House;

/// Migrates.
pub async fn run(place: Place) -> Result<(), Failure> {
    let house = House::open(place, Arc::new(SystemClock)).await?;
    projection::migrate(&house.place.database).await?;
    eprintln!("les schémas de la base sont à la version de ce programme");
    Ok(())
}
