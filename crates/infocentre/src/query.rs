//! What was counted up to a position, read from the tables.
//!
//! Nothing is locked and no snapshot is held: what a closed block holds never changes, and of an open one only the events up to
//! the position are taken. So an answer for a position is the same whenever it is asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use event_log::Position;
use projection::columns::column;
use projection::{AtLeast, Handle, QueryError, Scope, ViewReader};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{PgPool, Postgres};
use tokio::time::Instant;

use crate::block::{Beginning, leaf_of, offset_of};
use crate::close::{Rollups, rollup_of};
use crate::leaf::Entry;
use crate::place::{FRANCE, Place};
use crate::rollup::Unpacked;
use crate::tables::KeepStatistics;

/// No statement of this view takes longer on a register of any size: each reads a few rows by their keys.
const LONGEST: Duration = Duration::from_secs(10);

const REACHED: &str = "SELECT position FROM views.infocentre_reached WHERE id = 1";
const LEAVES: &str = "SELECT l.* FROM unnest($1::bigint[]) AS b(block) CROSS JOIN unnest($2::text[]) AS t(territory) \
     CROSS JOIN LATERAL (SELECT block, territory, entries FROM views.infocentre_leaves AS s \
       WHERE s.block = b.block AND s.territory = t.territory OFFSET 0) AS l";
const COUNTS: &str = "SELECT c.* FROM unnest($1::smallint[], $2::bigint[]) AS b(level, block) \
     CROSS JOIN unnest($3::text[], $4::text[]) AS k(territory, place) \
     CROSS JOIN LATERAL (SELECT place, counts FROM views.infocentre_counts AS s \
       WHERE s.level = b.level AND s.block = b.block AND s.territory = k.territory AND s.place = k.place OFFSET 0) AS c";
const COUNTS_EVERYWHERE: &str = "SELECT c.* FROM unnest($1::smallint[], $2::bigint[]) AS b(level, block) \
     CROSS JOIN LATERAL (SELECT place, counts FROM views.infocentre_counts AS s \
       WHERE s.level = b.level AND s.block = b.block AND s.territory = $3 OFFSET 0) AS c";
const VALUES: &str = "SELECT v.* FROM unnest($1::smallint[], $2::bigint[]) AS b(level, block) \
     CROSS JOIN unnest($3::text[], $4::text[]) AS k(territory, place) \
     CROSS JOIN LATERAL (SELECT place, year, CASE WHEN year < $5 THEN whole END AS whole, \
         CASE WHEN year >= $5 THEN months END AS months FROM views.infocentre_values AS s \
       WHERE s.level = b.level AND s.block = b.block AND s.territory = k.territory AND s.place = k.place \
         AND s.year <= $6 OFFSET 0) AS v";
const VALUES_EVERYWHERE: &str = "SELECT v.* FROM unnest($1::smallint[], $2::bigint[]) AS b(level, block) \
     CROSS JOIN LATERAL (SELECT place, year, CASE WHEN year < $4 THEN whole END AS whole, \
         CASE WHEN year >= $4 THEN months END AS months FROM views.infocentre_values AS s \
       WHERE s.level = b.level AND s.block = b.block AND s.territory = $3 AND s.year <= $5 OFFSET 0) AS v";

/// As of when an answer is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AsKnown {
    /// What the view must at least hold, and how long may be waited for it.
    pub at_least: AtLeast,
    /// The figures as they were known at this position; as they are when none.
    pub position: Option<Position>,
}

/// Whose counts are read.
pub(crate) enum Wanted {
    /// These places, by the territory that they lie in.
    Only(BTreeMap<String, BTreeSet<String>>),
    /// Every place of a territory.
    Everywhere(String),
}

impl Wanted {
    /// One place, in every territory that it lies in.
    pub(crate) fn place(place: Place) -> Self {
        Self::only(place.territories().into_iter().map(|territory| (territory, place.code())))
    }

    /// Places, each with its territory.
    pub(crate) fn only(pairs: impl Iterator<Item = (String, String)>) -> Self {
        let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (territory, place) in pairs {
            places.entry(territory).or_default().insert(place);
        }
        Self::Only(places)
    }

    fn territories(&self) -> Vec<String> {
        match self {
            Self::Only(places) => places.keys().cloned().collect(),
            Self::Everywhere(territory) => vec![territory.clone()],
        }
    }

    fn has(&self, territory: &str, place: &str) -> bool {
        match self {
            Self::Only(places) => places.get(territory).is_some_and(|places| places.contains(place)),
            Self::Everywhere(_) => true,
        }
    }
}

/// Answers, with the rights of [`Role::Infocentre`](event_log::Role::Infocentre). Whether the asker may ask is decided before.
/// Cheap to clone.
#[derive(Clone, Debug)]
pub struct Infocentre {
    reader: ViewReader,
}

impl Infocentre {
    /// The statistics in a database.
    pub fn new(pool: PgPool) -> Self {
        Self { reader: ViewReader::of::<KeepStatistics>(pool) }
    }

    /// Lets the runner of this process wake those who wait.
    #[must_use]
    pub fn hinted_by(self, handle: &Handle) -> Self {
        Self { reader: self.reader.hinted_by(handle) }
    }

    /// The counts of some places, and the position that they are for. With the first and last year of what is asked, the values
    /// behind the counts, too.
    pub(crate) async fn rollups(
        &self,
        wanted: &Wanted,
        years: Option<(i32, i32)>,
        as_known: AsKnown,
    ) -> Result<(Position, Rollups), QueryError> {
        let AsKnown { at_least: AtLeast { position, within }, position: asked } = as_known;
        let at_least = AtLeast { position: position.max(asked.unwrap_or_default()), within };
        let reached = self.reader.wait_for(at_least).await?;
        let position = asked.unwrap_or(reached);
        Ok((position, self.up_to(wanted, years, position).await?))
    }

    /// The counts up to a position that the view has reached.
    async fn up_to(
        &self,
        wanted: &Wanted,
        years: Option<(i32, i32)>,
        position: Position,
    ) -> Result<Rollups, QueryError> {
        let rows = self.rows("reading how far the statistics are", sqlx::query(REACHED)).await?;
        let last: i64 = rows.first().map_or(Ok(0), |row| column(row, "position"))?;
        // Blocks are closed by events of demands only: behind the last one there is nothing to count.
        let end = position.get().min(last);
        let Beginning { leaves, closed, last } = Beginning::up_to(end);
        let (levels, blocks): (Vec<i16>, Vec<i64>) = closed.into_iter().unzip();
        let (last_levels, last_blocks): (Vec<i16>, Vec<i64>) = last.into_iter().unzip();
        let leaves = sqlx::query(LEAVES).bind(leaves).bind(wanted.territories());
        let counts = match wanted {
            Wanted::Only(places) => bind_pairs(sqlx::query(COUNTS).bind(last_levels).bind(last_blocks), places),
            Wanted::Everywhere(territory) => {
                sqlx::query(COUNTS_EVERYWHERE).bind(last_levels).bind(last_blocks).bind(territory.clone())
            }
        };
        let values = years.map(|(from, to)| {
            let values = match wanted {
                Wanted::Only(places) => bind_pairs(sqlx::query(VALUES).bind(levels).bind(blocks), places),
                Wanted::Everywhere(territory) => {
                    sqlx::query(VALUES_EVERYWHERE).bind(levels).bind(blocks).bind(territory.clone())
                }
            };
            values.bind(from).bind(to)
        });
        let (leaves, counts, values) =
            tokio::try_join!(self.rows("reading open blocks", leaves), self.rows("reading counts", counts), async {
                match values {
                    Some(values) => self.rows("reading values", values).await,
                    None => Ok(Vec::new()),
                }
            },)?;
        let mut rollups = Rollups::new();
        for row in &leaves {
            take_leaf(&mut rollups, wanted, row, end)?;
        }
        for row in &counts {
            let packed = rollup_of(&mut rollups, column(row, "place")?).take_counts(column(row, "counts")?);
            packed.map_err(|Unpacked| QueryError::Unreadable { column: "counts" })?;
        }
        for row in &values {
            let rollup = rollup_of(&mut rollups, column(row, "place")?);
            let taken = match column::<Option<&[u8]>>(row, "whole")? {
                Some(whole) => rollup.take_year(column(row, "year")?, whole),
                None => rollup.take_months(column(row, "months")?),
            };
            taken.map_err(|Unpacked| QueryError::Unreadable { column: "values" })?;
        }
        Ok(rollups)
    }

    async fn rows(
        &self,
        action: &'static str,
        statement: Query<'static, Postgres, PgArguments>,
    ) -> Result<Vec<PgRow>, QueryError> {
        // Counts are everybody's who may read statistics, wherever; nobody's row is among them.
        self.reader.rows(action, Scope::default(), statement, Instant::now() + LONGEST).await
    }
}

fn bind_pairs(
    query: Query<'static, Postgres, PgArguments>,
    places: &BTreeMap<String, BTreeSet<String>>,
) -> Query<'static, Postgres, PgArguments> {
    let pairs =
        places.iter().flat_map(|(territory, places)| places.iter().map(|place| (territory.clone(), place.clone())));
    let (territories, places): (Vec<String>, Vec<String>) = pairs.unzip();
    query.bind(territories).bind(places)
}

/// Counts the events of a block of level 0, up to a position.
fn take_leaf(rollups: &mut Rollups, wanted: &Wanted, row: &PgRow, end: i64) -> Result<(), QueryError> {
    let (block, territory): (i64, &str) = (column(row, "block")?, column(row, "territory")?);
    let entries =
        Entry::unpack(column(row, "entries")?).map_err(|Unpacked| QueryError::Unreadable { column: "entries" })?;
    let up_to = if block == leaf_of(end) { offset_of(end) } else { u16::MAX };
    for entry in entries.iter().filter(|entry| entry.offset <= up_to) {
        if wanted.has(territory, territory) {
            rollup_of(rollups, territory).add(entry);
        }
        if territory != FRANCE {
            entry.each_place(|place| {
                if wanted.has(territory, place) {
                    rollup_of(rollups, place).add(entry);
                }
            });
        }
    }
    Ok(())
}
