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

/// What the events of a page may change, as it is kept.
pub async fn touched(page: &[Opened<'_, DemandEvent>], tables: &mut PgConnection) -> Result<Ledger, sqlx::Error> {
    let numbers: BTreeSet<UniqueNumber> =
        page.iter().filter_map(|opened| UniqueNumber::parse(opened.recorded.stream.as_str()).ok()).collect();
    let mut ledger = Ledger::default();
    let (territories, texts) = keys(numbers.iter());
    let rows: Vec<(String, String)> =
        sqlx::query_as(DEMANDS).bind(territories).bind(texts).fetch_all(&mut *tables).await?;
    for (number, state) in rows {
        let number = UniqueNumber::parse(&number).map_err(|error| sqlx::Error::Decode(error.into()))?;
        ledger.demands.insert(number, read(&state)?);
    }
    let new = page.iter().filter_map(|opened| Ledger::person_of(&opened.event));
    let persons: BTreeSet<Uuid> = ledger.demands.values().flat_map(DemandState::persons).chain(new).collect();
    let persons: Vec<Uuid> = persons.into_iter().collect();
    let rows: Vec<(Uuid, String)> = sqlx::query_as(HOUSEHOLDS).bind(persons).fetch_all(tables).await?;
    for (person, days) in rows {
        ledger.households.insert(person, read(&days)?);
    }
    Ok(ledger)
}

/// Writes what became different. Nothing is ever deleted: a household without days stays as one.
pub async fn write_changed(before: &Ledger, after: &Ledger, tables: &mut PgConnection) -> Result<(), sqlx::Error> {
    let demands: Vec<_> =
        after.demands.iter().filter(|(number, state)| before.demands.get(number) != Some(state)).collect();
    if !demands.is_empty() {
        let (territories, numbers) = keys(demands.iter().map(|(number, _)| *number));
        let states = demands.iter().map(|(_, state)| text(state)).collect::<Result<Vec<_>, _>>()?;
        sqlx::query(WRITE_DEMANDS).bind(territories).bind(numbers).bind(states).execute(&mut *tables).await?;
    }
    let changed = after.households.iter().filter(|(person, household)| {
        let before = before.households.get(person);
        before != Some(household) && (before.is_some() || !household.is_empty())
    });
    let (persons, households): (Vec<Uuid>, Vec<_>) = changed.unzip();
    if !persons.is_empty() {
        let days = households.into_iter().map(text).collect::<Result<Vec<_>, _>>()?;
        sqlx::query(WRITE_HOUSEHOLDS).bind(persons).bind(days).execute(tables).await?;
    }
    Ok(())
}

fn keys<'a>(numbers: impl Iterator<Item = &'a UniqueNumber>) -> (Vec<String>, Vec<String>) {
    numbers.map(|number| (number.territory().to_string(), number.to_string())).unzip()
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, sqlx::Error> {
    serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(error.into()))
}

fn text<T: Serialize>(value: &T) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}
