//! The rows that several streams make together.

use std::collections::BTreeMap;
use std::mem::take;

use projection::{CopyRows, Settling};
use serde::Deserialize;
use sqlx::PgConnection;
use sqlx::error::BoxDynError;

use super::gathered::{Gathered, PackedDelta, PackedWord, unpack};
use super::{DELTAS, WORDS};
use crate::block::{FAN, closing, leaf_of};
use crate::close::{self, Rollups, counts_of, values_of};
use crate::household::Household;
use crate::leaf::Entry;
use crate::load::text;
use crate::place::FRANCE;
use crate::tables::{Leaves, REACH};

pub const HOUSEHOLDS: &str = "person, days";
pub const LEAVES: &str = "block, territory, entries";
pub const COUNTS: &str = "level, block, territory, place, counts";
pub const VALUES: &str = "level, block, territory, place, year, whole, months";

const LAST: &str = "SELECT max(last) FROM infocentre_staged_deltas";
const BUCKETS: &str = "SELECT DISTINCT bucket FROM infocentre_staged_words ORDER BY bucket";
const BLOCKS: &str = "SELECT DISTINCT block FROM infocentre_staged_deltas ORDER BY block";
const BUCKET: &str = "SELECT packed FROM infocentre_staged_words WHERE bucket = $1";
const BLOCK: &str = "SELECT packed FROM infocentre_staged_deltas WHERE block = $1";
/// The level whose blocks are made in memory; those above are made of them.
const LEVEL_ONE: i16 = 1;
/// What waits to be copied, at most.
const BYTES: usize = 4 << 20;

/// Households first, as they count in blocks; then the blocks.
pub async fn settle(tables: &mut Settling<'_>) -> Result<(), sqlx::Error> {
    let last: Option<i64> = sqlx::query_scalar(LAST).fetch_one(tables.session()).await?;
    let Some(last) = last else { return Ok(()) };
    households(tables).await?;
    blocks(last, tables).await?;
    tables.put_indexes_back().await?;
    let above = closing(0, last).into_iter().filter(|(level, _)| *level > LEVEL_ONE);
    for (level, block) in above {
        close::close(level, block, tables.session()).await?;
    }
    sqlx::query(REACH).bind(last).execute(tables.session()).await.map(drop)
}

async fn households(tables: &mut Settling<'_>) -> Result<(), sqlx::Error> {
    let mut rows = CopyRows::new("infocentre_households", HOUSEHOLDS);
    let [mut deltas, mut words] = [DELTAS, WORDS].map(|staged| CopyRows::new(staged.table, staged.columns));
    let mut gathered = Gathered::default();
    let buckets: Vec<i16> = sqlx::query_scalar(BUCKETS).fetch_all(tables.session()).await?;
    for bucket in buckets {
        let mut said: Vec<PackedWord> = packed(sqlx::query_scalar(BUCKET).bind(bucket), tables.session()).await?;
        said.sort_by_key(|word| (word.person, word.position, word.rank));
        let mut said = said.into_iter().peekable();
        while let Some(word) = said.next() {
            let (person, mut household) = (word.person, Household::default());
            let mut next = Some(word);
            while let Some(word) = next {
                let rank = word.rank;
                for delta in word.unpacked().map_err(close::unreadable)?.take_in(&mut household) {
                    gathered.delta(rank, &delta).map_err(crate::tables::unwritable)?;
                }
                next = said.next_if(|word| word.person == person);
            }
            if !household.is_empty() {
                let days = text(&household)?;
                rows.row().field(person).and_then(|row| row.field(days)).map(drop).map_err(sqlx::Error::Encode)?;
            }
        }
        if rows.bytes() + gathered.bytes() > BYTES {
            gathered.put_down(&mut deltas, &mut words).map_err(sqlx::Error::Encode)?;
            tables.copy(&mut deltas).await?;
            tables.copy(&mut rows).await?;
        }
    }
    gathered.put_down(&mut deltas, &mut words).map_err(sqlx::Error::Encode)?;
    tables.copy(&mut deltas).await?;
    tables.copy(&mut rows).await
}

/// The rows of blocks that wait to be copied.
struct Waiting {
    leaves: CopyRows,
    counts: CopyRows,
    values: CopyRows,
}

async fn blocks(last: i64, tables: &mut Settling<'_>) -> Result<(), sqlx::Error> {
    let mut waiting = Waiting {
        leaves: CopyRows::new("infocentre_leaves", LEAVES),
        counts: CopyRows::new("infocentre_counts", COUNTS),
        values: CopyRows::new("infocentre_values", VALUES),
    };
    let blocks: Vec<i64> = sqlx::query_scalar(BLOCKS).fetch_all(tables.session()).await?;
    for block in blocks {
        let mut deltas: Vec<PackedDelta> = packed(sqlx::query_scalar(BLOCK).bind(block), tables.session()).await?;
        deltas.sort_by_key(|delta| (delta.position, delta.rank));
        waiting.block(block, &deltas, last).map_err(sqlx::Error::Encode)?;
        let Waiting { leaves, counts, values } = &mut waiting;
        for rows in [leaves, counts, values] {
            tables.copy(rows).await?;
        }
    }
    Ok(())
}

impl Waiting {
    /// The rows of a block of level 2: its leaves, and its blocks of level 1 as far as they are closed.
    fn block(&mut self, block: i64, deltas: &[PackedDelta], last: i64) -> Result<(), BoxDynError> {
        let mut deltas = deltas.iter().peekable();
        let mut so_far = Territories::new();
        for closing in block * FAN..(block + 1) * FAN {
            let (mut alone, mut leaves) = (Territories::new(), Leaves::default());
            while let Some(delta) = deltas.next_if(|delta| leaf_of(delta.position) / FAN == closing) {
                let delta = delta.unpacked()?;
                leaves.add(&delta)?;
                let entry = Entry::of(&delta);
                if let Some(territory) = delta.territory {
                    let territory = territory.to_string();
                    close::count(of(&mut alone, &territory), &territory, &entry);
                }
                close::count(of(&mut alone, FRANCE), FRANCE, &Entry { commune: None, ..entry });
            }
            for ((leaf, territory), entries) in take(&mut leaves.0) {
                self.leaves.row().field(leaf)?.field(territory)?.field(entries)?;
            }
            if closing < leaf_of(last) / FAN {
                self.closed(closing, &alone, &mut so_far)?;
            }
        }
        Ok(())
    }

    /// A block of level 1: its values alone, and its counts with those of its siblings before it.
    fn closed(&mut self, block: i64, alone: &Territories, so_far: &mut Territories) -> Result<(), BoxDynError> {
        for (territory, rollups) in alone {
            for (place, values) in values_of(rollups)? {
                let row = self.values.row().field(LEVEL_ONE)?.field(block)?.field(territory.as_str())?;
                row.field(place)?.field(values.year)?.field(values.whole)?.field(values.months)?;
            }
            for (place, counts) in counts_of(rollups)? {
                close::rollup_of(of(so_far, territory), place).take_counts(&counts)?;
            }
        }
        for (territory, rollups) in so_far {
            for (place, counts) in counts_of(rollups)? {
                let row = self.counts.row().field(LEVEL_ONE)?.field(block)?.field(territory.as_str())?;
                row.field(place)?.field(counts)?;
            }
        }
        Ok(())
    }
}

/// By territory.
type Territories = BTreeMap<String, Rollups>;

/// The rollups of a territory, begun where there are none.
fn of<'a>(territories: &'a mut Territories, territory: &str) -> &'a mut Rollups {
    if !territories.contains_key(territory) {
        territories.insert(territory.to_owned(), Rollups::new());
    }
    territories.get_mut(territory).expect("it is there by now")
}

type Query<'q> = sqlx::query::QueryScalar<'q, sqlx::Postgres, Vec<u8>, sqlx::postgres::PgArguments>;

/// Everything that a query finds packed.
async fn packed<T: for<'a> Deserialize<'a>>(
    query: Query<'_>,
    session: &mut PgConnection,
) -> Result<Vec<T>, sqlx::Error> {
    let mut all = Vec::new();
    for bytes in query.fetch_all(session).await? {
        unpack(&bytes, &mut all).map_err(close::unreadable)?;
    }
    Ok(all)
}
