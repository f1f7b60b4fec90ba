//! Rebuilds stream by stream: the same rows, every position once, every fault at its place.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use projection::{Error, Handle, Rebuild, Runner, State, rebuild_all};

use crate::world::{Counts, LONG, Notes, UNREADABLE, World};

const INDEXES: &str = "SELECT string_agg(indexdef, ';' ORDER BY indexname) FROM pg_indexes WHERE schemaname = 'views'";

#[tokio::test(flavor = "multi_thread")]
async fn streams_of_any_length_in_pages_of_any_size_give_the_rows_of_the_running_view() {
    let world = World::new().await;
    world.write_wide(90, 7).await;
    let running = world.run(50);
    let head = world.log.reader().head().await.unwrap();
    world.seen(head).await;
    running.kill().await;
    let (rows, indexes) = (world.all_rows(), world.sql(INDEXES));
    assert!(indexes.contains("counts_pkey") && indexes.contains("texts_pkey"));
    // Four times so many are walked over at once: pages end within streams, at their ends, and behind the last one.
    for page in [1, 2, 7, 1_000] {
        assert_eq!(world.in_bulk(page).rebuild().await.unwrap(), head);
        assert_eq!(world.all_rows(), rows, "page {page}");
        assert_eq!(world.sql(INDEXES), indexes, "page {page}");
    }
    assert_eq!(world.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'views_next'"), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_log_is_rebuilt_too_and_what_comes_is_folded() {
    let world = World::new().await;
    assert_eq!(world.in_bulk(10).rebuild().await.unwrap(), event_log::Position::ZERO);
    let position = world.write_many(5).await;
    let running = world.run(10);
    world.seen(position).await;
    world.assert_whole().await;
    drop(running);
}

#[tokio::test(flavor = "multi_thread")]
async fn under_load_nothing_is_lost_and_the_running_view_goes_on() {
    let world = World::new().await;
    world.write_many(40).await;
    let running = world.run(2);
    let runner = world.in_bulk(2);
    let (position, ()) = tokio::join!(world.write_many(60), async {
        for _ in 0..3 {
            runner.rebuild().await.unwrap();
        }
    });
    world.seen(position).await;
    world.assert_whole().await;
    assert_eq!(world.sql("SELECT count(*) FROM views.texts"), "100");
    drop(running);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_named_by_its_position_and_the_live_view_stays() {
    for tamper in [
        r#"UPDATE log.events SET payload = '"other"' WHERE position = 6"#,
        "UPDATE log.events SET actor = 'agent-2' WHERE position = 6",
        "DELETE FROM log.events WHERE position = 6",
        "DELETE FROM log.events WHERE position = 30",
        "UPDATE log.events SET stream = 'not a name' WHERE position = 6",
        "UPDATE log.events SET version = 99 WHERE position = 6",
        "UPDATE log.events SET territory = 'x' WHERE position = 6",
    ] {
        let world = World::new().await;
        let head = world.write_many(30).await;
        let running = world.run(100);
        world.seen(head).await;
        running.kill().await;
        let rows = world.all_rows();
        world.sql(tamper);
        let rebuilt = world.in_bulk(3).rebuild().await;
        // Of a version that was altered, the event that does not follow is found.
        let at = match tamper {
            _ if tamper.contains("30") => 30,
            _ if tamper.contains("99") => 9,
            _ => 6,
        };
        assert!(
            matches!(&rebuilt, Err(Error::Unreadable { position, .. }) if position.get() == at),
            "{tamper}: {rebuilt:?}"
        );
        assert_eq!((world.all_rows(), world.live_position()), (rows, 30), "{tamper}");
    }
    let world = World::new().await;
    world.write_many(4).await;
    let unreadable = world.write([UNREADABLE]).await;
    world.write_many(9).await;
    let rebuilt = world.in_bulk(2).rebuild().await;
    assert!(matches!(&rebuilt, Err(Error::Unreadable { position, .. }) if *position == unreadable), "{rebuilt:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_anywhere_it_leaves_nothing_that_the_next_one_does_not_clear() {
    let world = World::new().await;
    let head = world.write_wide(400, 10).await;
    let running = world.run(500);
    world.seen(head).await;
    running.kill().await;
    let rows = world.all_rows();
    let mut halves = 0;
    for pause in [0, 5, 10, 20, 30, 45, 60, 80, 100, 130] {
        let runner = world.in_bulk(1);
        let task = tokio::spawn(async move { runner.rebuild().await });
        tokio::time::sleep(Duration::from_millis(pause)).await;
        task.abort();
        halves += usize::from(task.await.is_err());
        assert_eq!((world.all_rows(), world.live_position()), (rows.clone(), head.get()), "after {pause} ms");
    }
    assert!(halves > 3, "only {halves} were killed before their end");
    // The server may still hold the lock of a session whose process is gone.
    let until = Instant::now() + LONG;
    loop {
        match world.in_bulk(100).rebuild().await {
            Err(Error::RebuildRunning) if Instant::now() < until => {}
            rebuilt => break assert_eq!(rebuilt.unwrap(), head),
        }
    }
    assert_eq!(world.all_rows(), rows);
    assert_eq!(world.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'views_next'"), "0");
    assert_eq!(world.sql("SELECT count(*) FROM projection.checkpoints WHERE slot = 'next'"), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_views_are_opened_once_for_all_of_one_kind() {
    use crate::sharing::Shared;
    let world = World::new().await;
    let head = world.write_wide(50, 4).await;
    let shared = Shared::of(&world, 100);
    let (counts, also) = (shared.counts.0.in_bulk(), shared.also.0.in_bulk());
    let views: [&dyn Rebuild; 2] = [&counts, &also];
    let told = std::sync::Mutex::new(Vec::new());
    let positions = rebuild_all(&views, &|at| told.lock().unwrap().push((at.events, at.of))).await.unwrap();
    assert_eq!(positions, [head, head]);
    assert_eq!(told.lock().unwrap().last(), Some(&(200, head)));
    assert_eq!(world.notes.opened.load(Ordering::SeqCst), 200, "each event was opened once");
    world.assert_whole().await;
    assert_eq!(world.sql("SELECT count(*), sum(length) FROM views.also"), "50|600");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_was_never_built_begins_with_a_rebuild_and_stops_where_nothing_can_be_read() {
    let world = World::new().await;
    let head = world.write_wide(1_000, 11).await;
    let states = async |runner: Runner<Counts<1>, Notes>, handle: Handle| {
        let task = tokio::spawn(runner.run(std::future::pending()));
        let began = handle.wait_until(|state| *state != State::Idle).await;
        let ended = handle.wait_until(|state| matches!(state, State::Live | State::Stopped { .. })).await;
        task.abort();
        let _ = task.await;
        (began, ended)
    };
    let (runner, handle) = world.runner::<1>(1_000);
    assert_eq!(states(runner.in_bulk(), handle).await, (State::Rebuilding, State::Live));
    assert_eq!(world.live_position(), head.get());
    world.assert_whole().await;

    world.sql(
        "DROP TABLE views.counts, views.texts; DELETE FROM projection.checkpoints; \
         UPDATE log.events SET actor = 'agent-2' WHERE position = 3000",
    );
    let (runner, handle) = world.runner::<1>(1_000);
    let (began, ended) = states(runner.in_bulk(), handle).await;
    assert_eq!(began, State::Rebuilding);
    assert!(matches!(ended, State::Stopped { position, .. } if position.get() == 3000), "{ended:?}");
    assert_eq!(world.live_position(), 2999, "everything before it is folded");
    assert_eq!(world.sql("SELECT count(*) FROM views.texts"), "2999");
}
