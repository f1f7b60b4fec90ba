//! The peer: `QueryReplay` with `GenericQuery`, as they come, over the same log through the view of postgres-es.
//!
//! Its view is the demand itself, personal parts left sealed: one row a demand, no index, nothing opened. Each event is a
//! row read, folded and written back in a transaction of its own. It replays a part of the log, of whole streams: the rate
//! does not depend on how many there are.

use std::sync::Arc;
use std::time::Instant;

use cqrs_es::persist::{GenericQuery, QueryReplay};
use cqrs_es::{Aggregate as _, EventEnvelope, View};
use demand::Demand;
use postgres_es::{PostgresEventRepository, PostgresViewRepository};
use serde::{Deserialize, Serialize};
use sqlx::Executor as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::failure::Failure;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS stock_view \
    (view_id text PRIMARY KEY, version bigint NOT NULL, payload json NOT NULL); TRUNCATE stock_view";
/// The last stream that is no longer in the part.
const BOUND: &str = "SELECT stream FROM (SELECT stream, sum(count(*)) OVER (ORDER BY stream) AS events \
     FROM log.events WHERE stream_type = 'demand' GROUP BY stream) AS s WHERE events > $1 ORDER BY stream LIMIT 1";
const COUNT: &str = "SELECT count(*) FROM stock_part";
const FOLDED: &str = "SELECT coalesce(sum(version), 0)::bigint FROM stock_view";

#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    demand: Demand,
}

impl View<Demand> for Kept {
    fn update(&mut self, event: &EventEnvelope<Demand>) {
        self.demand.apply(event.payload.clone());
    }
}

/// Replays at least so many events when there are so many; events, and seconds.
pub async fn replay(database: PgConnectOptions, at_least: u32) -> Result<(u64, f64), Failure> {
    let pool = PgPoolOptions::new().max_connections(4).test_before_acquire(false).connect_with(database).await?;
    pool.execute(TABLE).await?;
    let bound: Option<String> = sqlx::query_scalar(BOUND).bind(i64::from(at_least)).fetch_optional(&pool).await?;
    // A unique number has nothing that would have to be quoted.
    let up_to = bound.map_or_else(
        || " WHERE aggregate_type = 'demand'".to_owned(),
        |stream| format!(" WHERE aggregate_type = 'demand' AND aggregate_id <= '{stream}'"),
    );
    pool.execute(format!("CREATE OR REPLACE VIEW stock_part AS SELECT * FROM log.stock_events{up_to}").as_str())
        .await?;
    let events: i64 = sqlx::query_scalar(COUNT).fetch_one(&pool).await?;

    let repository = PostgresEventRepository::new(pool.clone()).with_tables("stock_part", "snapshots");
    let views = PostgresViewRepository::<Kept, Demand>::new("stock_view", pool.clone());
    let query = GenericQuery::new(Arc::new(views));
    let replay: QueryReplay<_, GenericQuery<_, Kept, Demand>, Demand> = QueryReplay::new(repository, query);
    let started = Instant::now();
    replay.replay_all().await.map_err(|error| Failure::Stock(error.to_string()))?;
    let seconds = started.elapsed().as_secs_f64();
    // It cannot tell an error from the end.
    let folded: i64 = sqlx::query_scalar(FOLDED).fetch_one(&pool).await?;
    pool.close().await;
    if folded != events {
        return Err(Failure::Answer(format!("the stock replay folded {folded} of {events} events")));
    }
    Ok((events.unsigned_abs(), seconds))
}
