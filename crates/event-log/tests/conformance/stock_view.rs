//! The view that lets the stock postgres-es repository read the log.

use event_log::Role;
use serde_json::{Value, json};
use sqlx::Row;

use crate::world::{append, command, committed, postgres};

#[tokio::test]
async fn stock_events_are_json_with_the_columns_of_postgres_es() {
    let world = postgres().await;
    let mut written = command(vec![append("a", 0, 2)]);
    written.actor = "agent \"7\" \\".to_owned();
    committed(world.one(written.clone()).await);
    // The statement of the stock repository, and text in place of json, which this crate's driver is built without.
    let rows = sqlx::query(
        "SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, payload::text, metadata::text \
           FROM log.stock_events WHERE aggregate_type = $1 AND aggregate_id = $2 ORDER BY sequence",
    )
    .bind("demand")
    .bind("a")
    .fetch_all(&world.pool(Role::Projector).await)
    .await
    .expect("read");
    assert_eq!(rows.len(), 2);
    for (row, sequence) in rows.iter().zip(1_i64..) {
        assert_eq!(row.get::<&str, _>(0), "demand");
        assert_eq!(row.get::<&str, _>(1), "a");
        assert_eq!(row.get::<i64, _>(2), sequence);
        assert_eq!(row.get::<&str, _>(3), "Modified");
        assert_eq!(row.get::<&str, _>(4), "1");
        let payload: Value = serde_json::from_str(row.get(5)).expect("JSON");
        assert_eq!(payload, json!({"Modified": {"composition": "couple"}}));
        let metadata: Value = serde_json::from_str(row.get(6)).expect("JSON");
        assert_eq!(
            metadata,
            json!({
                "position": sequence.to_string(),
                "recorded_at": "2026-01-21T12:53:20.000000Z",
                "effective_on": "2026-01-21",
                "actor": written.actor,
                "organisation": "org-1",
                "command_id": written.id.to_string(),
            })
        );
    }
}

#[tokio::test]
async fn the_view_has_no_null() {
    let world = postgres().await;
    let mut bare = append("a", 0, 1);
    bare.territory = None;
    bare.key = None;
    committed(world.one(command(vec![bare])).await);
    let nulls = "SELECT count(*) FROM log.stock_events AS s WHERE num_nulls(s.aggregate_type, s.aggregate_id, s.sequence, \
                 s.event_type, s.event_version, s.payload, s.metadata) > 0";
    assert_eq!(world.count(nulls).await, 0);
}
