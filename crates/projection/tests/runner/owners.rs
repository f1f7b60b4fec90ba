use projection::State;

use crate::world::World;

#[tokio::test]
async fn one_owns_and_the_other_waits_until_it_is_gone() {
    let world = World::new().await;
    let first = world.run(5);
    first.until_live().await;
    let second = world.run(5);
    assert_eq!(second.handle.wait_until(|state| *state == State::Waiting).await, State::Waiting);
    let position = world.write_many(6).await;
    world.seen(position).await;
    assert_eq!(second.handle.state(), State::Waiting);

    first.kill().await;
    second.until_live().await;
    let position = world.write_many(6).await;
    world.seen(position).await;
    world.assert_whole().await;
}

#[tokio::test]
async fn an_owner_whose_session_is_cut_folds_nothing_twice() {
    let world = World::new().await;
    let (one, other) = (world.run(2), world.run(2));
    for _ in 0..3 {
        let position = world.write_many(7).await;
        world.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE application_name = 'sne_projector' AND datname = current_database()",
        );
        world.seen(position).await;
        world.assert_whole().await;
    }
    drop((one, other));
}

#[tokio::test]
async fn a_checkpoint_that_somebody_else_moved_is_not_moved_from_where_it_was() {
    let world = World::new().await;
    let running = world.run(10);
    running.until_live().await;
    let position = world.write_many(4).await;
    world.seen(position).await;
    // As if another owner had folded three events already, although the lock should keep it from that.
    world.notes.away.store(true, std::sync::atomic::Ordering::SeqCst);
    let head = world.write_many(3).await;
    world.sql(&format!(
        "UPDATE projection.checkpoints SET position = {head}; UPDATE views.counts SET events = events + 1"
    ));
    world.notes.away.store(false, std::sync::atomic::Ordering::SeqCst);
    let position = world.write_many(3).await;
    world.seen(position).await;
    world.assert_whole().await;
}

#[tokio::test]
async fn what_a_crash_of_the_database_lost_is_folded_again_though_nothing_new_comes() {
    let world = World::new().await;
    let running = world.run(10);
    let position = world.write_many(5).await;
    world.seen(position).await;
    // As a crash leaves it: the last commits were not on disk, and the session is gone.
    world.sql(
        "BEGIN; TRUNCATE views.counts, views.texts; UPDATE projection.checkpoints SET position = 0; COMMIT; \
         SELECT pg_terminate_backend(l.pid, 10000) FROM pg_locks AS l WHERE l.locktype = 'advisory' \
            AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    );
    world.seen(position).await;
    world.assert_whole().await;
    drop(running);
}
