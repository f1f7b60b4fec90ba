//! How many rows imports may enter within an hour, for each organisation that they say acted: whoever has the file of a whole
//! territory does not pour it in unnoticed, and a file that is sent again and again ends.
//!
//! Rows are counted before anything of them is written, over all processes; what turns out to be there already, or is refused,
//! is given back. A process that ends in between has used them up until the hour is over.

use std::collections::BTreeMap;
use std::time::Duration;

use nomenclature::{Actor, Siren};
use sqlx::{PgConnection, PgPool};

use super::Entered;
use crate::Error;
use crate::bus::Order;

const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtextextended('sne imported rows ' || $1, 0))";
const FORGET: &str = "DELETE FROM register.imported_rows \
     WHERE organisation = $1 AND minute <= clock_timestamp() - interval '1 hour'";
const COUNTED: &str = "SELECT coalesce(sum(rows), 0)::bigint, \
       coalesce(extract(epoch FROM min(minute) + interval '1 hour' - clock_timestamp()), 0)::bigint \
     FROM register.imported_rows WHERE organisation = $1";
const COUNT: &str = "INSERT INTO register.imported_rows AS r (organisation, minute, rows) \
     VALUES ($1, date_trunc('minute', clock_timestamp()), $2) \
     ON CONFLICT (organisation, minute) DO UPDATE SET rows = r.rows + excluded.rows";
/// From the last minutes first: that is where they were counted.
const GIVE_BACK: &str = "UPDATE register.imported_rows SET rows = greatest(rows - $2, 0) \
     WHERE organisation = $1 AND minute = (SELECT max(minute) FROM register.imported_rows \
       WHERE organisation = $1 AND rows >= $2)";

/// Rows by the organisation that they say acted.
pub(super) type Rows = BTreeMap<Siren, i64>;

fn organisation_of(order: &Order) -> Option<Siren> {
    match order.request.actor {
        Actor::Import { organisation, .. } => Some(organisation),
        Actor::Operator | Actor::Applicant { .. } | Actor::Agent { .. } => None,
    }
}

/// The organisations of some orders, in their order.
pub(super) fn organisations(orders: &[Order]) -> Vec<Option<Siren>> {
    orders.iter().map(organisation_of).collect()
}

fn counted(organisations: impl IntoIterator<Item = Siren>) -> Rows {
    let mut rows = Rows::new();
    for organisation in organisations {
        *rows.entry(organisation).or_default() += 1;
    }
    rows
}

/// Counts rows that are about to be entered.
///
/// # Errors
/// [`Error::TooManyRows`]: then none of them is counted.
pub(super) async fn reserve(pool: &PgPool, organisations: &[Option<Siren>], most: u64) -> Result<(), Error> {
    let mut transaction = pool.begin().await.map_err(|error| failed(&error))?;
    // In the order of the organisations, so that two imports never wait for one another.
    for (organisation, rows) in counted(organisations.iter().copied().flatten()) {
        let (before, seconds) = counted_before(&mut transaction, organisation).await.map_err(|error| failed(&error))?;
        if u64::try_from(before + rows).unwrap_or(u64::MAX) > most {
            let retry_after = Duration::from_secs(u64::try_from(seconds).unwrap_or(0).max(1));
            return Err(Error::TooManyRows { organisation, retry_after });
        }
        let count = sqlx::query(COUNT).bind(organisation.to_string()).bind(rows);
        count.execute(&mut *transaction).await.map_err(|error| failed(&error))?;
    }
    transaction.commit().await.map_err(|error| failed(&error))
}

async fn counted_before(transaction: &mut PgConnection, organisation: Siren) -> Result<(i64, i64), sqlx::Error> {
    let organisation = organisation.to_string();
    for statement in [LOCK, FORGET] {
        sqlx::query(statement).bind(&organisation).execute(&mut *transaction).await?;
    }
    sqlx::query_as(COUNTED).bind(&organisation).fetch_one(&mut *transaction).await
}

/// Gives back what was not entered now.
pub(super) async fn give_back(
    pool: &PgPool,
    organisations: &[Option<Siren>],
    outcomes: &[Result<Entered, Error>],
) -> Result<(), Error> {
    let not_now = organisations.iter().zip(outcomes).filter(|(_, outcome)| !matches!(outcome, Ok(Entered::Now(_))));
    for (organisation, rows) in counted(not_now.filter_map(|(organisation, _)| *organisation)) {
        let given = sqlx::query(GIVE_BACK).bind(organisation.to_string()).bind(rows).execute(pool).await;
        given.map_err(|error| failed(&error))?;
    }
    Ok(())
}

fn failed(error: &sqlx::Error) -> Error {
    Error::Log(event_log::Error::of_driver("counting the rows of an import", error))
}
