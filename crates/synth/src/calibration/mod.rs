//! Whether an invented territory is like a real one: what it comes to, beside what is published.
//!
//! The territory is played through the real [`Demand`](demand::Demand) aggregate, act by act, with what the register does of
//! itself at the end of each day ([`Ledger`]); what comes of it is measured, and set beside the figures of
//! `data/targets.csv` ([`Calibration`]). A figure is met within [`TOLERANCE`], or it says by arithmetic why no territory could
//! meet it beside the others.

mod ledger;
mod measure;
mod page;
mod reasons;
mod table;

pub use ledger::{Counts, Fault, Ledger};
pub use measure::Measure;
pub use page::write_page;
pub use table::{Row, TABLE, Table, TableFault};

use crate::territory::figures::Figures;
use crate::territory::{TerritoryOptions, territory};

/// How far what is produced may lie from what is published: a twentieth of it.
pub const TOLERANCE: f64 = 0.05;

/// A territory, measured.
#[derive(Clone, Debug)]
pub struct Calibration {
    /// What was invented.
    pub options: TerritoryOptions,
    /// The figures, in the order of the table.
    pub lines: Vec<Compared>,
}

/// A published figure and what was produced.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The row of the table.
    pub row: Row,
    /// The published figure, at the scale of what was invented.
    pub published: f64,
    /// What was produced; none where nothing was there to be counted.
    pub produced: Option<f64>,
    /// How they stand.
    pub verdict: Verdict,
}

/// How a figure stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Met.
    Met,
    /// Not met.
    Missed,
    /// It cannot be met beside the others: why.
    NotFittable(String),
}

/// How many figures stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Met.
    pub met: usize,
    /// Not met.
    pub missed: usize,
    /// Those that cannot be met beside the others.
    pub not_fittable: usize,
}

impl Compared {
    /// How far off, as a share of what is published.
    pub fn deviation(&self) -> Option<f64> {
        self.produced.map(|produced| produced / self.published - 1.0)
    }
}

impl Calibration {
    /// Sets a ledger beside a table.
    pub fn of(options: &TerritoryOptions, ledger: &Ledger, table: &Table) -> Self {
        let figures = Figures::of(options.territory);
        let mut lines = Vec::new();
        for row in table.rows(options.territory) {
            let (published, scaled) = row.published(&figures, options);
            let produced = row.measure.of(ledger, options);
            let verdict = match (row.why_not, produced) {
                (Some(reason), _) => Verdict::NotFittable(reason.told(&figures)),
                (None, Some(produced)) if is_met(published, produced, scaled) => Verdict::Met,
                (None, _) => Verdict::Missed,
            };
            lines.push(Compared { row: row.clone(), published, produced, verdict });
        }
        Self { options: *options, lines }
    }

    /// Invents a territory and measures it.
    ///
    /// # Errors
    /// [`Fault`]: an act did not end as it says.
    pub fn run(options: &TerritoryOptions, table: &Table) -> Result<Self, Fault> {
        let mut ledger = Ledger::new(options.territory);
        for day in territory(options) {
            ledger.play(&day)?;
        }
        Ok(Self::of(options, &ledger, table))
    }

    /// How many figures stand how.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for line in &self.lines {
            *match line.verdict {
                Verdict::Met => &mut tally.met,
                Verdict::Missed => &mut tally.missed,
                Verdict::NotFittable(_) => &mut tally.not_fittable,
            } += 1;
        }
        tally
    }

    /// Whether every figure that can be met is.
    pub fn is_met(&self) -> bool {
        self.tally().missed == 0
    }
}

/// Within the tolerance; of a count, also within one: a territory of a thousand demands has one association or two.
fn is_met(published: f64, produced: f64, counted_as: f64) -> bool {
    let off = (produced - published).abs();
    off <= published * TOLERANCE || off * counted_as <= 1.0
}
