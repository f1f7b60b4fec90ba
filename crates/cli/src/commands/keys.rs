//! `sne keys rotate`: the wrapping keys, as a running server rotates them by itself.

use std::sync::Arc;

use register::{Clock as _, SystemClock};
use serde::Serialize;
use vault::KekId;

use crate::args::{Format, Place};
use crate::commands::org::Change;
use crate::failure::Failure;
use crate::house::House;
use crate::output;

/// What a rotation did, or would do.
#[derive(Serialize)]
struct Report {
    /// The wrapping key of the week, when it was not there.
    made: Option<String>,
    /// Live keys wrapped anew.
    rewrapped: u64,
    /// Live keys that do not open.
    unopened: usize,
    /// Wrapping keys destroyed.
    destroyed: Vec<String>,
}

/// Rotates, or says what that would do.
pub async fn rotate(place: Place, format: Format, change: Change) -> Result<(), Failure> {
    let report = match change {
        Change::Made => {
            let house = House::open(place, Arc::new(SystemClock)).await?;
            let rotation = house.register.rotate_keys().await?;
            let rotation =
                rotation.ok_or_else(|| Failure::Local("une autre rotation des clés est en cours".to_owned()))?;
            Report {
                made: rotation.made.map(|kek| kek.to_string()),
                rewrapped: rotation.rewrapped,
                unopened: rotation.unopened.len(),
                destroyed: names(&rotation.destroyed),
            }
        }
        Change::None => {
            let house = House::open_to_read(place, Arc::new(SystemClock)).await?;
            let wrapping = house.register.wrapping().await?;
            let today = SystemClock.today();
            let week = KekId::of(today).to_string();
            let there = house.place.keys.join(format!("{week}.key")).exists();
            Report {
                made: (!there).then_some(week),
                rewrapped: wrapping.older_than(today),
                unopened: 0,
                destroyed: names(&wrapping.due),
            }
        }
    };
    let header = match change {
        Change::Made => {
            ["clé de chiffrement créée", "clés réemballées", "clés illisibles", "clés de chiffrement détruites"]
        }
        Change::None => {
            ["clé de chiffrement à créer", "clés à réemballer", "clés illisibles", "clés de chiffrement à détruire"]
        }
    };
    let unopened = report.unopened;
    output::rows(format, &header, &[report], |report| {
        vec![
            report.made.clone().unwrap_or_default(),
            report.rewrapped.to_string(),
            report.unopened.to_string(),
            report.destroyed.join(", "),
        ]
    });
    if unopened == 0 { Ok(()) } else { Err(Failure::Unsound) }
}

fn names(keks: &[KekId]) -> Vec<String> {
    keks.iter().map(ToString::to_string).collect()
}
