//! Late radiations: a dwelling was attributed or a lease is known, and the demand is still in the register (R441-2-8 a,
//! INV-26, INV-53). Rows and position of an answer come from one statement, so from one snapshot.

use demand::Demand;
use demand::housed::KnownHoused;
use event_log::{PgDate, Position};
use jiff::civil::Date;
use nomenclature::{Territory, UniqueNumber};
use projection::columns::{column, day, parsed};
use projection::{AtLeast, Projection as _, QueryError, Scope};
use sqlx::postgres::PgRow;
use tokio::time::Instant;

use super::query::Deadlines;
use super::since::LONG_AGO;
use super::tables::KeepDeadlines;
use crate::Within;

/// Demands of one answer at most.
const MOST: u16 = 500;

const LATE: &str = "SELECT c.position AS view_position, d.* FROM projection.checkpoints AS c LEFT JOIN LATERAL ( \
       SELECT number, housed_since, state FROM views.deadline_demands \
       WHERE territory = $1 AND housed_since IS NOT NULL AND (housed_since, number) > ($2, $3) AND housed_since <= $4 \
         AND ($8::text[] IS NULL OR string_to_array(communes, ' ') && $8 OR of_desk = ANY($9)) \
       ORDER BY housed_since, number LIMIT $5) AS d ON true \
     WHERE c.name = $6 AND c.slot = 'live' AND c.version = $7 ORDER BY d.housed_since, d.number";

/// Which late radiations.
#[derive(Clone, Debug)]
pub struct LateQuery {
    /// The territory: nobody looks beyond it.
    pub territory: Territory,
    /// Is one of these; any when absent. They are few whose radiation is late, so all of a territory are looked at.
    pub within: Option<Within>,
    /// Known, or attributed, on this day or before.
    pub until: Date,
    /// Goes on behind this place.
    pub after: Option<LatePlace>,
    /// Demands in the answer at most: 1 to 500, a value beyond counts as the nearest.
    pub limit: u16,
}

/// A place in the list. It stays where it is, whatever happens to the demand it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LatePlace {
    /// The day of the oldest of what is known.
    pub since: Date,
    /// The demand.
    pub number: UniqueNumber,
}

/// A demand in the register whose household is housed, or about to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateRadiation {
    /// Its place in the list: its age counts from that day.
    pub place: LatePlace,
    /// Who knows, and since when, the longest first.
    pub known: Vec<KnownHoused>,
}

/// Some late radiations, the oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatePage {
    /// Them.
    pub late: Vec<LateRadiation>,
    /// Where to go on; none at the end.
    pub next: Option<LatePlace>,
    /// The position that the answer is for.
    pub position: Position,
}

impl Deadlines {
    /// The late radiations of a territory, as far as it is within a scope. The statement ends at `until` in the database, too.
    ///
    /// # Errors
    /// As [`Self::calendar`].
    pub async fn late(
        &self,
        scope: Scope,
        query: &LateQuery,
        at_least: AtLeast,
        until: Instant,
    ) -> Result<LatePage, QueryError> {
        let limit = query.limit.clamp(1, MOST);
        let (since, number) =
            query.after.map_or((LONG_AGO, String::new()), |LatePlace { since, number }| (since, number.to_string()));
        let statement = sqlx::query(LATE)
            .bind(query.territory.to_string())
            .bind(PgDate(since))
            .bind(number)
            .bind(PgDate(query.until))
            .bind(i64::from(limit) + 1)
            .bind(KeepDeadlines::NAME)
            .bind(i32::try_from(KeepDeadlines::VERSION).unwrap_or(i32::MAX))
            .bind(query.within.as_ref().map(Within::commune_codes))
            .bind(query.within.as_ref().map(Within::desk_codes));
        let rows = self.reader.statement(scope, statement, until);
        let (position, rows) = self.reader.rows_at("reading late radiations", rows, at_least).await?;
        let nothing = rows.len() == 1 && column::<Option<&str>>(&rows[0], "number")?.is_none();
        let found = if nothing { &[] } else { rows.as_slice() };
        let late = found.iter().take(usize::from(limit)).map(read).collect::<Result<Vec<_>, _>>()?;
        let next = late.last().map(|last| last.place).filter(|_| found.len() > usize::from(limit));
        Ok(LatePage { late, next, position })
    }
}

fn read(row: &PgRow) -> Result<LateRadiation, QueryError> {
    let place = LatePlace { since: day(row, "housed_since")?, number: parsed(row, "number", UniqueNumber::parse)? };
    let demand: Demand = parsed(row, "state", |text| serde_json::from_str(text))?;
    Ok(LateRadiation { place, known: demand.known_housed() })
}
