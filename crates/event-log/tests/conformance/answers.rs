//! Numbers, receipts and versions.

use std::task::Poll;

use event_log::{Position, Receipt, Refusal, StreamSpan, Verdict};
use uuid::Uuid;

use crate::world::{World, append, command, committed, conflict, refused, stream};

on_both!(
    positions_count_events_without_holes,
    one_verdict_for_each_command_in_the_order_given,
    the_same_command_gets_the_first_answer_for_ever,
    an_id_used_for_another_body_is_refused,
    a_receipt_can_be_asked_for,
    a_version_conflict_names_the_actual_version,
    a_refusal_leaves_no_receipt_and_uses_no_position,
    type_territory_and_key_of_a_stream_never_change,
    commands_of_one_call_on_one_stream_keep_their_order,
    a_later_command_does_not_overtake_a_waiting_one,
    more_commands_than_a_round_takes_are_all_answered,
    a_dropped_call_goes_on,
);

async fn positions_count_events_without_holes(world: World) {
    let verdicts = world
        .log
        .append(vec![
            command(vec![append("a", 0, 2)]),
            command(vec![append("b", 0, 1)]),
            command(vec![append("c", 0, 3)]),
        ])
        .await
        .expect("appended");
    let ranges: Vec<(i64, i64)> = verdicts.into_iter().map(committed).map(|r| (r.first.get(), r.last.get())).collect();
    assert_eq!(ranges, [(1, 2), (3, 3), (4, 6)]);
    assert_eq!(world.log.reader().head().await.expect("head").get(), 6);

    let page = world.log.reader().read_after(Position::ZERO, 100).await.expect("read");
    assert_eq!(page.events.iter().map(|event| event.position.get()).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    assert!(page.events.iter().all(|event| event.leaf_matches()));
}

async fn one_verdict_for_each_command_in_the_order_given(world: World) {
    assert_eq!(world.log.append(Vec::new()).await.expect("nothing asked, nothing answered"), []);
    let good = command(vec![append("a", 0, 1)]);
    let early = command(vec![append("b", 3, 1)]);
    let last = command(vec![append("c", 0, 1)]);
    let verdicts = world.log.append(vec![good, early, last]).await.expect("answered");
    assert!(matches!(
        verdicts.as_slice(),
        [Verdict::Committed(_), Verdict::Refused(Refusal::VersionConflict { .. }), Verdict::Committed(_)]
    ));
}

async fn the_same_command_gets_the_first_answer_for_ever(world: World) {
    let first = command(vec![append("a", 0, 2)]);
    let receipt = committed(world.one(first.clone()).await);
    committed(world.one(command(vec![append("a", 2, 1)])).await);
    for _ in 0..3 {
        // The stream has moved on and the claim of the version is wrong by now: the receipt comes first.
        assert_eq!(world.one(first.clone()).await, Verdict::Repeated(receipt));
    }
    let mut in_one_call = command(vec![append("b", 0, 1)]);
    in_one_call.id = Uuid::from_u128(5);
    let verdicts = world.log.append(vec![in_one_call.clone(), in_one_call]).await.expect("answered");
    let receipt = verdicts[0].receipt().expect("committed");
    assert_eq!(verdicts, [Verdict::Committed(receipt), Verdict::Repeated(receipt)]);
    assert_eq!(world.log.reader().head().await.expect("head").get(), 4);
}

async fn an_id_used_for_another_body_is_refused(world: World) {
    let first = command(vec![append("a", 0, 1)]);
    committed(world.one(first.clone()).await);
    let mut other = command(vec![append("b", 0, 1)]);
    other.id = first.id;
    other.body_digest = [2; 32];
    assert_eq!(refused(world.one(other.clone()).await), Refusal::CommandIdReused);

    // Another organisation chooses its ids for itself.
    other.organisation = "org-2".to_owned();
    committed(world.one(other).await);
}

async fn a_receipt_can_be_asked_for(world: World) {
    let reader = world.log.reader();
    let asked = command(vec![append("a", 0, 2), append("b", 0, 1)]);
    assert_eq!(reader.receipt("org-1", asked.id).await.expect("asked"), None);
    let receipt = committed(world.one(asked.clone()).await);
    assert_eq!(reader.receipt("org-1", asked.id).await.expect("asked"), Some((receipt, [1; 32])));
    assert_eq!(reader.receipt("org-2", asked.id).await.expect("asked"), None);
}

async fn a_version_conflict_names_the_actual_version(world: World) {
    committed(world.one(command(vec![append("a", 0, 3)])).await);
    assert_eq!(refused(world.one(command(vec![append("a", 0, 1)])).await), conflict("a", 0, 3));
    assert_eq!(refused(world.one(command(vec![append("a", 2, 1)])).await), conflict("a", 2, 3));
    assert_eq!(refused(world.one(command(vec![append("a", 9, 1)])).await), conflict("a", 9, 3));
    assert_eq!(refused(world.one(command(vec![append("b", 1, 1)])).await), conflict("b", 1, 0));
}

async fn a_refusal_leaves_no_receipt_and_uses_no_position(world: World) {
    let mut tried = command(vec![append("a", 5, 1)]);
    refused(world.one(tried.clone()).await);
    assert_eq!(world.log.reader().receipt("org-1", tried.id).await.expect("asked"), None);
    assert_eq!(world.log.reader().head().await.expect("head"), Position::ZERO);
    // Decided anew with the same id, it is committed.
    tried.streams[0].expected_version = 0;
    let first = Position::try_new(1).expect("a position");
    assert_eq!(committed(world.one(tried).await), Receipt { first, last: first });
}

async fn type_territory_and_key_of_a_stream_never_change(world: World) {
    committed(world.one(command(vec![append("a", 0, 1)])).await);
    let mismatch = Refusal::StreamMismatch { stream: stream("a") };
    let mut other_type = append("a", 1, 1);
    other_type.stream_type = crate::world::ORGANISATION;
    let mut no_territory = append("a", 1, 1);
    no_territory.territory = None;
    let mut no_key = append("a", 1, 1);
    no_key.key = None;
    for wrong in [other_type, no_territory, no_key] {
        assert_eq!(refused(world.one(command(vec![wrong])).await), mismatch);
    }
    committed(world.one(command(vec![append("a", 1, 1)])).await);
}

async fn commands_of_one_call_on_one_stream_keep_their_order(world: World) {
    let chain: Vec<_> = (0..20).map(|version| command(vec![append("a", version, 1)])).collect();
    for verdict in world.log.append(chain.clone()).await.expect("answered") {
        committed(verdict);
    }
    let events = world.log.reader().read_stream(&stream("a"), StreamSpan::ALL).await.expect("read");
    let ids: Vec<_> = events.iter().map(|event| event.command_id).collect();
    assert_eq!(ids, chain.iter().map(|command| command.id).collect::<Vec<_>>());
}

async fn a_later_command_does_not_overtake_a_waiting_one(world: World) {
    // The second waits for the first (stream a); the third touches only what the second touches (stream b).
    let first = command(vec![append("a", 0, 1)]);
    let second = command(vec![append("a", 1, 1), append("b", 0, 1)]);
    let third = command(vec![append("b", 1, 1)]);
    let verdicts = world.log.append(vec![first, second, third]).await.expect("answered");
    let firsts: Vec<i64> = verdicts.into_iter().map(|verdict| committed(verdict).first.get()).collect();
    assert_eq!(firsts, [1, 2, 4]);
}

async fn more_commands_than_a_round_takes_are_all_answered(world: World) {
    let many: Vec<_> = (0..600).map(|n| command(vec![append(&format!("s{n}"), 0, 1)])).collect();
    let verdicts = world.log.append(many).await.expect("answered");
    let firsts: Vec<i64> = verdicts.into_iter().map(|verdict| committed(verdict).first.get()).collect();
    assert_eq!(firsts, (1..=600).collect::<Vec<_>>());
}

async fn a_dropped_call_goes_on(world: World) {
    let dropped = command(vec![append("a", 0, 1)]);
    let mut subscription = world.log.subscribe(Position::ZERO);
    let mut work = Box::pin(world.log.append(vec![dropped.clone()]));
    let polled_once = std::future::poll_fn(|context| Poll::Ready(work.as_mut().poll(context).is_pending()));
    assert!(polled_once.await, "it has to wait");
    drop(work);
    let page = subscription.next_page(10).await.expect("read");
    assert_eq!(page.events[0].command_id, dropped.id);
}
