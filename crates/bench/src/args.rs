//! The command line.

use std::path::PathBuf;

use clap::Parser;

use crate::plan::Plan;

/// Measures the log, the bus, the server and replay against pgbench and stock cqrs-es + postgres-es, in one interleaved run
/// on a private PostgreSQL cluster of its own; then searches, and how late the shared view is. Only ratios inside a run can be compared with those of another.
#[derive(Parser)]
#[command(version, after_help = crate::failure::EXIT_CODES)]
pub struct Args {
    /// Shorter passes, fewer repeats, a smaller register: about three minutes, wider spread
    #[arg(long)]
    pub quick: bool,
    /// The shortest run that goes through everything; its figures mean nothing
    #[arg(long, hide = true, conflicts_with = "quick")]
    pub smoke: bool,
    /// Only the run of a day over 300 000 demands: about three minutes
    #[arg(long, conflicts_with_all = ["quick", "smoke", "repeats"])]
    pub daily: bool,
    /// Only monthly figures, with a million demands in the log: about ten minutes
    #[arg(long, conflicts_with_all = ["quick", "smoke", "repeats", "daily"])]
    pub figures: bool,
    /// Runs a day over the register at DATABASE with the keys in KEYS, and writes its lists into LISTS: the bench starts itself so
    #[arg(long, hide = true, num_args = 3, value_names = ["DATABASE", "KEYS", "LISTS"])]
    pub run_day: Option<Vec<String>>,
    /// Only the import of 100 000 demands: about three minutes
    #[arg(long, conflicts_with_all = ["quick", "smoke", "repeats", "daily", "figures"])]
    pub import: bool,
    /// Imports FILE into the register at DATABASE with the keys in KEYS: the bench starts itself so
    #[arg(long, hide = true, num_args = 3, value_names = ["DATABASE", "KEYS", "FILE"])]
    pub run_import: Option<Vec<String>>,
    /// Only rebuilds of the views, of 50 000 demands: about three minutes
    #[arg(long, conflicts_with_all = ["quick", "smoke", "repeats", "daily", "figures", "import"])]
    pub rebuild: bool,
    /// Rebuilds VIEWS of the register at DATABASE with the keys in KEYS: the bench starts itself so
    #[arg(long, hide = true, num_args = 3, value_names = ["DATABASE", "KEYS", "VIEWS"])]
    pub run_rebuild: Option<Vec<String>>,
    /// How often everything is measured, 15 at most (each takes three days of the register's calendar)
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=15))]
    pub repeats: Option<u32>,
    /// Compare with the table of bounds, and end with 3 when one is not held
    #[arg(long)]
    pub check: bool,
    /// Write all figures to this file, too
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Where the cluster's temporary folder is made; it should lie on the disk to be measured
    #[arg(long, value_name = "DIR", default_value_os_t = std::env::temp_dir())]
    pub dir: PathBuf,
}

/// A part that can be measured by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Only {
    /// The run of a day.
    Day,
    /// An import.
    Import,
    /// Monthly figures.
    Figures,
    /// Rebuilds of the views.
    Rebuilds,
}

impl Args {
    /// The part that is measured alone, if not everything is.
    pub fn only(&self) -> Option<Only> {
        let parts = [
            (self.daily, Only::Day),
            (self.import, Only::Import),
            (self.figures, Only::Figures),
            (self.rebuild, Only::Rebuilds),
        ];
        parts.into_iter().find_map(|(asked, only)| asked.then_some(only))
    }

    /// What to measure, and for how long.
    pub fn plan(&self) -> Plan {
        let mut plan = match (self.smoke, self.quick) {
            (true, _) => Plan::smoke(),
            (_, true) => Plan::quick(),
            _ => Plan::standard(),
        };
        plan.repeats = self.repeats.unwrap_or(plan.repeats);
        plan
    }
}
