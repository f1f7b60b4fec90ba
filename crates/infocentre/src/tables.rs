//! The tables, and how a page of events gets into them: what it touches is read, folded in memory and written once.

use std::collections::BTreeMap;

use async_trait::async_trait;
use demand::DemandEvent;
use projection::{Opened, Projection};
use sqlx::PgConnection;

use crate::block::{closing, leaf_of};
use crate::close;
use crate::leaf::Entry;
use crate::ledger::Delta;
use crate::load;
use crate::place::FRANCE;

const REACHED: &str = "SELECT position FROM infocentre_reached WHERE id = 1";
pub(crate) const REACH: &str = "UPDATE infocentre_reached SET position = $1 WHERE id = 1";
const APPEND: &str = "INSERT INTO infocentre_leaves AS l (block, territory, entries) \
     SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[]) \
     ON CONFLICT (block, territory) DO UPDATE SET entries = l.entries || excluded.entries";

/// The projection of the statistics. It reads open facts only: its opener is one that unseals nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeepStatistics;

#[async_trait]
impl Projection for KeepStatistics {
    type Event = DemandEvent;
    type Tables = PgConnection;

    const NAME: &'static str = "infocentre";
    const VERSION: u32 = 3;
    const TABLES: &'static [&'static str] = &[
        "infocentre_demands",
        "infocentre_households",
        "infocentre_leaves",
        "infocentre_counts",
        "infocentre_values",
        "infocentre_reached",
    ];
    const CREATE: &'static str = include_str!("tables.sql");

    async fn fold(&self, page: &[Opened<'_, DemandEvent>], tables: &mut PgConnection) -> Result<(), sqlx::Error> {
        let Some(last) = page.last().map(|opened| opened.recorded.position.get()) else { return Ok(()) };
        let before = load::touched(page, tables).await?;
        let mut after = before.clone();
        let mut leaves = Leaves::default();
        for opened in page {
            for delta in after.fold(opened) {
                leaves.add(&delta).map_err(unwritable)?;
            }
        }
        load::write_changed(&before, &after, tables).await?;
        leaves.append(tables).await?;
        let reached: i64 = sqlx::query_scalar(REACHED).fetch_one(&mut *tables).await?;
        for (level, block) in closing(reached, last) {
            close::close(level, block, tables).await?;
        }
        sqlx::query(REACH).bind(last).execute(tables).await.map(drop)
    }
}

pub(crate) fn unwritable(error: postcard::Error) -> sqlx::Error {
    sqlx::Error::Encode(error.into())
}

/// Packed entries by block and territory.
#[derive(Default)]
pub(crate) struct Leaves(pub BTreeMap<(i64, String), Vec<u8>>);

impl Leaves {
    /// A change counts in its territory and in the country.
    pub fn add(&mut self, delta: &Delta) -> Result<(), postcard::Error> {
        let block = leaf_of(delta.position.get());
        let entry = Entry::of(delta);
        if let Some(territory) = delta.territory {
            entry.pack(self.0.entry((block, territory.to_string())).or_default())?;
        }
        Entry { commune: None, ..entry }.pack(self.0.entry((block, FRANCE.to_owned())).or_default())
    }

    async fn append(self, tables: &mut PgConnection) -> Result<(), sqlx::Error> {
        if self.0.is_empty() {
            return Ok(());
        }
        let (keys, entries): (Vec<_>, Vec<_>) = self.0.into_iter().unzip();
        let (blocks, territories): (Vec<_>, Vec<_>) = keys.into_iter().unzip();
        sqlx::query(APPEND).bind(blocks).bind(territories).bind(entries).execute(tables).await.map(drop)
    }
}
