//! Pages, ranges, streams and look-ups; and a damaged log is said to be damaged.

use event_log::{Error, KeyRef, Position, Receipt, StreamSpan};
use sqlx::Executor;
use uuid::Uuid;

use crate::world::{DEMAND, ORGANISATION, World, append, at, command, committed, postgres, stream};

on_both!(
    pages_follow_each_other_without_holes,
    one_stream_type_is_read_in_pages,
    a_stream_is_read_whole_after_a_version_or_as_of_a_position,
    as_of_ends_before_the_first_event_recorded_later,
    keys_in_use_are_those_that_a_stream_names,
    the_last_stream_of_a_type_and_a_prefix_is_found,
    many_are_read_at_once_each_in_its_place,
    a_reader_apart_reads_as_the_writer_does,
);

fn position(value: i64) -> Position {
    Position::try_new(value).expect("a position")
}

/// Ten events: demands a and b in turn, every fifth one of an organisation.
async fn ten(world: &World) {
    let (mut a, mut b) = (0, 0);
    for n in 1..=10 {
        let mut next = if n % 5 == 0 {
            append(&format!("org-{n}"), 0, 1)
        } else if n % 2 == 0 {
            a += 1;
            append("a", a - 1, 1)
        } else {
            b += 1;
            append("b", b - 1, 1)
        };
        if n % 5 == 0 {
            next.stream_type = ORGANISATION;
            next.territory = None;
            next.key = None;
        }
        committed(world.one(command(vec![next])).await);
    }
}

fn positions(events: &[event_log::RecordedEvent]) -> Vec<i64> {
    events.iter().map(|event| event.position.get()).collect()
}

async fn pages_follow_each_other_without_holes(world: World) {
    let reader = world.log.reader();
    let empty = reader.read_after(Position::ZERO, 3).await.expect("read");
    assert_eq!((empty.events, empty.head, empty.complete_to), (vec![], Position::ZERO, Position::ZERO));
    ten(&world).await;
    let (mut after, mut seen) = (Position::ZERO, Vec::new());
    loop {
        let page = reader.read_after(after, 3).await.expect("read");
        assert_eq!(page.head, position(10));
        after = page.complete_to;
        if page.events.is_empty() {
            break;
        }
        seen.extend(positions(&page.events));
    }
    assert_eq!(seen, (1..=10).collect::<Vec<_>>());
    assert_eq!(positions(&reader.read_range(position(4)..=position(6)).await.expect("read")), [4, 5, 6]);
    assert!(
        matches!(reader.read_range(position(9)..=position(11)).await, Err(Error::Gap { position: p }) if p == position(11))
    );
}

async fn one_stream_type_is_read_in_pages(world: World) {
    ten(&world).await;
    let reader = world.log.reader();
    let page = reader.read_type_after(&ORGANISATION, Position::ZERO, 1).await.expect("read");
    assert_eq!((positions(&page.events), page.complete_to), (vec![5], position(5)));
    let page = reader.read_type_after(&ORGANISATION, page.complete_to, 5).await.expect("read");
    assert_eq!((positions(&page.events), page.complete_to), (vec![10], position(10)));
    let page = reader.read_type_after(&DEMAND, position(3), 100).await.expect("read");
    assert_eq!((positions(&page.events), page.complete_to), (vec![4, 6, 7, 8, 9], position(10)));
}

async fn a_stream_is_read_whole_after_a_version_or_as_of_a_position(world: World) {
    ten(&world).await;
    let read = async |span| positions(&world.log.reader().read_stream(&stream("a"), span).await.expect("read"));
    assert_eq!(read(StreamSpan::ALL).await, [2, 4, 6, 8]);
    assert_eq!(read(StreamSpan::after(2)).await, [6, 8]);
    assert_eq!(read(StreamSpan::as_of(position(5))).await, [2, 4]);
    assert_eq!(read(StreamSpan { after_version: 1, up_to: Some(position(6)) }).await, [4, 6]);
    assert_eq!(read(StreamSpan::after(u32::MAX)).await, [0; 0]);
}

async fn as_of_ends_before_the_first_event_recorded_later(world: World) {
    // The third was recorded before the second's instant but numbered behind it.
    for (n, second) in [10, 30, 20, 40].into_iter().enumerate() {
        let mut recorded = command(vec![append(&format!("s{n}"), 0, 1)]);
        recorded.recorded_at = at(second);
        committed(world.one(recorded).await);
    }
    let reader = world.log.reader();
    for (end, expected) in [(5, 0), (10, 0), (11, 1), (25, 1), (30, 1), (31, 3), (41, 4), (99, 4)] {
        assert_eq!(reader.position_as_of(at(end)).await.expect("read"), position(expected), "end {end}");
    }
}

async fn keys_in_use_are_those_that_a_stream_names(world: World) {
    for (name, id) in [("a", 3), ("b", 5)] {
        let mut keyed = append(name, 0, 2);
        keyed.key = Some(KeyRef { id, commitment: [1; 32] });
        committed(world.one(command(vec![keyed])).await);
    }
    let mut in_use = world.log.reader().key_ids_in_use(&[1, 3, 4, 5, 6]).await.expect("read");
    in_use.sort_unstable();
    assert_eq!(in_use, [3, 5]);
}

#[tokio::test]
async fn a_missing_event_is_a_gap_and_never_skipped() {
    for (lost, page_after) in [(5, 0), (5, 4), (1, 0), (10, 0), (10, 9)] {
        let world = postgres().await;
        ten(&world).await;
        let sql = format!("DELETE FROM log.events WHERE position = {lost}");
        world.superuser().await.execute(sql.as_str()).await.expect("an event is destroyed");
        let error = world.log.reader().read_after(position(page_after), 100).await.expect_err("a gap");
        assert!(matches!(error, Error::Gap { position: p } if p == position(lost)), "{error}");
        let error = world.log.reader().read_range(position(1)..=position(10)).await.expect_err("a gap");
        assert!(matches!(error, Error::Gap { position: p } if p == position(lost)), "{error}");
    }
    let world = postgres().await;
    ten(&world).await;
    world.superuser().await.execute("DELETE FROM log.events WHERE position = 4").await.expect("destroyed");
    let error = world.log.reader().read_stream(&stream("a"), StreamSpan::ALL).await.expect_err("a gap");
    assert!(matches!(error, Error::VersionGap { version: 2, .. }), "{error}");
}

#[tokio::test]
async fn an_altered_event_shows_in_its_leaf() {
    let world = postgres().await;
    committed(world.one(command(vec![append("a", 0, 2)])).await);
    world
        .superuser()
        .await
        .execute("UPDATE log.events SET payload = replace(payload, 'couple', 'single') WHERE position = 2")
        .await
        .expect("an event is altered");
    let page = world.log.reader().read_after(Position::ZERO, 10).await.expect("read");
    assert_eq!(page.events.iter().map(|event| event.leaf_matches()).collect::<Vec<_>>(), [true, false]);
}

async fn the_last_stream_of_a_type_and_a_prefix_is_found(world: World) {
    ten(&world).await;
    let last = async |stream_type, prefix| {
        let found = world.log.reader().last_stream_of(&stream_type, prefix).await.expect("read");
        found.map(|stream| stream.to_string())
    };
    assert_eq!(last(ORGANISATION, "org-").await.as_deref(), Some("org-5"), "in the order of bytes");
    assert_eq!(last(ORGANISATION, "org-1").await.as_deref(), Some("org-10"));
    assert_eq!(last(ORGANISATION, "org-10").await.as_deref(), Some("org-10"), "the name itself");
    assert_eq!(last(DEMAND, "").await.as_deref(), Some("b"));
    assert_eq!(last(DEMAND, "org").await, None);
}

async fn many_are_read_at_once_each_in_its_place(world: World) {
    ten(&world).await;
    let asked = command(vec![append("c", 0, 2), append("d", 0, 1)]);
    let receipt = committed(world.one(asked.clone()).await);
    let reader = world.log.reader();

    let streams = ["none", "b", "a", "b"].map(stream);
    let read = reader.read_streams(&streams).await.expect("read");
    let read: Vec<_> = read.into_iter().map(|events| positions(&events.expect("whole"))).collect();
    assert_eq!(read, [vec![], vec![1, 3, 7, 9], vec![2, 4, 6, 8], vec![1, 3, 7, 9]]);

    let beyond = Receipt { first: position(13), last: position(14) };
    let commands = reader.read_commands(&[receipt, beyond]).await.expect("read");
    assert_eq!(positions(commands[0].as_ref().expect("whole")), [11, 12, 13]);
    assert!(matches!(commands[1], Err(Error::Gap { position: p }) if p == position(14)));

    let receipts = [("org-1", Uuid::nil()), ("org-1", asked.id), ("org-2", asked.id)];
    assert_eq!(reader.receipts(&receipts).await.expect("read"), [None, Some((receipt, asked.body_digest)), None]);
}

async fn a_reader_apart_reads_as_the_writer_does(world: World) {
    ten(&world).await;
    let projector = world.apart().await;
    let page = projector.read_after(Position::ZERO, 100).await.expect("read");
    assert_eq!(page, world.log.reader().read_after(Position::ZERO, 100).await.expect("read"));
}
