//! The tables, and how a page of events gets into them: touched rows are read, folded in memory and written once.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use event_log::PgDate;
use jiff::civil::Date;
use nomenclature::UniqueNumber;
use projection::{Opened, Projection};
use sqlx::PgConnection;

use super::columns::{columns, packed};
use super::fold::Rows;
use super::row::Row;
use crate::{Blinder, SeenEvent, Token};

const LOAD: &str = concat!(
    "SELECT d.* FROM unnest($1::text[], $2::text[]) AS k(territory, number) CROSS JOIN LATERAL (SELECT ",
    columns!(),
    ", tokens, radiated_on FROM shared_demands AS s WHERE s.territory = k.territory AND s.number = k.number OFFSET 0) AS d"
);
const WRITE: &str = concat!(
    "INSERT INTO shared_demands (",
    columns!(),
    ", tokens, radiated_on) SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::bigint[], $5::date[], $6::date[], \
     $7::date[], $8::text[], $9::text[], $10::uuid[], $11::boolean[], $12::text[], $13::text[], $14::text[], $15::int[], \
     $16::bigint[], $17::bytea[], $18::bytea[], $19::date[]) \
     ON CONFLICT (territory, number) DO UPDATE SET \
       version = excluded.version, position = excluded.position, filed_on = excluded.filed_on, \
       last_renewed_on = excluded.last_renewed_on, expires_on = excluded.expires_on, desk = excluded.desk, \
       organisation = excluded.organisation, person_ref = excluded.person_ref, forced = excluded.forced, \
       facts = excluded.facts, pieces = excluded.pieces, attributions = excluded.attributions, \
       identity_version = excluded.identity_version, identity_key_id = excluded.identity_key_id, \
       identity_sealed = excluded.identity_sealed, tokens = excluded.tokens, radiated_on = excluded.radiated_on"
);

/// The projection of shared management.
#[derive(Clone)]
pub struct SharedManagement {
    pub(super) blinder: Arc<dyn Blinder>,
}

impl fmt::Debug for SharedManagement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedManagement(..)")
    }
}

impl SharedManagement {
    /// The projection, with the register's keyed hash.
    pub fn new(blinder: Arc<dyn Blinder>) -> Self {
        Self { blinder }
    }
}

#[async_trait]
impl Projection for SharedManagement {
    type Event = SeenEvent;
    type Tables = PgConnection;

    const NAME: &'static str = "shared_management";
    const VERSION: u32 = 6;
    const TABLES: &'static [&'static str] = &[
        "shared_demands",
        "shared_demand_communes",
        "shared_demand_types",
        "shared_demand_situations",
        "shared_demand_tokens",
    ];
    const CREATE: &'static str = include_str!("tables.sql");

    async fn fold(&self, page: &[Opened<'_, SeenEvent>], tables: &mut PgConnection) -> Result<(), sqlx::Error> {
        let touched: BTreeSet<UniqueNumber> =
            page.iter().filter_map(|opened| UniqueNumber::parse(opened.recorded.stream.as_str()).ok()).collect();
        let before = load(tables, &touched).await?;
        let mut after = before.clone();
        for opened in page {
            after.fold(opened, &*self.blinder);
        }
        write(tables, after.iter().filter(|row| before.get(row.demand.number) != Some(row))).await?;
        let (old, new) = (Entries::of(&before), Entries::of(&after));
        old.without(&new).delete(tables).await?;
        new.without(&old).insert(tables).await
    }
}

async fn load(tables: &mut PgConnection, touched: &BTreeSet<UniqueNumber>) -> Result<Rows, sqlx::Error> {
    let mut rows = Rows::default();
    let territories: Vec<String> = touched.iter().map(|number| number.territory().to_string()).collect();
    let numbers: Vec<String> = touched.iter().map(UniqueNumber::to_string).collect();
    for row in sqlx::query(LOAD).bind(territories).bind(numbers).fetch_all(tables).await? {
        rows.put(Row::from_row(&row).map_err(|error| sqlx::Error::Decode(error.into()))?);
    }
    Ok(rows)
}

async fn write(tables: &mut PgConnection, rows: impl Iterator<Item = &Row>) -> Result<(), sqlx::Error> {
    let rows: Vec<&Row> = rows.collect();
    if rows.is_empty() {
        return Ok(());
    }
    let json = |text: Result<String, serde_json::Error>| text.map_err(|error| sqlx::Error::Encode(error.into()));
    let (mut facts, mut pieces, mut attributions) = (Vec::new(), Vec::new(), Vec::new());
    for row in &rows {
        facts.push(json(serde_json::to_string(&row.demand.facts))?);
        pieces.push(json(serde_json::to_string(&row.demand.pieces))?);
        attributions.push(json(serde_json::to_string(&row.demand.attributions))?);
    }
    let signed = |version: u32| i32::try_from(version).unwrap_or(i32::MAX);
    let identities = || rows.iter().map(|row| row.demand.identity.as_ref());
    sqlx::query(WRITE)
        .bind(texts(&rows, |row| row.demand.territory.to_string()))
        .bind(texts(&rows, |row| row.demand.number.to_string()))
        .bind(rows.iter().map(|row| signed(row.demand.version)).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.demand.position.get()).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| PgDate(row.demand.filed_on)).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.demand.last_renewed_on.map(PgDate)).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| PgDate(row.demand.expires_on)).collect::<Vec<_>>())
        .bind(texts(&rows, |row| row.demand.desk.to_string()))
        .bind(texts(&rows, |row| row.demand.organisation.to_string()))
        .bind(rows.iter().map(|row| row.demand.person_ref).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.demand.forced).collect::<Vec<_>>())
        .bind(facts)
        .bind(pieces)
        .bind(attributions)
        .bind(identities().map(|identity| identity.map(|identity| signed(identity.version))).collect::<Vec<_>>())
        .bind(identities().map(|identity| identity.map(|identity| identity.key_id)).collect::<Vec<_>>())
        .bind(identities().map(|identity| identity.map(|identity| identity.sealed.clone())).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| packed(&row.tokens)).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| row.radiated_on.map(PgDate)).collect::<Vec<_>>())
        .execute(tables)
        .await?;
    Ok(())
}

fn texts(rows: &[&Row], of: impl Fn(&Row) -> String) -> Vec<String> {
    rows.iter().map(|row| of(row)).collect()
}

/// Where an entry of an index stands: territory, day of reception, number.
type Place = (String, Date, String);

/// What the index tables say of some rows. It follows from the rows, so a change of them is a difference of two of these.
#[derive(Debug, Default)]
struct Entries {
    communes: BTreeSet<(Place, String)>,
    types: BTreeSet<(Place, String)>,
    situations: BTreeSet<(Place, String)>,
    tokens: BTreeSet<(Place, Token)>,
}

impl Entries {
    fn of(rows: &Rows) -> Self {
        let mut entries = Self::default();
        for Row { demand, tokens, .. } in rows.iter().filter(|row| row.radiated_on.is_none()) {
            let place = || (demand.territory.to_string(), demand.filed_on, demand.number.to_string());
            entries.communes.extend(demand.facts.communes.iter().map(|commune| (place(), commune.to_string())));
            let types = demand.facts.dwelling_types.iter();
            entries.types.extend(types.map(|dwelling_type| (place(), dwelling_type.code().to_owned())));
            entries.situations.extend(demand.situations().into_iter().map(|code| (place(), code.to_owned())));
            entries.tokens.extend(tokens.iter().map(|token| (place(), *token)));
        }
        entries
    }

    fn without(&self, other: &Self) -> Self {
        Self {
            communes: &self.communes - &other.communes,
            types: &self.types - &other.types,
            situations: &self.situations - &other.situations,
            tokens: &self.tokens - &other.tokens,
        }
    }

    async fn delete(&self, tables: &mut PgConnection) -> Result<(), sqlx::Error> {
        const COMMUNES: &str = "DELETE FROM shared_demand_communes AS t \
             USING unnest($1::text[], $2::date[], $3::text[], $4::text[]) AS k(territory, filed_on, number, entry) \
             WHERE t.territory = k.territory AND t.commune = k.entry AND t.filed_on = k.filed_on AND t.number = k.number";
        const TYPES: &str = "DELETE FROM shared_demand_types AS t \
             USING unnest($1::text[], $2::date[], $3::text[], $4::text[]) AS k(territory, filed_on, number, entry) \
             WHERE t.territory = k.territory AND t.dwelling_type = k.entry AND t.filed_on = k.filed_on \
               AND t.number = k.number";
        const SITUATIONS: &str = "DELETE FROM shared_demand_situations AS t \
             USING unnest($1::text[], $2::date[], $3::text[], $4::text[]) AS k(territory, filed_on, number, entry) \
             WHERE t.territory = k.territory AND t.situation = k.entry AND t.filed_on = k.filed_on \
               AND t.number = k.number";
        const TOKENS: &str = "DELETE FROM shared_demand_tokens AS t \
             USING unnest($1::text[], $2::date[], $3::text[], $4::smallint[], $5::bytea[]) \
               AS k(territory, filed_on, number, kind, token) \
             WHERE t.territory = k.territory AND t.kind = k.kind AND t.token = k.token AND t.filed_on = k.filed_on \
               AND t.number = k.number";
        self.run(tables, [COMMUNES, TYPES, SITUATIONS, TOKENS]).await
    }

    async fn insert(&self, tables: &mut PgConnection) -> Result<(), sqlx::Error> {
        const COMMUNES: &str = "INSERT INTO shared_demand_communes (territory, filed_on, number, commune) \
             SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::text[])";
        const TYPES: &str = "INSERT INTO shared_demand_types (territory, filed_on, number, dwelling_type) \
             SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::text[])";
        const SITUATIONS: &str = "INSERT INTO shared_demand_situations (territory, filed_on, number, situation) \
             SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::text[])";
        const TOKENS: &str = "INSERT INTO shared_demand_tokens (territory, filed_on, number, kind, token) \
             SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::smallint[], $5::bytea[])";
        self.run(tables, [COMMUNES, TYPES, SITUATIONS, TOKENS]).await
    }

    async fn run(
        &self,
        tables: &mut PgConnection,
        [communes, types, situations, tokens]: [&'static str; 4],
    ) -> Result<(), sqlx::Error> {
        let coded = [(communes, &self.communes), (types, &self.types), (situations, &self.situations)];
        for (statement, entries) in coded {
            if entries.is_empty() {
                continue;
            }
            let (territories, days, numbers) = places(entries.iter().map(|(place, _)| place));
            let codes: Vec<&str> = entries.iter().map(|(_, code)| code.as_str()).collect();
            let query = sqlx::query(statement).bind(territories).bind(days).bind(numbers).bind(codes);
            query.execute(&mut *tables).await?;
        }
        if self.tokens.is_empty() {
            return Ok(());
        }
        let (territories, days, numbers) = places(self.tokens.iter().map(|(place, _)| place));
        let kinds: Vec<i16> = self.tokens.iter().map(|(_, token)| i16::from(token.kind.code())).collect();
        let hashes: Vec<&[u8]> = self.tokens.iter().map(|(_, token)| token.hash.as_slice()).collect();
        let query = sqlx::query(tokens).bind(territories).bind(days).bind(numbers).bind(kinds).bind(hashes);
        query.execute(tables).await.map(drop)
    }
}

fn places<'a>(places: impl Iterator<Item = &'a Place>) -> (Vec<&'a str>, Vec<PgDate>, Vec<&'a str>) {
    let (mut territories, mut days, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
    for (territory, day, number) in places {
        territories.push(territory.as_str());
        days.push(PgDate(*day));
        numbers.push(number.as_str());
    }
    (territories, days, numbers)
}
