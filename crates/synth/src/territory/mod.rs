//! A whole territory: a stock of demands with their past, then the days that pass.
//!
//! [`territory`] gives [`Day`]s, one after the other and only when asked: first those of the past, on which the demands of
//! the opening stock were filed and renewed; then, day by day, everything that people, desks and lessors do. What the register
//! does of itself (notices, radiation for non-renewal) is not told: it is for whoever plays the days to have it done at the end
//! of each day from [`Stage::Approach`] on. Demands that are not renewed just stop acting.
//!
//! Memory grows with the demands that live, not with those that were: a household is kept as its number and what changed in it,
//! and drawn again when its form is needed ([`who`]). Chance never decides how many: shares are dealt from decks ([`spread`]),
//! what happens so many times a year flows ([`flow`]), and the opening stock is laid out over the stays of a stock that
//! neither grows nor shrinks ([`sojourn`]).

mod acts;
mod agenda;
pub(crate) mod chances;
mod days;
pub(crate) mod figures;
mod flow;
mod opening;
mod processes;
mod scale;
mod sojourn;
pub(crate) mod spread;
mod stock;
mod who;

use jiff::civil::{Date, date};
use nomenclature::Territory;

pub use days::TerritoryDays;
pub use scale::{NoScale, Scale};

use crate::line::Line;
use crate::options::home;

/// Which territory to invent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerritoryOptions {
    /// Chance: the same seed gives the same bytes on every machine.
    pub seed: u64,
    /// Where.
    pub territory: Territory,
    /// How much of it.
    pub scale: Scale,
    /// The last day.
    pub last: Date,
    /// Months that pass up to the last day, after the opening stock.
    pub months: u16,
}

impl Default for TerritoryOptions {
    fn default() -> Self {
        Self { seed: 6, territory: home(), scale: Scale::TENTH, last: date(2026, 10, 31), months: 24 }
    }
}

/// Days before the first lived one from which the register does what comes with the days: a notice is listed two months before
/// the expiry that it announces, and a demand is radiated a month after it.
pub(crate) const APPROACH_DAYS: i32 = 100;

/// What a day belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The past of the opening stock, recorded once a week: days without an act are left out.
    Past,
    /// The same, near the first day: every day is there, and the register does what comes with the days.
    Approach,
    /// The days that pass.
    Lived,
}

/// A day of a territory.
#[derive(Clone, Debug)]
pub struct Day {
    /// Where.
    pub territory: Territory,
    /// The civil day.
    pub date: Date,
    /// What it belongs to.
    pub stage: Stage,
    /// What is done, in order. Acts on different households may be done in any order; those on one may not.
    pub lines: Vec<Line>,
}

/// The days of a territory, from the first filing of its opening stock to the last day.
///
/// ```
/// use synth::{Stage, TerritoryOptions, territory};
///
/// let options = TerritoryOptions { scale: "1:2000".parse()?, months: 2, ..TerritoryOptions::default() };
/// let days: Vec<_> = territory(&options).collect();
/// assert!(days.is_sorted_by_key(|day| (day.date, day.stage)));
/// assert_eq!(days.iter().filter(|day| day.stage == Stage::Lived).count(), 61);
/// # Ok::<(), synth::NoScale>(())
/// ```
pub fn territory(options: &TerritoryOptions) -> TerritoryDays {
    TerritoryDays::new(options, None, None)
}

/// The days of several territories, by date.
pub fn territories(options: &TerritoryOptions, all: &[Territory]) -> impl Iterator<Item = Day> + use<> {
    let first = all.first().copied();
    let known = (all.len() > 1).then(who::Known::default);
    let of = |territory: &Territory| {
        let also_in = first.filter(|first| first != territory);
        TerritoryDays::new(&TerritoryOptions { territory: *territory, ..*options }, also_in, known.clone()).peekable()
    };
    let mut each: Vec<_> = all.iter().map(of).collect();
    std::iter::from_fn(move || {
        let next =
            |(place, days): (usize, &mut std::iter::Peekable<TerritoryDays>)| days.peek().map(|day| (day.date, place));
        let (_, place) = each.iter_mut().enumerate().filter_map(next).min()?;
        each[place].next()
    })
}
