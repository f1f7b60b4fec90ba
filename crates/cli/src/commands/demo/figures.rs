//! What the months came to and whose radiation is late, told as `sne stats` and `sne late` tell it.

use infocentre::{Measure, Month, Place};
use jiff::civil::Date;
use nomenclature::Territory;

use crate::args::{Format, SeriesArgs, StatsCommand};
use crate::commands::{deadlines, stats};
use crate::failure::Failure;
use crate::house::House;
use crate::output::say;

/// Late radiations that are shown.
const SHOWN: usize = 8;

/// Twelve months of a territory, the last one that somebody lived being the last one: a sheet, then one measure with its bars.
pub async fn year(house: &House, territory: Territory, last: Date) -> Result<(), Failure> {
    let month = Month::of(last);
    let series = |measures| StatsCommand::Series(SeriesArgs::year(Place::Territory(territory), measures, month));
    say!("\nDouze mois de statistiques, comme « sne stats series {territory} --to {month} » les donne :");
    stats::answer(house, Format::Table, vec![series(Vec::new()), series(vec![Measure::Registered])]).await
}

/// The oldest late radiations of a territory.
pub async fn late(house: &House, territory: Territory) -> Result<(), Failure> {
    say!("\nRadiations tardives, les plus anciennes d'abord, comme « sne late {territory} » les donne :");
    deadlines::oldest_late(house, territory, SHOWN).await
}
