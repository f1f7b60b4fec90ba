use std::time::Duration;

use event_log::Position;
use projection::{AtLeast, Error};

use crate::world::{LONG, World};

#[tokio::test]
async fn a_position_beyond_the_head_is_refused_at_once() {
    let world = World::new().await;
    let head = world.write_many(2).await;
    let asked = AtLeast { position: head.next(), within: LONG };
    let refused = world.checkpoint().wait_for(asked).await;
    assert!(
        matches!(refused, Err(Error::BeyondHead { asked, head: at }) if asked == head.next() && at == head),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_view_that_does_not_come_so_far_in_time_says_where_it_is() {
    let world = World::new().await;
    let first = world.write_many(2).await;
    let short = |position| AtLeast { position, within: Duration::from_millis(50) };
    // Not built yet.
    let answer = world.checkpoint().wait_for(short(first)).await;
    assert!(matches!(answer, Err(Error::Behind { position: Position::ZERO, asked }) if asked == first), "{answer:?}");

    let running = world.run(10);
    running.until_live().await;
    running.kill().await;
    let second = world.write_many(1).await;
    let answer = world.checkpoint().wait_for(short(second)).await;
    assert!(
        matches!(answer, Err(Error::Behind { position, asked }) if position == first && asked == second),
        "{answer:?}"
    );
    assert_eq!(world.checkpoint().wait_for(short(first)).await.unwrap(), first);
    let nothing = AtLeast { position: first, within: Duration::ZERO };
    assert_eq!(world.checkpoint().wait_for(nothing).await.unwrap(), first);
}

#[tokio::test]
async fn waiters_are_woken_with_and_without_a_runner_in_their_process() {
    let world = World::new().await;
    let running = world.run(10);
    let hinted = world.checkpoint().hinted_by(&running.handle);
    for _ in 0..5 {
        let position = world.write_many(1).await;
        let at_least = AtLeast { position, within: LONG };
        let checkpoint = world.checkpoint();
        let (near, far) = tokio::join!(hinted.wait_for(at_least), checkpoint.wait_for(at_least));
        assert!(near.unwrap() >= position);
        assert!(far.unwrap() >= position);
    }
    // The hints end with the runner; the database is still asked.
    running.kill().await;
    let position = world.write_many(1).await;
    let next = world.run(10);
    assert!(hinted.wait_for(AtLeast { position, within: LONG }).await.unwrap() >= position);
    drop(next);
}
