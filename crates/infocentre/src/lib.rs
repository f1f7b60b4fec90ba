//! Monthly statistics of the demands: what the infocentre answers.
//!
//! A [fold](KeepStatistics) turns every event of a demand into changes of counts, each at the month in which it takes effect;
//! [`Infocentre`] answers from them **as known at a position** of the log. So a lease that was signed in May and told in July
//! changes the figures of May for who asks in August, and not for who asks for the figures as they were known in June.
//!
//! - [`Timeline`](timeline::Timeline) says where a demand counts on each day; a [`Household`](household::Household) counts once
//!   nationwide, by the reference of its applicant. [`Ledger`] folds events with both, and touches no database.
//! - Counts lie in blocks of positions, not of days: [`block`] says why any position is a few of them. What a block holds never
//!   changes once it is closed, so that nothing has to be locked, and the running view equals a rebuild byte for byte.
//! - [`Measure`] is the table of what can be asked, with each formula; `docs/statistics.md` is made from it.
//!
//! Invariants of absence: no key and nothing personal - the feed of this view cannot unseal; no clock; no decision.

pub mod block;
mod bulk;
mod close;
mod counted;
mod error;
mod figure;
mod histogram;
pub mod household;
mod kind;
mod leaf;
mod ledger;
mod load;
mod measure;
mod month;
mod place;
mod query;
mod question;
mod rollup;
mod tables;
pub mod timeline;

pub use counted::Counted;
pub use error::Error;
pub use figure::Figure;
pub use kind::{Kind, Kinds};
pub use ledger::{Delta, DemandState, Ledger};
pub use measure::{Measure, Unit};
pub use month::Month;
pub use place::{NO_COMMUNE, Place};
pub use query::{AsKnown, Infocentre};
pub use question::{Answer, Cell, Comparison, Dimension, Row, Series, Unanswerable};
pub use tables::KeepStatistics;
