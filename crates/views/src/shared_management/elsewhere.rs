//! The same person in other territories: one active demand may stand in each (R441-2-1), and whoever reads one of them may
//! know that there are others, and nothing else of them.

use event_log::Position;
use nomenclature::{Territory, UniqueNumber};
use projection::columns::{column, parsed};
use projection::{AtLeast, Projection as _, QueryError, Scope};
use tokio::time::Instant;

use super::query::View;
use super::tables::SharedManagement;

/// Territories are a hundred, and nobody is forced in more often than this in all of them together.
const MOST: i64 = 1_000;

const ELSEWHERE: &str = "SELECT c.position AS view_position, s.number AS asked, o.territory, o.number \
     FROM projection.checkpoints AS c \
     LEFT JOIN LATERAL (SELECT number, person_ref FROM views.shared_demands \
       WHERE territory = $1 AND number = $2 AND radiated_on IS NULL OFFSET 0) AS s ON true \
     LEFT JOIN LATERAL (SELECT territory, number FROM views.shared_demands \
       WHERE person_ref = s.person_ref AND radiated_on IS NULL AND territory <> $1 \
       ORDER BY territory, number LIMIT $3) AS o ON true \
     WHERE c.name = $4 AND c.slot = 'live' AND c.version = $5 ORDER BY o.territory, o.number";

/// Where else a person has an active demand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// By territory, then number; none at all when the demand asked about is not active.
    pub demands: Option<Vec<(Territory, UniqueNumber)>>,
    /// The position that the answer is for.
    pub position: Position,
}

impl View {
    /// The active demands that the applicant of a demand has in other territories, as far as a scope reaches: no more of them
    /// is read than that they are there. Associations have no reference, so none are found.
    ///
    /// # Errors
    /// As [`ViewReader::answer`](projection::ViewReader::answer).
    pub async fn elsewhere(
        &self,
        scope: Scope,
        number: UniqueNumber,
        at_least: AtLeast,
        until: Instant,
    ) -> Result<Elsewhere, QueryError> {
        let statement = sqlx::query(ELSEWHERE)
            .bind(number.territory().to_string())
            .bind(number.to_string())
            .bind(MOST)
            .bind(SharedManagement::NAME)
            .bind(i32::try_from(SharedManagement::VERSION).unwrap_or(i32::MAX));
        let rows = self.reader.statement(scope, statement, until);
        let (position, rows) = self.reader.rows_at("looking elsewhere", rows, at_least).await?;
        // A checkpoint stands in every row, so there is one.
        let Some(first) = rows.first() else { return Ok(Elsewhere { demands: None, position }) };
        if column::<Option<&str>>(first, "asked")?.is_none() {
            return Ok(Elsewhere { demands: None, position });
        }
        let nothing = column::<Option<&str>>(first, "number")?.is_none();
        let found = rows.iter().take(if nothing { 0 } else { rows.len() });
        let demands = found
            .map(|row| Ok((parsed(row, "territory", Territory::parse)?, parsed(row, "number", UniqueNumber::parse)?)));
        Ok(Elsewhere { demands: Some(demands.collect::<Result<_, QueryError>>()?), position })
    }
}
