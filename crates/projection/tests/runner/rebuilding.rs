use std::time::Instant;

use projection::{AtLeast, Checkpoint, State};
use sqlx::Executor as _;

use crate::world::{Counts, LONG, World};

#[tokio::test]
async fn a_rebuild_gives_the_same_rows_and_the_running_view_goes_on() {
    let world = World::new().await;
    let running = world.run(3);
    let mut before = world.write_many(10).await;
    for page in [1, 4, 100] {
        world.seen(before).await;
        let all = "SELECT string_agg(t::text, ';' ORDER BY t) FROM views.texts AS t";
        let rows = world.sql(all);
        let identity = "SELECT 'views.texts'::regclass::oid";
        let table = world.sql(identity);
        let rebuilt = world.runner::<1>(page).0.rebuild().await.unwrap();
        assert_eq!(rebuilt, before);
        assert_eq!(world.sql(all), rows);
        assert_ne!(world.sql(identity), table, "other tables stand in the place of the old ones");
        before = world.write_many(5).await;
    }
    world.seen(before).await;
    world.assert_whole().await;
    assert_eq!(world.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'views_next'"), "0");
    drop(running);
}

#[tokio::test]
async fn a_rebuild_under_load_loses_nothing() {
    let world = World::new().await;
    world.write_many(40).await;
    let running = world.run(2);
    let (runner, _) = world.runner::<1>(2);
    let (position, rebuilt) = tokio::join!(world.write_many(60), async {
        for _ in 0..3 {
            runner.rebuild().await.unwrap();
        }
    });
    let () = rebuilt;
    world.seen(position).await;
    world.assert_whole().await;
    assert_eq!(world.sql("SELECT count(*) FROM views.texts"), "100");
    drop(running);
}

#[tokio::test]
async fn what_an_interrupted_rebuild_left_is_cleared_away() {
    let world = World::new().await;
    let position = world.write_many(3).await;
    world.sql(
        "SET ROLE sne_projector; CREATE TABLE views_next.counts (other int); \
         INSERT INTO projection.checkpoints VALUES ('counts', 'next', 1, 2)",
    );
    assert_eq!(world.runner::<1>(10).0.rebuild().await.unwrap(), position);
    world.assert_whole().await;
}

#[tokio::test]
async fn a_new_version_builds_anew_beside_the_old_one_and_takes_over() {
    let world = World::new().await;
    let position = world.write_many(8).await;
    let old = world.run_version::<1>(3);
    world.seen(position).await;

    let new = world.run_version::<2>(3);
    let checkpoint = Checkpoint::of::<Counts<2>>(world.reader.clone());
    checkpoint.wait_for(AtLeast { position, within: LONG }).await.unwrap();
    // The old one notices at its next page, and leaves for good.
    let position = world.write_many(4).await;
    let (_, cause) = old.stopped().await;
    assert_eq!(cause, "version 2 of the view is live, this program has version 1");
    checkpoint.wait_for(AtLeast { position, within: LONG }).await.unwrap();
    assert_eq!(new.handle.wait_until(|state| *state == State::Live).await, State::Live);
    world.assert_whole().await;
}

#[tokio::test]
async fn a_rebuild_waits_for_a_query_in_any_order_and_harms_none() {
    let world = World::new().await;
    let position = world.write_many(9).await;
    let running = world.run(3);
    world.seen(position).await;
    // One query holds the second table and will want the first one: the order of a search by an index of the view.
    let mut query = world.reader.begin().await.unwrap();
    query.execute("SET LOCAL sne.territories TO '000,001,002'").await.unwrap();
    let count = |sql: &'static str| sqlx::query_scalar::<_, i64>(sql);
    assert_eq!(count("SELECT count(*) FROM views.texts").fetch_one(&mut *query).await.unwrap(), 9);
    let (runner, _) = world.runner::<1>(100);
    let rebuild = tokio::spawn(async move { runner.rebuild().await });
    // The switch has asked for its locks at least once when a lock of it was seen waiting.
    let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock' \
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let until = Instant::now() + LONG;
    while world.sql(waits) == "0" {
        assert!(Instant::now() < until, "the switch never wanted the tables");
        tokio::task::yield_now().await;
    }
    assert!(count("SELECT count(*) FROM views.counts").fetch_one(&mut *query).await.unwrap() > 0);
    query.commit().await.unwrap();
    assert_eq!(rebuild.await.unwrap().unwrap(), position);
    world.assert_whole().await;
    drop(running);
}
