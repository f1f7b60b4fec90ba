//! Nobody writes the log but its two functions, which append and fence.

use event_log::Role;
use sqlx::{Executor, PgPool};

use crate::world::{append, command, committed, postgres};

async fn sqlstate(pool: &PgPool, sql: &str) -> String {
    match pool.execute(sql).await {
        Ok(_) => format!("allowed: {sql}"),
        Err(error) => error.as_database_error().and_then(|e| e.code()).unwrap_or_default().into_owned(),
    }
}

#[tokio::test]
async fn no_role_may_insert_update_delete_or_truncate() {
    let world = postgres().await;
    committed(world.one(command(vec![append("a", 0, 1)])).await);
    let tables: Vec<(String, String)> = sqlx::query_as(
        "SELECT c.relname::text, a.attname::text FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = 1 \
          WHERE c.relnamespace = 'log'::regnamespace AND c.relkind = 'r' ORDER BY 1",
    )
    .fetch_all(&mut world.superuser().await)
    .await
    .expect("the tables are listed");
    let names: Vec<_> = tables.iter().map(|(table, _)| table.as_str()).collect();
    assert_eq!(names, ["_sqlx_migrations", "claims", "events", "fences", "head"]);

    for role in [Role::Writer, Role::Projector, Role::Reader, Role::Infocentre] {
        let pool = world.pool(role).await;
        for (table, column) in &tables {
            for sql in [
                format!("INSERT INTO log.{table} DEFAULT VALUES"),
                format!("UPDATE log.{table} SET {column} = {column}"),
                format!("DELETE FROM log.{table}"),
                format!("TRUNCATE log.{table}"),
                format!("DROP TABLE log.{table}"),
            ] {
                assert_eq!(sqlstate(&pool, &sql).await, "42501", "{role:?}: {sql}");
            }
        }
        assert_eq!(sqlstate(&pool, "CREATE TABLE log.mine (id int)").await, "42501", "{role:?}");
        let view = sqlstate(&pool, "DELETE FROM log.stock_events").await;
        assert!(["42501", "55000"].contains(&view.as_str()), "{role:?}: {view}");
    }
    assert_eq!(world.count("SELECT count(*) FROM log.events").await, 1);
}

#[tokio::test]
async fn not_even_the_owner_changes_what_is_recorded() {
    let world = postgres().await;
    committed(world.one(command(vec![append("a", 0, 1)])).await);
    let owner = world.pool(Role::Owner).await;
    for table in ["events", "fences"] {
        let column = if table == "events" { "position" } else { "command_id" };
        for sql in [
            format!("UPDATE log.{table} SET {column} = {column}"),
            format!("DELETE FROM log.{table}"),
            format!("TRUNCATE log.{table}"),
        ] {
            assert_eq!(sqlstate(&owner, &sql).await, "42501", "{sql}");
        }
    }
    committed(world.one(command(vec![append("a", 1, 1)])).await);
    assert_eq!(world.count("SELECT count(*) FROM log.events").await, 2);
}

#[tokio::test]
async fn only_the_writer_may_call_the_functions_that_append_fence_and_ask_about_the_standby() {
    let world = postgres().await;
    let count = "SELECT count(*) FROM pg_roles AS r, pg_proc AS p \
                  WHERE p.pronamespace = 'log'::regnamespace AND r.rolname = ANY ($1) \
                    AND has_function_privilege(r.oid, p.oid, 'EXECUTE')";
    for (role, may) in [("sne_writer", 3), ("sne_projector", 0), ("sne_reader", 0), ("sne_infocentre", 0)] {
        let found: i64 = sqlx::query_scalar(count)
            .bind([role].as_slice())
            .fetch_one(&mut world.superuser().await)
            .await
            .expect("privileges are read");
        assert_eq!(found, may, "{role}");
    }
}

#[tokio::test]
async fn each_role_reads_what_it_needs_and_no_more() {
    let world = postgres().await;
    for (role, table, may) in [
        (Role::Writer, "events", true),
        (Role::Writer, "claims", true),
        (Role::Writer, "head", true),
        (Role::Writer, "fences", true),
        (Role::Writer, "stock_events", false),
        (Role::Projector, "events", true),
        (Role::Projector, "claims", true),
        (Role::Projector, "head", true),
        (Role::Projector, "stock_events", true),
        (Role::Reader, "events", false),
        (Role::Reader, "claims", false),
        (Role::Reader, "fences", false),
        (Role::Reader, "head", true),
        (Role::Reader, "stock_events", false),
        (Role::Infocentre, "events", false),
        (Role::Infocentre, "claims", false),
        (Role::Infocentre, "fences", false),
        (Role::Infocentre, "head", true),
        (Role::Infocentre, "stock_events", false),
    ] {
        let answer = sqlstate(&world.pool(role).await, &format!("SELECT FROM log.{table}")).await;
        assert_eq!(answer != "42501", may, "{role:?} {table}: {answer}");
    }
}
