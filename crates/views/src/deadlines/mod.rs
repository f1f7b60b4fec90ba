//! Deadlines: what every demand waits for, by the day it counts from; and the lists of renewal notices.
//!
//! A row holds the demand as its open events tell it: the aggregate itself is folded, and asked what is
//! [pending](demand::pending). So no second piece of code here knows which act starts or stops which delay. Nothing
//! personal is in this view, and no key is needed to fill it.
//!
//! - [`Rows::fold`] is the whole meaning of the view, and touches no database.
//! - `deadline_demands` holds the rows; `deadline_entries` is an index of it, by delay and day. When a delay falls due
//!   depends on the settings of the territory on the day that is asked about, so that the entries say only what it
//!   counts from: [`Deadlines::due`] walks them in order of that day, and stops at the first that cannot be due yet.
//! - [`Deadlines::calendar`] tells what falls due in order of the due day, for the settings of a day; [`Deadlines::late`]
//!   whose household is known to be housed, or about to be, while the demand is still in the register.
//! - `deadline_communes` is an index of both by the communes sought: whoever has access to the demands for some communes alone
//!   walks theirs, and what his own desks have to act on, never the territory.
//! - `deadline_notices` holds every notice that was ever listed, whatever became of the demand: a list is the same
//!   whenever it is written anew.
//!
//! The row's state is the aggregate's own serialised form. Whoever changes that form in a way that reads old states
//! differently raises [`KeepDeadlines::VERSION`](projection::Projection::VERSION): the view is then built anew.

mod bulk;
mod calendar;
mod fold;
mod late;
mod query;
mod row;
mod since;
mod step;
mod tables;
mod walk;

pub use calendar::{CalendarPage, CalendarPlace, CalendarQuery, Deadline, Which};
pub use fold::Rows;
pub use late::{LatePage, LatePlace, LateQuery, LateRadiation};
pub use query::{Deadlines, Due, DuePage, DueQuery, OpenList, Place, Waiting};
pub use row::{CommuneEntry, Entry, ListedNotice, Row};
pub use tables::KeepDeadlines;
