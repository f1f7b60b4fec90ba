//! The same rows, stream by stream: for a rebuild.

use std::collections::BTreeSet;

use demand::DemandEvent;
use event_log::{PgDate, RecordedEvent};
use nomenclature::CommuneCode;
use projection::{BulkFold, CopyRows};
use sqlx::error::BoxDynError;

use super::fold::Rows;
use super::row::Row;
use super::tables::{KeepDeadlines, codes, signed};

impl BulkFold for KeepDeadlines {
    type Stream = Rows;
    type Gathered = ();

    const COLUMNS: &'static [&'static str] = &[
        "territory, number, version, position, state, notice_version, waits_since, housed_since, communes, types",
        "territory, delay, since, number, ordinal, prolonged_by, not_before, desk, organisation",
        "territory, commune, delay, since, number, ordinal",
        "territory, listed_on, number, version, expires_on, due_by, sent_on, open",
    ];

    fn fold_one(&self, stream: &mut Rows, recorded: &RecordedEvent, event: &DemandEvent) {
        stream.fold_event(recorded, event);
    }

    fn copy(&self, stream: Rows, (): &mut (), tables: &mut [CopyRows]) -> Result<(), BoxDynError> {
        let [demands, entries, communes, notices] = tables else { return Err("another number of tables".into()) };
        for row in stream.iter() {
            copy_row(row, demands)?;
            let territory = row.number.territory().to_string();
            for entry in row.entries().into_iter().collect::<BTreeSet<_>>() {
                entries
                    .row()
                    .field(territory.as_str())?
                    .field(entry.delay.code())?
                    .field(PgDate(entry.since))?
                    .field(entry.number.to_string())?
                    .field(entry.ordinal)?
                    .field(entry.prolonged_by.map(PgDate))?
                    .field(entry.not_before.map(PgDate))?
                    .field(entry.desk.to_string())?
                    .field(entry.organisation.map(|organisation| organisation.to_string()))?;
            }
            for entry in row.commune_entries().into_iter().collect::<BTreeSet<_>>() {
                communes
                    .row()
                    .field(territory.as_str())?
                    .field(entry.commune.as_str())?
                    .field(entry.delay)?
                    .field(PgDate(entry.since))?
                    .field(entry.number.to_string())?
                    .field(entry.ordinal)?;
            }
        }
        for notice in stream.notices() {
            notices
                .row()
                .field(notice.number.territory().to_string())?
                .field(PgDate(notice.listed_on))?
                .field(notice.number.to_string())?
                .field(signed(notice.version))?
                .field(PgDate(notice.expires_on))?
                .field(notice.due_by.code())?
                .field(notice.sent_on.map(PgDate))?
                .field(notice.open)?;
        }
        Ok(())
    }
}

fn copy_row(row: &Row, demands: &mut CopyRows) -> Result<(), BoxDynError> {
    demands
        .row()
        .field(row.number.territory().to_string())?
        .field(row.number.to_string())?
        .field(signed(row.version))?
        .field(row.position.get())?
        .field(serde_json::to_string(&row.state)?)?
        .field(row.notice_version.map(signed))?
        .field(row.waits_since().map(PgDate))?
        .field(row.housed_since().map(PgDate))?
        .field(row.sought(|facts| codes(facts.communes.iter().map(CommuneCode::as_str))))?
        .field(row.sought(|facts| codes(facts.dwelling_types.iter().map(|kind| kind.code()))))?;
    Ok(())
}
