//! Following the log: what is there, then what comes, from this process or another.

use std::time::Duration;

use event_log::Position;
use tokio::time::timeout;

use crate::world::{World, append, command, committed};

on_both!(
    a_subscription_catches_up_and_then_follows,
    appends_of_another_process_are_found_too,
    a_dropped_wait_loses_nothing,
);

const LONG: Duration = Duration::from_secs(20);

async fn a_subscription_catches_up_and_then_follows(world: World) {
    committed(world.one(command(vec![append("a", 0, 5)])).await);
    let mut subscription = world.log.subscribe(Position::ZERO);
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.extend(subscription.next_page(2).await.expect("read").events);
    }
    let (page, verdict) =
        tokio::join!(timeout(LONG, subscription.next_page(2)), world.one(command(vec![append("a", 5, 1)])));
    committed(verdict);
    seen.extend(page.expect("woken").expect("read").events);
    assert_eq!(seen.iter().map(|event| event.position.get()).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert_eq!(subscription.position(), seen[5].position);
}

async fn appends_of_another_process_are_found_too(world: World) {
    // A log of its own stands for another process: it shares no bell.
    let other = world.another().await;
    let mut subscription = world.apart().await.subscribe(Position::ZERO);
    let (page, answer) =
        tokio::join!(timeout(LONG, subscription.next_page(10)), other.append(vec![command(vec![append("a", 0, 1)])]));
    answer.expect("appended");
    assert_eq!(page.expect("found").expect("read").events.len(), 1);
}

async fn a_dropped_wait_loses_nothing(world: World) {
    let mut subscription = world.log.subscribe(Position::ZERO);
    assert!(timeout(Duration::from_millis(20), subscription.next_page(10)).await.is_err());
    committed(world.one(command(vec![append("a", 0, 2)])).await);
    assert_eq!(timeout(LONG, subscription.next_page(10)).await.expect("found").expect("read").events.len(), 2);
}
