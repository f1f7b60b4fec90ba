//! Closing a block: what its parts hold is put together, once and for ever.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use crate::block::{FAN, sibling_before};
use crate::leaf::Entry;
use crate::place::FRANCE;
use crate::rollup::{Rollup, Unpacked, YearOfValues};
use crate::tables::unwritable;

const LEAVES: &str = "SELECT territory, entries FROM infocentre_leaves WHERE block >= $1 AND block < $1 + $2 \
     ORDER BY block, territory";
const TERRITORIES: &str = "SELECT territory FROM infocentre_counts \
       WHERE (level = $1 AND block = $2 + $3 - 1) OR (level = $1 + 1 AND block = $4) \
     UNION SELECT territory FROM infocentre_values WHERE level = $1 AND block >= $2 AND block < $2 + $3";
const COUNTS_EVERYWHERE: &str =
    "SELECT territory, place, counts FROM infocentre_counts WHERE level = $1 AND block = $2";
const COUNTS: &str = "SELECT place, counts FROM infocentre_counts WHERE level = $1 AND block = $2 AND territory = $3";
const VALUES: &str = "SELECT place, months FROM infocentre_values \
     WHERE level = $1 AND block >= $2 AND block < $2 + $3 AND territory = $4";
const WRITE_COUNTS: &str = "INSERT INTO infocentre_counts (level, block, territory, place, counts) \
     SELECT $1, $2, $3, place, counts FROM unnest($4::text[], $5::bytea[]) AS c(place, counts)";
const WRITE_VALUES: &str = "INSERT INTO infocentre_values (level, block, territory, place, year, whole, months) \
     SELECT $1, $2, $3, place, year, whole, months \
     FROM unnest($4::text[], $5::int[], $6::bytea[], $7::bytea[]) AS v(place, year, whole, months)";

/// By place.
pub type Rollups = BTreeMap<String, Rollup>;

/// Makes a block of a level from the blocks of the level below, and its counts with those of the sibling before it.
pub async fn close(level: i16, block: i64, tables: &mut PgConnection) -> Result<(), sqlx::Error> {
    let (first, before) = (block * FAN, sibling_before(block));
    if level == 1 {
        let mut territories = of_leaves(first, tables).await?;
        if let Some(before) = before {
            let counts: Vec<(String, String, Vec<u8>)> =
                sqlx::query_as(COUNTS_EVERYWHERE).bind(level).bind(before).fetch_all(&mut *tables).await?;
            for (territory, place, packed) in counts {
                let rollups = territories.entry(territory).or_default();
                rollup_of(rollups, &place).take_counts(&packed).map_err(unreadable)?;
            }
        }
        for (territory, rollups) in territories {
            write((level, block), &territory, &rollups, tables).await?;
        }
        return Ok(());
    }
    let below = level - 1;
    let territories: Vec<String> =
        sqlx::query_scalar(TERRITORIES).bind(below).bind(first).bind(FAN).bind(before).fetch_all(&mut *tables).await?;
    for territory in territories {
        let mut rollups = Rollups::new();
        // The last of the blocks below has the counts of all of them.
        let parts = [Some((below, first + FAN - 1)), before.map(|before| (level, before))];
        for (level, block) in parts.into_iter().flatten() {
            let counts: Vec<(String, Vec<u8>)> =
                sqlx::query_as(COUNTS).bind(level).bind(block).bind(&territory).fetch_all(&mut *tables).await?;
            for (place, packed) in counts {
                rollup_of(&mut rollups, &place).take_counts(&packed).map_err(unreadable)?;
            }
        }
        let values: Vec<(String, Vec<u8>)> =
            sqlx::query_as(VALUES).bind(below).bind(first).bind(FAN).bind(&territory).fetch_all(&mut *tables).await?;
        for (place, packed) in values {
            rollup_of(&mut rollups, &place).take_months(&packed).map_err(unreadable)?;
        }
        write((level, block), &territory, &rollups, tables).await?;
    }
    Ok(())
}

/// By territory and place, from the entries of the leaves.
async fn of_leaves(first: i64, tables: &mut PgConnection) -> Result<BTreeMap<String, Rollups>, sqlx::Error> {
    let leaves: Vec<(String, Vec<u8>)> = sqlx::query_as(LEAVES).bind(first).bind(FAN).fetch_all(tables).await?;
    let mut territories: BTreeMap<String, Rollups> = BTreeMap::new();
    for (territory, packed) in leaves {
        let rollups = territories.entry(territory.clone()).or_default();
        for entry in Entry::unpack(&packed).map_err(unreadable)? {
            count(rollups, &territory, &entry);
        }
    }
    Ok(territories)
}

/// Counts an entry of a territory wherever it counts.
pub fn count(rollups: &mut Rollups, territory: &str, entry: &Entry) {
    rollup_of(rollups, territory).add(entry);
    if territory != FRANCE {
        entry.each_place(|place| rollup_of(rollups, place).add(entry));
    }
}

/// The rollup of a place, begun where there is none.
pub fn rollup_of<'a>(rollups: &'a mut Rollups, place: &str) -> &'a mut Rollup {
    if !rollups.contains_key(place) {
        rollups.insert(place.to_owned(), Rollup::default());
    }
    rollups.get_mut(place).expect("it is there by now")
}

async fn write(
    (level, block): (i16, i64),
    territory: &str,
    rollups: &Rollups,
    tables: &mut PgConnection,
) -> Result<(), sqlx::Error> {
    let (counts, values) = (counts_of(rollups).map_err(unwritable)?, values_of(rollups).map_err(unwritable)?);
    if !counts.is_empty() {
        let query = sqlx::query(WRITE_COUNTS).bind(level).bind(block).bind(territory);
        let (places, counts): (Vec<_>, Vec<_>) = counts.into_iter().unzip();
        query.bind(places).bind(counts).execute(&mut *tables).await?;
    }
    if !values.is_empty() {
        let query = sqlx::query(WRITE_VALUES).bind(level).bind(block).bind(territory);
        let (places, years): (Vec<_>, Vec<_>) = values.into_iter().unzip();
        let numbers: Vec<i32> = years.iter().map(|year| year.year).collect();
        let (whole, months): (Vec<_>, Vec<_>) = years.into_iter().map(|year| (year.whole, year.months)).unzip();
        query.bind(places).bind(numbers).bind(whole).bind(months).execute(tables).await?;
    }
    Ok(())
}

/// The counts of each place; where nothing was counted is no row.
pub fn counts_of(rollups: &Rollups) -> Result<Vec<(&str, Vec<u8>)>, postcard::Error> {
    let mut rows = Vec::new();
    for (place, rollup) in rollups {
        let packed = rollup.packed_counts()?;
        if !packed.is_empty() {
            rows.push((place.as_str(), packed));
        }
    }
    Ok(rows)
}

/// The values of each place, year by year.
pub fn values_of(rollups: &Rollups) -> Result<Vec<(&str, YearOfValues)>, postcard::Error> {
    let mut rows = Vec::new();
    for (place, rollup) in rollups {
        rows.extend(rollup.packed_values()?.into_iter().map(|year| (place.as_str(), year)));
    }
    Ok(rows)
}

pub fn unreadable(error: Unpacked) -> sqlx::Error {
    sqlx::Error::Decode(error.into())
}
