//! Demands and households that a page touches, from their tables and back.

use std::collections::BTreeSet;

use demand::DemandEvent;
use nomenclature::UniqueNumber;
use projection::Opened;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::ledger::{DemandState, Ledger};

const DEMANDS: &str = "SELECT d.* FROM unnest($1::text[], $2::text[]) AS k(territory, number) CROSS JOIN LATERAL \
     (SELECT number, state FROM infocentre_demands AS s \
       WHERE s.territory = k.territory AND s.number = k.number OFFSET 0) AS d";
const HOUSEHOLDS: &str = "SELECT h.* FROM unnest($1::uuid[]) AS k(person) CROSS JOIN LATERAL \
     (SELECT person, days FROM infocentre_households AS s WHERE s.person = k.person OFFSET 0) AS h";
const WRITE_DEMANDS: &str = "INSERT INTO infocentre_demands (territory, number, state) \
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) \
     ON CONFLICT (territory, number) DO UPDATE SET state = excluded.state";
const WRITE_HOUSEHOLDS: &str = "INSERT INTO infocentre_households (person, days) \
     SELECT * FROM unnest($1::uuid[], $2::text[]) ON CONFLICT (person) DO UPDATE SET days = excluded.days";
const DROP_HOUSEHOLDS: &str = "DELETE FROM infocentre_households WHERE person = ANY($1)";

/// What the events of a page may change, as it is kept.
pub async fn touched(page: &[Opened<'_, DemandEvent>], tables: &mut PgConnection) -> Result<Ledger, sqlx::Error> {
    let touching = || page.iter().filter(|opened| Ledger::concerns(&opened.event));
    let numbers: BTreeSet<UniqueNumber> =
        touching().filter_map(|opened| UniqueNumber::parse(opened.recorded.stream.as_str()).ok()).collect();
    let mut ledger = Ledger::default();
    if numbers.is_empty() {
        return Ok(ledger);
    }
    let (territories, texts) = keys(numbers.iter());
    let rows: Vec<(String, String)> =
        sqlx::query_as(DEMANDS).bind(territories).bind(texts).fetch_all(&mut *tables).await?;
    for (number, state) in rows {
        let number = UniqueNumber::parse(&number).map_err(|error| sqlx::Error::Decode(error.into()))?;
        ledger.demands.insert(number, read(&state)?);
    }
    let new = touching().filter_map(|opened| Ledger::person_of(&opened.event));
    let persons: BTreeSet<Uuid> = ledger.demands.values().flat_map(DemandState::persons).chain(new).collect();
    let persons: Vec<Uuid> = persons.into_iter().collect();
    let rows: Vec<(Uuid, String)> = sqlx::query_as(HOUSEHOLDS).bind(persons).fetch_all(tables).await?;
    for (person, days) in rows {
        ledger.households.insert(person, read(&days)?);
    }
    Ok(ledger)
}

/// Writes what became different. A household without any days is no row, as if it had never been one.
pub async fn write_changed(before: &Ledger, after: &Ledger, tables: &mut PgConnection) -> Result<(), sqlx::Error> {
    let demands: Vec<_> =
        after.demands.iter().filter(|(number, state)| before.demands.get(number) != Some(state)).collect();
    if !demands.is_empty() {
        let (territories, numbers) = keys(demands.iter().map(|(number, _)| *number));
        let states = demands.iter().map(|(_, state)| text(state)).collect::<Result<Vec<_>, _>>()?;
        sqlx::query(WRITE_DEMANDS).bind(territories).bind(numbers).bind(states).execute(&mut *tables).await?;
    }
    let changed =
        after.households.iter().filter(|(person, household)| before.households.get(person) != Some(household));
    let (gone, there): (Vec<_>, Vec<_>) = changed.partition(|(_, household)| household.is_empty());
    if !there.is_empty() {
        let persons: Vec<Uuid> = there.iter().map(|(person, _)| **person).collect();
        let days = there.iter().map(|(_, household)| text(household)).collect::<Result<Vec<_>, _>>()?;
        sqlx::query(WRITE_HOUSEHOLDS).bind(persons).bind(days).execute(&mut *tables).await?;
    }
    let gone: Vec<Uuid> = gone.iter().map(|(person, _)| **person).collect();
    if !gone.is_empty() {
        sqlx::query(DROP_HOUSEHOLDS).bind(gone).execute(tables).await?;
    }
    Ok(())
}

fn keys<'a>(numbers: impl Iterator<Item = &'a UniqueNumber>) -> (Vec<String>, Vec<String>) {
    numbers.map(|number| (number.territory().to_string(), number.to_string())).unzip()
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, sqlx::Error> {
    serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(error.into()))
}

pub fn text<T: Serialize>(value: &T) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}
