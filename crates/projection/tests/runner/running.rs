use jiff::Timestamp;
use projection::{State, Status};

use crate::world::World;

#[tokio::test]
async fn it_catches_up_and_then_follows() {
    let world = World::new().await;
    let first = world.write_many(10).await;
    let running = world.run(4);
    world.seen(first).await;
    world.assert_whole().await;
    running.until_live().await;
    let second = world.write_many(5).await;
    world.seen(second).await;
    world.assert_whole().await;
}

#[tokio::test]
async fn pages_of_any_size_and_deaths_in_between_give_the_same_rows() {
    let world = World::new().await;
    for (page, count) in [(1, 9), (3, 7), (7, 1), (2, 12), (1_000, 30)] {
        let position = world.write_many(count).await;
        let killed = world.run(page);
        // Wherever it is by now.
        tokio::task::yield_now().await;
        killed.kill().await;
        let running = world.run(page);
        world.seen(position).await;
        world.assert_whole().await;
        running.kill().await;
    }
}

#[tokio::test]
async fn told_to_end_it_commits_the_page_in_hand_and_gives_the_lock_back() {
    let world = World::new().await;
    let position = world.write_many(3).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (runner, handle) = world.runner::<1>(2);
    let task = tokio::spawn(runner.run(async move { drop(stopped.await) }));
    world.seen(position).await;
    stop.send(()).unwrap();
    task.await.unwrap();
    assert_eq!(handle.state(), State::Drained);
    let next = world.run(2);
    next.until_live().await;
}

#[tokio::test]
async fn the_status_counts_what_is_not_folded_and_how_long_it_waits() {
    let world = World::new().await;
    let (_runner, handle) = world.runner::<1>(10);
    let now: Timestamp = "2026-11-23T12:00:30Z".parse().unwrap();
    let head = world.write_many(4).await;
    let (position, state) = (event_log::Position::ZERO, State::Idle);
    let expected = Status { position, head, lag_events: 4, lag_seconds: 30.0, built: false, set_aside: 0, state };
    assert_eq!(handle.status(now).await.unwrap(), expected);

    let running = world.run(10);
    running.until_live().await;
    let status = running.handle.status(now).await.unwrap();
    let live = Status { position: head, lag_events: 0, lag_seconds: 0.0, built: true, state: State::Live, ..expected };
    assert_eq!(status, live);
}

#[tokio::test]
async fn readers_read_and_nothing_more() {
    let world = World::new().await;
    let running = world.run(10);
    running.until_live().await;
    for refused in [
        "UPDATE projection.checkpoints SET position = 7",
        "DELETE FROM projection.checkpoints",
        "INSERT INTO views.counts (stream, events) VALUES ('note-9', 1)",
        "UPDATE views.counts SET events = 0",
        "DROP TABLE views.counts",
        "CREATE TABLE views.mine ()",
        "CREATE TABLE views_next.mine ()",
        "SELECT * FROM log.events",
    ] {
        let error = sqlx::query(refused).execute(&world.reader).await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().code().unwrap(), "42501", "{refused}: {error}");
    }
    sqlx::query("SELECT * FROM views.counts").fetch_all(&world.reader).await.unwrap();
    sqlx::query("SELECT * FROM projection.checkpoints").fetch_all(&world.reader).await.unwrap();
}

#[tokio::test]
async fn the_schema_may_be_made_twice_and_at_once() {
    let world = World::new().await;
    let (one, other) = tokio::join!(projection::migrate(&world.options), projection::migrate(&world.options));
    one.unwrap();
    other.unwrap();
}
