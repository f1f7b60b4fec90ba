//! The second line of the rights: a reader sees rows of the territories that his transaction names, whatever a query asks for.

use std::collections::BTreeSet;

use nomenclature::Territory;
use projection::{AtLeast, Projection, Scope, ViewReader};
use sqlx::{Executor as _, Row as _};
use views::deadlines::{CalendarQuery, Deadlines, KeepDeadlines, LateQuery};
use views::shared_management::{Query, SharedManagement};

use crate::world::{World, later};

/// Those that the lives of the sample are led in.
fn territories(world: &World) -> BTreeSet<Territory> {
    world.numbers.iter().map(|(_, number)| number.territory()).collect()
}

/// Every territory that a reader finds in a table without asking for one.
async fn found<P: Projection>(world: &World, table: &str, scope: Scope) -> BTreeSet<String> {
    let reader = ViewReader::of::<P>(world.reader.clone());
    let sql: &'static str = format!("SELECT DISTINCT territory FROM views.{table}").leak();
    let statement = sqlx::query(sql);
    let rows = reader.rows("looking everywhere", scope, statement, later()).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// Half of what the sample has, as if it lay elsewhere.
fn move_half(world: &World, table: &str) {
    world.sql(&format!(
        "UPDATE views.{table} AS t SET territory = '083' FROM (SELECT ctid, row_number() OVER () FROM views.{table}) AS n \
         WHERE t.ctid = n.ctid AND n.row_number % 2 = 0"
    ));
}

async fn no_table_shows_anything_foreign<P: Projection>(world: &World) {
    for table in P::TABLES {
        move_half(world, table);
        let set = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(found::<P>(world, table, Scope::of(Territory::all())).await, set(&["006", "083"]), "{table}");
        assert_eq!(found::<P>(world, table, Scope::default()).await, set(&[]), "{table}");
        for territory in ["006", "083"] {
            assert_eq!(found::<P>(world, table, Scope::of([territory])).await, set(&[territory]), "{table}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_forgets_its_territory_shows_nothing_of_another_one() {
    let world = World::caught_up().await;
    world.catch_up_deadlines(1_000).await;
    // Nobody of the sample is about to expire.
    world.sql(
        "INSERT INTO views.deadline_notices (listed_on, expires_on, version, open, territory, number, due_by) \
         SELECT '2026-10-20', '2026-11-20', 1, true, territory, number, 'POST' FROM views.deadline_demands",
    );
    no_table_shows_anything_foreign::<SharedManagement>(&world).await;
    no_table_shows_anything_foreign::<KeepDeadlines>(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_for_a_territory_that_the_asker_may_not_see_finds_nothing() {
    let world = World::caught_up().await;
    world.catch_up_deadlines(1_000).await;
    let deadlines = Deadlines::new(world.reader.clone());
    let mut some = (0, 0, 0);
    for territory in territories(&world) {
        let elsewhere = || Scope::of(Territory::all().iter().filter(|other| **other != territory));
        let query = Query { limit: 500, ..Query::of(territory) };
        let own = world.view.search(Scope::of([territory]), &query, AtLeast::NOW, later()).await.unwrap().demands;
        let foreign = world.view.search(elsewhere(), &query, AtLeast::NOW, later()).await.unwrap();
        assert_eq!((foreign.demands.len(), foreign.next), (0, None));
        for demand in &own {
            let answer = world.view.get(elsewhere(), demand.number, AtLeast::NOW, later()).await.unwrap();
            assert_eq!(answer.demand, None);
        }
        let settings = demand::Settings::of(territory, crate::lives::TODAY);
        let query = CalendarQuery::of(territory, crate::lives::TODAY, settings, demand::abnormal::Table::default());
        let due = deadlines.calendar(Scope::of([territory]), query.clone(), AtLeast::NOW, later()).await.unwrap();
        let foreign = deadlines.calendar(elsewhere(), query, AtLeast::NOW, later()).await.unwrap();
        assert_eq!((foreign.deadlines.len(), foreign.next), (0, None));
        let query = LateQuery { territory, within: None, until: crate::lives::TODAY, after: None, limit: 500 };
        let late = deadlines.late(Scope::of([territory]), &query, AtLeast::NOW, later()).await.unwrap();
        let foreign = deadlines.late(elsewhere(), &query, AtLeast::NOW, later()).await.unwrap();
        assert_eq!((foreign.late.len(), foreign.next), (0, None));
        some = (some.0 + own.len(), some.1 + due.deadlines.len(), some.2 + late.late.len());
    }
    assert!(some.0 > 10 && some.1 > 10 && some.2 > 0, "{some:?}");
}

/// What is read of an index, and by which condition.
fn scans<'a>(plan: impl Iterator<Item = &'a str>) -> Vec<String> {
    let lines = plan.map(str::trim).filter(|line| line.contains("Scan") || line.contains("Cond"));
    lines.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_leaves_the_plan_of_a_search_as_it_is() {
    const SEARCH: &str = "EXPLAIN (COSTS OFF) SELECT s.* FROM ( \
           SELECT k.filed_on, k.number FROM views.shared_demand_communes AS k \
           WHERE k.territory = '006' AND k.commune = '06088' AND (k.filed_on, k.number) > ('2020-01-01', '') \
           ORDER BY k.filed_on, k.number LIMIT 51) AS k \
         CROSS JOIN LATERAL (SELECT * FROM views.shared_demands \
           WHERE territory = '006' AND number = k.number OFFSET 0) AS s";
    let world = World::caught_up().await;
    let by_index = "SET LOCAL enable_seqscan TO off; SET LOCAL enable_bitmapscan TO off;";
    let mut transaction = world.reader.begin().await.unwrap();
    transaction.execute(by_index).await.unwrap();
    let rows = sqlx::query_scalar::<_, String>(SEARCH).fetch_all(&mut *transaction).await.unwrap();
    let bound = scans(rows.iter().map(String::as_str));
    // Nobody is bound less than the superuser.
    let free = world.sql(&format!("BEGIN; {by_index} {SEARCH}"));
    assert_eq!(bound, scans(free.lines()));
    assert_eq!(bound.iter().filter(|line| line.contains("Index Cond")).count(), 2, "{bound:?}");
}
