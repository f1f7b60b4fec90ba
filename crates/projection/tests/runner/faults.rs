use std::sync::atomic::Ordering;

use projection::{Error, State};

use crate::world::{UNREADABLE, World};

#[tokio::test]
async fn it_stops_at_an_event_that_cannot_be_read_and_says_where() {
    for page in [1, 3, 100] {
        let world = World::new().await;
        world.write_many(4).await;
        let unreadable = world.write([UNREADABLE]).await;
        world.write_many(4).await;
        let (position, cause) = world.run(page).stopped().await;
        assert_eq!((position, cause.as_str()), (unreadable.get(), "says so"));
        assert_eq!(world.live_position(), 4, "everything before it is folded");
        // Again, and still there.
        assert_eq!(world.run(page).stopped().await.0, unreadable.get());
        assert_eq!(world.sql("SELECT count(*) FROM views.texts"), "4");
        assert!(matches!(
            world.runner::<1>(page).0.rebuild().await,
            Err(Error::Unreadable { position, .. }) if position == unreadable
        ));
        assert_eq!(world.live_position(), 4, "a rebuild that fails changes nothing");
    }
}

#[tokio::test]
async fn it_stops_at_an_event_that_was_altered_is_missing_or_damaged() {
    for tamper in [
        r#"UPDATE log.events SET payload = '"other"' WHERE position = 6"#,
        "UPDATE log.events SET actor = 'agent-2' WHERE position = 6",
        "DELETE FROM log.events WHERE position = 6",
        "UPDATE log.events SET stream = 'not a name' WHERE position = 6",
    ] {
        let world = World::new().await;
        world.write_many(9).await;
        world.sql(tamper);
        assert_eq!(world.run(100).stopped().await.0, 6, "{tamper}");
        assert_eq!(world.live_position(), 5, "{tamper}");
        let rebuilt = world.runner::<1>(100).0.rebuild().await;
        assert!(matches!(&rebuilt, Err(Error::Unreadable { position, .. }) if position.get() == 6), "{rebuilt:?}");
    }
}

#[tokio::test]
async fn what_is_away_is_asked_again() {
    let world = World::new().await;
    let position = world.write_many(3).await;
    world.notes.away.store(true, Ordering::SeqCst);
    let running = world.run(10);
    let state = running.handle.wait_until(|state| matches!(state, State::Failing { .. })).await;
    assert_eq!(state, State::Failing { cause: "events cannot be opened now: away".to_owned() });
    world.notes.away.store(false, Ordering::SeqCst);
    world.seen(position).await;
    running.until_live().await;
    world.assert_whole().await;
}

#[tokio::test]
async fn tables_that_somebody_changed_stop_it_instead_of_trying_for_ever() {
    let world = World::new().await;
    let running = world.run(10);
    let position = world.write_many(3).await;
    world.seen(position).await;
    world.sql("ALTER TABLE views.counts RENAME COLUMN events TO other");
    world.write_many(1).await;
    let (at, cause) = running.stopped().await;
    assert_eq!(at, 4);
    assert!(cause.starts_with("database failed while folding a page: SQLSTATE 42703"), "{cause}");
}
