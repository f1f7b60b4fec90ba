//! The same rows, stream by stream: for a rebuild.
//!
//! A demand's own row follows from its stream. Counts lie by position and households by person, so streams leave behind what
//! they [gather](gathered): their deltas by the block of level 2 that they count in, and what they say of persons by a bucket
//! of persons. At the end each bucket, and then each block, is read once, sorted, and made into its rows ([`settle`]): memory
//! is bounded by the largest of them.

mod gathered;
mod settle;

use demand::DemandEvent;
use event_log::RecordedEvent;
use nomenclature::UniqueNumber;
use projection::{BulkFold, CopyRows, Settling, Staged};
use sqlx::error::BoxDynError;

use self::gathered::Gathered;
use crate::ledger::{DemandState, Folded};
use crate::load::text;
use crate::tables::KeepStatistics;

/// Deltas of a block of level 2, packed, and the last event of a demand that was folded for it or for any other.
const DELTAS: Staged = Staged {
    table: "infocentre_staged_deltas",
    columns: "block, last, packed",
    definition: "block bigint NOT NULL, last bigint NOT NULL, packed bytea NOT NULL",
};
/// Words of persons of a bucket, packed.
const WORDS: Staged = Staged {
    table: "infocentre_staged_words",
    columns: "bucket, packed",
    definition: "bucket smallint NOT NULL, packed bytea NOT NULL",
};

/// A demand while it is folded.
#[derive(Default)]
pub struct Stream {
    demand: Option<(UniqueNumber, DemandState)>,
    /// Position of the last event.
    last: i64,
    folded: Vec<(i64, Folded)>,
}

#[async_trait::async_trait]
impl BulkFold for KeepStatistics {
    type Stream = Stream;
    type Gathered = Gathered;

    const COLUMNS: &'static [&'static str] = &[
        "territory, number, state",
        settle::HOUSEHOLDS,
        settle::LEAVES,
        settle::COUNTS,
        settle::VALUES,
        "id, position",
    ];
    const STAGED: &'static [Staged] = &[DELTAS, WORDS];

    fn fold_one(&self, stream: &mut Stream, recorded: &RecordedEvent, event: &DemandEvent) {
        stream.last = stream.last.max(recorded.position.get());
        if let (DemandEvent::Registered(registered), None) = (event, &stream.demand) {
            let number = UniqueNumber::parse(recorded.stream.as_str());
            stream.demand = number.ok().map(|number| (number, DemandState::begun(registered)));
        }
        let Some((number, state)) = &mut stream.demand else { return };
        let folded = state.fold(*number, recorded, event);
        if !folded.deltas.is_empty() || !folded.households.is_empty() {
            stream.folded.push((recorded.position.get(), folded));
        }
    }

    fn copy(&self, stream: Stream, gathered: &mut Gathered, tables: &mut [CopyRows]) -> Result<(), BoxDynError> {
        gathered.reach(stream.last);
        for (position, folded) in stream.folded {
            for delta in &folded.deltas {
                gathered.delta(0, delta)?;
            }
            for (rank, word) in (1..).zip(folded.households) {
                gathered.word(position, rank, &word)?;
            }
        }
        let Some((number, state)) = stream.demand else { return Ok(()) };
        let [demands, ..] = tables else { return Err("another number of tables".into()) };
        let territory = number.territory().to_string();
        demands.row().field(territory.as_str())?.field(number.to_string())?.field(text(&state)?)?;
        Ok(())
    }

    fn gathered(gathered: &Gathered) -> usize {
        gathered.bytes()
    }

    fn put_down(&self, gathered: &mut Gathered, staged: &mut [CopyRows]) -> Result<(), BoxDynError> {
        let [deltas, words] = staged else { return Err("another number of tables".into()) };
        gathered.put_down(deltas, words)
    }

    async fn settle(&self, tables: &mut Settling<'_>) -> Result<(), sqlx::Error> {
        settle::settle(tables).await
    }
}
