//! Shared management: every active demand as those who share it need it (R441-2-1, R441-2-6).
//!
//! A row holds what the demand's events say openly, the identity as it lies sealed in the log, and search tokens. Nothing
//! personal is in clear here. [`View`] answers; [`SharedManagement`] is run by a [`Runner`](projection::Runner).
//!
//! - [`Rows::fold`] is the whole meaning of the view, and touches no database. A page is folded in memory; each touched
//!   row is then written once.
//! - `shared_demands` holds the rows; the other tables are an index of it, by commune and type sought and by token, each
//!   in order of seniority, and change only with it.
//! - Whoever has access to the demands for some communes alone walks the lists of those communes and of his own desks, never
//!   that of the territory.
//! - A radiated demand stays as a row, marked, and leaves every index: nobody finds it, and a reinstatement will need
//!   nothing but its event.
//! - [`View::elsewhere`] finds the active demands of the same person in other territories by his reference, which is in
//!   no other list; who counts demands once per person counts that column.
//! - Once a key is destroyed, the next event of its stream takes blob and tokens out of the row; the facts stay.

mod beside;
mod bulk;
mod columns;
mod elsewhere;
mod filter;
mod fold;
mod query;
mod row;
mod tables;

pub use elsewhere::Elsewhere;
pub use fold::Rows;
pub use query::{Answer, Cursor, Found, Query, View};
pub use row::{Row, SealedIdentity, SharedDemand};
pub use tables::SharedManagement;
