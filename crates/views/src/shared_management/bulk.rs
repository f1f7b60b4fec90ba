//! The same rows, stream by stream: for a rebuild.

use std::collections::BTreeSet;

use event_log::{PgDate, RecordedEvent};
use projection::{BulkFold, CopyRows};
use sqlx::error::BoxDynError;

use super::columns::{columns, packed};
use super::fold::Rows;
use super::row::Row;
use super::tables::SharedManagement;
use crate::SeenEvent;

impl BulkFold for SharedManagement {
    type Stream = Rows;
    type Gathered = ();

    const COLUMNS: &'static [&'static str] = &[
        concat!(columns!(), ", tokens, radiated_on"),
        "territory, filed_on, number, commune",
        "territory, filed_on, number, dwelling_type",
        "territory, filed_on, number, situation",
        "territory, filed_on, number, kind, token",
    ];

    fn fold_one(&self, stream: &mut Rows, recorded: &RecordedEvent, event: &SeenEvent) {
        stream.fold_event(recorded, event, &*self.blinder);
    }

    fn copy(&self, stream: Rows, (): &mut (), tables: &mut [CopyRows]) -> Result<(), BoxDynError> {
        let [demands, communes, types, situations, tokens] = tables else {
            return Err("another number of tables".into());
        };
        for row in stream.iter() {
            copy_row(row, demands)?;
            // The index of it has nothing of a radiated demand.
            if row.radiated_on.is_some() {
                continue;
            }
            let demand = &row.demand;
            let (territory, number) = (demand.territory.to_string(), demand.number.to_string());
            let (territory, day, number) = (territory.as_str(), PgDate(demand.filed_on), number.as_str());
            for commune in demand.facts.communes.iter().collect::<BTreeSet<_>>() {
                communes.row().field(territory)?.field(day)?.field(number)?.field(commune.as_str())?;
            }
            for dwelling_type in demand.facts.dwelling_types.iter().map(|kind| kind.code()).collect::<BTreeSet<_>>() {
                types.row().field(territory)?.field(day)?.field(number)?.field(dwelling_type)?;
            }
            for situation in demand.situations() {
                situations.row().field(territory)?.field(day)?.field(number)?.field(situation)?;
            }
            for token in &row.tokens {
                let (kind, hash) = (i16::from(token.kind.code()), token.hash.as_slice());
                tokens.row().field(territory)?.field(day)?.field(number)?.field(kind)?.field(hash)?;
            }
        }
        Ok(())
    }
}

/// In the order of [`columns!`].
fn copy_row(row: &Row, demands: &mut CopyRows) -> Result<(), BoxDynError> {
    let (demand, identity) = (&row.demand, row.demand.identity.as_ref());
    demands
        .row()
        .field(demand.territory.to_string())?
        .field(demand.number.to_string())?
        .field(i32::try_from(demand.version)?)?
        .field(demand.position.get())?
        .field(PgDate(demand.filed_on))?
        .field(demand.last_renewed_on.map(PgDate))?
        .field(PgDate(demand.expires_on))?
        .field(demand.desk.to_string())?
        .field(demand.organisation.to_string())?
        .field(demand.person_ref)?
        .field(demand.forced)?
        .field(serde_json::to_string(&demand.facts)?)?
        .field(serde_json::to_string(&demand.pieces)?)?
        .field(serde_json::to_string(&demand.attributions)?)?
        .field(identity.map(|identity| i32::try_from(identity.version)).transpose()?)?
        .field(identity.map(|identity| identity.key_id))?
        .field(identity.map(|identity| identity.sealed.as_slice()))?
        .field(packed(&row.tokens))?
        .field(row.radiated_on.map(PgDate))?;
    Ok(())
}
