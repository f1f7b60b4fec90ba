//! The fold: what each event does to a row and to the lists of notices. Pure.

use std::collections::BTreeMap;

use cqrs_es::Aggregate as _;
use demand::{Demand, DemandEvent};
use event_log::RecordedEvent;
use jiff::civil::Date;
use nomenclature::UniqueNumber;
use projection::Opened;

use super::row::{ListedNotice, Row};

/// Rows by number: those that a page touches, or all of them; and the notices that the folded events changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    rows: BTreeMap<UniqueNumber, Row>,
    notices: BTreeMap<(Date, UniqueNumber), ListedNotice>,
}

impl Rows {
    /// Folds one event. Events of a stream that is no unique number, or was never registered, mean nothing here.
    pub fn fold(&mut self, opened: &Opened<'_, DemandEvent>) {
        self.fold_event(opened.recorded, &opened.event);
    }

    pub(super) fn fold_event(&mut self, recorded: &RecordedEvent, event: &DemandEvent) {
        let Ok(number) = UniqueNumber::parse(recorded.stream.as_str()) else { return };
        if let DemandEvent::Registered(_) = event {
            let state = Demand::default();
            self.rows.entry(number).or_insert(Row {
                number,
                version: 0,
                position: recorded.position,
                state,
                notice_version: None,
            });
        }
        let Some(row) = self.rows.get_mut(&number) else { return };
        let before = row.notice();
        row.version = recorded.version;
        row.position = recorded.position;
        row.state.apply(event.clone());
        if let DemandEvent::RenewalNoticeListed(_) = event {
            row.notice_version = Some(recorded.version);
        }
        let after = row.notice();
        if before == after {
            return;
        }
        // A renewal takes the notice away from the demand, not from the list.
        let closed = before.filter(|before| after.as_ref().is_none_or(|after| after.listed_on != before.listed_on));
        for notice in closed.map(|notice| ListedNotice { open: false, ..notice }).into_iter().chain(after) {
            self.notices.insert((notice.listed_on, notice.number), notice);
        }
    }

    /// The row of a number.
    pub fn get(&self, number: UniqueNumber) -> Option<&Row> {
        self.rows.get(&number)
    }

    /// Puts a row that was kept elsewhere.
    pub fn put(&mut self, row: Row) {
        self.rows.insert(row.number, row);
    }

    /// All rows, by number.
    pub fn iter(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    /// The notices that the folded events changed, as they are now, by day and number.
    pub fn notices(&self) -> impl Iterator<Item = &ListedNotice> {
        self.notices.values()
    }
}
