//! Walking along the streams: each event once, whatever the ranges and pages; faults are named by their position.

use event_log::{Error, Position};
use sqlx::Executor as _;

use crate::world::{World, append, command, committed, postgres};

on_both!(
    ranges_and_pages_of_any_size_give_every_event_once_in_the_order_of_streams,
    it_reads_what_a_page_by_position_reads,
    ranges_hold_about_as_many_events_each,
);

/// Streams of one to five events, written by turns.
async fn lives(world: &World, streams: u32) -> i64 {
    let mut position = 0;
    for version in 0..5 {
        for nth in (0..streams).filter(|nth| nth % 5 >= version) {
            let receipt = committed(world.one(command(vec![append(&format!("s'{nth:03}"), version, 1)])).await);
            position = receipt.last.get();
        }
    }
    position
}

fn at(position: i64) -> Position {
    Position::try_new(position).expect("a position")
}

/// Everything up to a position: (stream, version, position) in the order it was given out.
async fn walked(world: &World, up_to: i64, ranges: u32, page: u32) -> Result<Vec<(String, u32, i64)>, Error> {
    let mut walk = world.walk().await;
    let mut seen = Vec::new();
    for range in world.log.reader().stream_ranges(at(up_to), ranges).await? {
        walk.begin(range, at(up_to));
        loop {
            let events = walk.next_page(page).await?;
            assert!(events.len() <= page as usize);
            if events.is_empty() {
                break;
            }
            assert!(events.iter().all(event_log::RecordedEvent::leaf_matches));
            seen.extend(events.iter().map(|event| (event.stream.to_string(), event.version, event.position.get())));
        }
    }
    Ok(seen)
}

async fn ranges_and_pages_of_any_size_give_every_event_once_in_the_order_of_streams(world: World) {
    let head = lives(&world, 40).await;
    for (ranges, page) in [(1, 1_000), (3, 7), (16, 1), (500, 4)] {
        let seen = walked(&world, head, ranges, page).await.expect("walked");
        assert!(seen.is_sorted(), "{ranges} ranges, pages of {page}");
        let mut positions: Vec<i64> = seen.iter().map(|(_, _, position)| *position).collect();
        positions.sort_unstable();
        assert_eq!(positions, (1..=head).collect::<Vec<_>>(), "{ranges} ranges, pages of {page}");
    }
    let part = walked(&world, head / 2, 4, 3).await.expect("walked");
    assert_eq!(part.len() as i64, head / 2, "nothing that came later");
    assert!(walked(&world, 0, 4, 3).await.expect("walked").is_empty());
}

async fn it_reads_what_a_page_by_position_reads(world: World) {
    lives(&world, 11).await;
    let mut walk = world.walk().await;
    walk.begin(event_log::StreamRange::default(), at(1_000));
    let mut walked = walk.next_page(1_000).await.expect("walked");
    walked.sort_by_key(|event| event.position);
    assert_eq!(walked, world.log.reader().read_after(Position::ZERO, 1_000).await.expect("read").events);
}

async fn ranges_hold_about_as_many_events_each(world: World) {
    let head = lives(&world, 200).await;
    let ranges = world.log.reader().stream_ranges(at(head), 8).await.expect("split");
    assert_eq!(ranges.len(), 8);
    let mut walk = world.walk().await;
    for range in ranges {
        walk.begin(range, at(head));
        let events = walk.next_page(10_000).await.expect("walked").len() as i64;
        assert!((head / 16..head / 4).contains(&events), "{events} of {head} events");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_named_by_its_position() {
    for (tamper, found) in [
        ("DELETE FROM log.events WHERE stream = 's''002' AND version = 2", "version"),
        ("UPDATE log.events SET territory = 'x' WHERE stream = 's''002' AND version = 3", "territory"),
        ("UPDATE log.events SET stream_type = 'X' WHERE stream = 's''002' AND version = 3", "stream_type"),
        ("UPDATE log.events SET commitment = 'x' WHERE stream = 's''002' AND version = 3", "commitment"),
    ] {
        let world = postgres().await;
        let head = lives(&world, 10).await;
        let place = world.count("SELECT position FROM log.events WHERE stream = 's''002' AND version = 3").await;
        world.superuser().await.execute(tamper).await.expect("an event is damaged");
        let error = walked(&world, head, 2, 5).await.expect_err("a fault");
        assert!(
            matches!(error, Error::UnreadableAt { position, field } if (position.get(), field) == (place, found)),
            "{tamper}: {error}"
        );
    }
}

#[tokio::test]
async fn a_missing_position_is_found_wherever_it_is() {
    let world = postgres().await;
    let head = lives(&world, 10).await;
    let reader = world.log.reader();
    assert_eq!(reader.first_missing(at(head)).await.expect("counted"), None);
    assert_eq!(reader.first_missing(at(0)).await.expect("counted"), None);
    assert_eq!(reader.first_missing(at(head + 1)).await.expect("counted"), Some(at(head + 1)));
    for lost in [head, 7, 1] {
        let sql = format!("DELETE FROM log.events WHERE position = {lost}");
        world.superuser().await.execute(sql.as_str()).await.expect("an event is destroyed");
        assert_eq!(reader.first_missing(at(head)).await.expect("counted"), Some(at(lost)));
    }
    assert_eq!(reader.first_missing(at(head - 1)).await.expect("counted"), Some(at(1)));
}

/// The trap of plans made for tables that look empty: a sort of the whole log for each page.
#[tokio::test]
async fn on_tables_that_were_analysed_empty_it_walks_along_the_index_all_the_same() {
    let world = postgres().await;
    let mut looker = world.superuser().await;
    looker.execute("ALTER TABLE log.events SET (autovacuum_enabled = false)").await.expect("kept away");
    looker.execute("VACUUM ANALYZE log.events").await.expect("analysed");
    let head = lives(&world, 60).await;
    assert_eq!(walked(&world, head, 1, 4).await.expect("walked").len() as i64, head);
    const READ: &str =
        "SELECT coalesce(idx_tup_read, 0) FROM pg_stat_user_indexes WHERE indexrelname = 'events_stream'";
    // Counts come when a session ends; appends look streams up, too, but never walk.
    let until = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
    while world.count(READ).await < head {
        assert!(tokio::time::Instant::now() < until, "the index of streams was not walked along");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let read = world.count(READ).await;
    assert!(read < 6 * head, "{read} entries read for {head} events: each page reads more than itself");
}
