//! A synthetic territory: organisations, households, and what happens to their demands.
//!
//! Nobody here exists. Persons are put together from lists of frequent names, organisations say in their name that they
//! are invented, telephone numbers and e-mail addresses are of the ranges kept for fiction; communes are real. Shares
//! (who lives alone, who is a tenant already, how many renew, how many are housed) follow published figures of
//! Alpes-Maritimes and of France, so that lists and counts look like those of a desk.
//!
//! [`lives`] makes the [`Line`]s of a territory from [`Options`], [`organisations`] those who act in them; the same seed
//! gives the same bytes on every machine. A sample of 300 households is committed: [`SAMPLE_LIVES`] and
//! [`SAMPLE_ORGANISATIONS`]. [`registrations`] never ends, and is for load.
//!
//! [`territory`] is a whole territory at a [`Scale`]: a stock of demands with their past, then the [`Day`]s that pass. How like
//! a real one it is, [`calibration`] measures.
//!
//! Invariants of absence: no clock, no random source but the seed, no file, no network.
//!
//! ```
//! let options = synth::Options { households: 3, ..synth::Options::default() };
//! let lines = synth::lives(&options);
//! assert!(lines.is_sorted_by_key(|line| (line.day, line.household)));
//!
//! let text = serde_json::to_string(&lines[0])?;
//! let read: synth::Line = serde_json::from_str(&text)?;
//! assert_eq!((read.seq, read.command_id), (1, lines[0].command_id));
//! # Ok::<(), serde_json::Error>(())
//! ```

pub mod calibration;
mod cast;
mod contact;
mod day;
mod dice;
mod dwelling;
mod file;
mod household;
mod lease;
mod life;
mod line;
mod lives;
mod names;
mod options;
mod organisations;
mod people;
mod piece;
mod places;
mod plan;
mod registrations;
mod sample;
mod territory;
mod work;

pub use line::Line;
pub use lives::{lives, write_lives, write_organisations};
pub use options::Options;
pub use organisations::{
    AUDITOR, DeskLine, EntitlementLine, OrganisationLine, organisations, organisations_in, organisations_of,
};
pub use registrations::registrations;
pub use sample::{SAMPLE_LIVES, SAMPLE_ORGANISATIONS};
pub use territory::{Day, NoScale, Scale, Stage, TerritoryDays, TerritoryOptions, territories, territory};
