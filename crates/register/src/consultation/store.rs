//! Where the record stands: a table of PostgreSQL that is only ever added to.

use async_trait::async_trait;
use event_log::{PgInstant, Position, Role, connect};
use jiff::Timestamp;
use nomenclature::{Actor, Territory, UniqueNumber};
use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::{PgPool, Row as _};
use tokio::sync::OnceCell;
use uuid::Uuid;

use super::budget::{Learned, Spent};
use super::entry::{Entry, LookKind, code_of};
use super::reading::{Consulted, ConsultedBy, ConsultedQuery};
use crate::Error;

/// An entry that is there already was sent again: its answer was lost. Lists are texts on the way: an array of arrays would have
/// to be as wide as its longest.
const ENTER: &str = "INSERT INTO register.consultations \
       (id, consulted_at, actor, organisation, territory, purpose, kind, question, numbers, versions, position, recorder) \
     SELECT id, consulted_at, actor, organisation, territory, purpose, kind, question, \
       string_to_array(numbers, ' '), string_to_array(versions, ' ')::int[], position, $12 \
     FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[], \
       $9::text[], $10::text[], $11::bigint[]) \
       AS e(id, consulted_at, actor, organisation, territory, purpose, kind, question, numbers, versions, position) \
     ON CONFLICT DO NOTHING";
const FORGET: &str = "SELECT register.forget_consultations($1)";
/// All of a demand's before the page is cut: a walk back through time would read the whole record for a demand that hardly
/// anybody looked at.
const OF_A_DEMAND: &str = "WITH found AS MATERIALIZED ( \
       SELECT * FROM register.consultations WHERE numbers @> ARRAY[$1]) \
     SELECT * FROM found WHERE $2::uuid IS NULL OR id < $2 ORDER BY id DESC LIMIT $3";
const OF_AN_ACTOR: &str = "SELECT * FROM register.consultations \
     WHERE territory = $4 AND actor = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3";
/// An entry is there ten seconds after its hour at the latest: no attempt to enter takes longer.
const LEARN: &str = "SELECT asked.settled, spent.* FROM (SELECT now() - interval '10 seconds' AS settled) AS asked \
     LEFT JOIN LATERAL ( \
       SELECT actor, territory, floor(extract(epoch FROM consulted_at) / 60)::bigint AS minute, \
         sum(greatest(cardinality(numbers), 1))::bigint AS files, entered_at <= asked.settled AS is_settled \
       FROM register.consultations \
       WHERE entered_at > coalesce($1, now() - interval '1 hour') AND recorder IS DISTINCT FROM $2 \
         AND kind IN ('DEMAND', 'HISTORY', 'SHARED', 'SEARCH', 'IDENTITY', 'ELSEWHERE', 'DUPLICATE') \
       GROUP BY 1, 2, 3, 5) AS spent ON true";
const KEPT: &str = "SELECT count(*), count(*) FILTER (WHERE entered_at < now() - interval '12 months 2 days') \
     FROM register.consultations";

/// An attempt to enter ends in the database, too.
const STATEMENT: &str = "5s";

/// Where the record stands.
#[async_trait]
pub(crate) trait Consultations: Send + Sync {
    /// Enters all of them, durably, or none; those that are there already are left alone.
    async fn enter(&self, entries: &[Entry]) -> Result<(), Error>;
    /// Deletes some of what is older than twelve months; how many entries.
    async fn forget(&self, most: i32) -> Result<u64, Error>;
    /// Who looked, the last one first.
    async fn read(&self, query: &ConsultedQuery) -> Result<Vec<Consulted>, Error>;
    /// What other processes entered since an hour of the database; without one, within the last hour.
    async fn learn(&self, since: Option<Timestamp>) -> Result<Learned, Error>;
    /// How many entries there are, and how many should be gone since a day.
    async fn kept(&self) -> Result<(u64, u64), Error>;
}

/// The record in PostgreSQL. It is written on a session of its own, opened for the first entry: however many commands wait for
/// one, and wherever everything else is only read.
pub(crate) struct PgConsultations {
    /// Tells this process from others.
    process: Uuid,
    database: PgConnectOptions,
    writer: OnceCell<PgPool>,
    /// Of the projector.
    reader: PgPool,
}

impl PgConsultations {
    pub(crate) fn new(database: &PgConnectOptions, reader: PgPool) -> Self {
        let options = [("default_transaction_read_only", "off"), ("statement_timeout", STATEMENT)];
        Self { process: Uuid::new_v4(), database: database.clone().options(options), writer: OnceCell::new(), reader }
    }

    async fn writer(&self) -> Result<&PgPool, Error> {
        Ok(self.writer.get_or_try_init(|| connect(self.database.clone(), Role::Writer, 1)).await?)
    }
}

#[async_trait]
impl Consultations for PgConsultations {
    async fn enter(&self, entries: &[Entry]) -> Result<(), Error> {
        let texts = |of: fn(&Entry) -> &str| entries.iter().map(of).map(str::to_owned).collect::<Vec<_>>();
        let looks = || entries.iter().map(|entry| &entry.look);
        let words = |of: fn(&(UniqueNumber, u32)) -> String| {
            looks().map(|look| look.shown.iter().map(of).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
        };
        sqlx::query(ENTER)
            .bind(entries.iter().map(|entry| entry.id).collect::<Vec<_>>())
            .bind(entries.iter().map(|entry| PgInstant(entry.at)).collect::<Vec<_>>())
            .bind(texts(|entry| &entry.actor))
            .bind(texts(|entry| &entry.organisation))
            .bind(looks().map(|look| look.territory.map(|territory| territory.to_string())).collect::<Vec<_>>())
            .bind(texts(|entry| code_of(entry.look.purpose)))
            .bind(texts(|entry| entry.look.kind.code()))
            .bind(looks().map(|look| look.question.map(|question| question.0.to_vec())).collect::<Vec<_>>())
            .bind(words(|(number, _)| number.to_string()))
            .bind(words(|(_, version)| version.to_string()))
            .bind(looks().map(|look| look.position.map(Position::get)).collect::<Vec<_>>())
            .bind(self.process)
            .execute(self.writer().await?)
            .await
            .map(drop)
            .map_err(|error| failed("recording consultations", &error))
    }

    async fn forget(&self, most: i32) -> Result<u64, Error> {
        let gone = sqlx::query_scalar::<_, i64>(FORGET).bind(most).fetch_one(self.writer().await?).await;
        gone.map(i64::unsigned_abs).map_err(|error| failed("forgetting consultations", &error))
    }

    async fn read(&self, query: &ConsultedQuery) -> Result<Vec<Consulted>, Error> {
        let ConsultedQuery { by, territory, after, limit } = query;
        let statement = match by {
            ConsultedBy::Demand(number) => sqlx::query(OF_A_DEMAND).bind(number.to_string()),
            ConsultedBy::Actor(actor) => sqlx::query(OF_AN_ACTOR).bind(actor.to_string()),
        };
        let statement = statement.bind(*after).bind(i64::from(*limit));
        let statement = match by {
            ConsultedBy::Demand(_) => statement,
            ConsultedBy::Actor(_) => statement.bind(territory.to_string()),
        };
        let rows = statement.persistent(false).fetch_all(&self.reader).await;
        rows.map_err(|error| failed("reading consultations", &error))?.iter().map(consulted).collect()
    }

    async fn learn(&self, since: Option<Timestamp>) -> Result<Learned, Error> {
        let asked = sqlx::query(LEARN).bind(since.map(PgInstant)).bind(self.process).persistent(false);
        let rows = asked.fetch_all(&self.reader).await;
        let rows = rows.map_err(|error| failed("reading what was looked at", &error))?;
        let unreadable = || Error::Database("what was looked at cannot be read".to_owned());
        let until = rows.first().and_then(|row| row.try_get("settled").ok()).map(|PgInstant(at)| at);
        let mut learned = Learned { settled: Vec::new(), fresh: Vec::new(), until: until.ok_or_else(unreadable)? };
        for row in &rows {
            // Without an actor it is the row that tells the hour alone.
            let Some(actor) = row.try_get::<Option<&str>, _>("actor").map_err(|_| unreadable())? else { continue };
            let spent = spent(row, actor).ok_or_else(unreadable)?;
            let of = if row.try_get("is_settled").map_err(|_| unreadable())? {
                &mut learned.settled
            } else {
                &mut learned.fresh
            };
            of.extend(spent);
        }
        Ok(learned)
    }

    async fn kept(&self) -> Result<(u64, u64), Error> {
        let counted = sqlx::query_as::<_, (i64, i64)>(KEPT).fetch_one(&self.reader).await;
        let (all, late) = counted.map_err(|error| failed("counting consultations", &error))?;
        Ok((all.unsigned_abs(), late.unsigned_abs()))
    }
}

/// What somebody looked at, if he is an account; none when it cannot be read.
fn spent(row: &PgRow, actor: &str) -> Option<Option<Spent>> {
    let territory = match row.try_get::<Option<&str>, _>("territory").ok()? {
        None => None,
        Some(code) => Some(Territory::parse(code).ok()?),
    };
    let files = u32::try_from(row.try_get::<i64, _>("files").ok()?).unwrap_or(u32::MAX);
    Some(Spent::by(&Actor::parse(actor).ok()?, territory, row.try_get("minute").ok()?, files))
}

fn consulted(row: &PgRow) -> Result<Consulted, Error> {
    let read = || {
        let PgInstant(at) = row.try_get("consulted_at").ok()?;
        let numbers: Vec<String> = row.try_get("numbers").ok()?;
        let versions: Vec<i32> = row.try_get("versions").ok()?;
        let shown = numbers.iter().zip(versions);
        let shown = shown.map(|(number, version)| Some((UniqueNumber::parse(number).ok()?, version.unsigned_abs())));
        let position: Option<i64> = row.try_get("position").ok()?;
        Some(Consulted {
            id: row.try_get::<Uuid, _>("id").ok()?,
            at,
            actor: Actor::parse(row.try_get("actor").ok()?).ok()?,
            purpose: row.try_get("purpose").ok()?,
            kind: LookKind::of_code(row.try_get("kind").ok()?)?,
            territory: match row.try_get::<Option<&str>, _>("territory").ok()? {
                None => None,
                Some(code) => Some(Territory::parse(code).ok()?),
            },
            question: row.try_get("question").ok()?,
            shown: shown.collect::<Option<_>>()?,
            position: position.map(Position::try_new).transpose().ok()?,
        })
    };
    read().ok_or_else(|| Error::Database("an entry of the record of consultations cannot be read".to_owned()))
}

fn failed(doing: &str, error: &sqlx::Error) -> Error {
    Error::Database(format!("{doing}: {error}"))
}
