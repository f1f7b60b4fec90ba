//! Several streams and claims in one command: all or nothing; and no harm to others.

use event_log::{ClaimOp, Refusal, StreamSpan};
use uuid::Uuid;

use crate::world::{World, append, claim, command, committed, conflict, refused, stream, with_claims};

on_both!(
    a_command_writes_all_its_streams_in_order,
    one_stale_stream_refuses_the_whole_command,
    one_held_claim_refuses_the_whole_command,
    a_stream_without_events_only_guards_its_version,
    conflicts_never_harm_their_neighbours,
);

const TAG: Uuid = Uuid::from_u128(1);

async fn a_command_writes_all_its_streams_in_order(world: World) {
    let receipt = committed(world.one(command(vec![append("a", 0, 2), append("b", 0, 1)])).await);
    let events = world.log.reader().read_range(receipt.first..=receipt.last).await.expect("read");
    let places: Vec<_> = events.iter().map(|event| (event.stream.as_str(), event.version)).collect();
    assert_eq!(places, [("a", 1), ("a", 2), ("b", 1)]);
    let sizes: Vec<_> = events.iter().map(|event| (event.command_size, event.body_digest.is_some())).collect();
    assert_eq!(sizes, [(Some(3), true), (None, false), (None, false)]);
    let commitments: Vec<_> = events.iter().map(|event| event.commitment.is_some()).collect();
    assert_eq!(commitments, [true, false, true]);
}

async fn one_stale_stream_refuses_the_whole_command(world: World) {
    committed(world.one(command(vec![append("b", 0, 1)])).await);
    let several = with_claims(
        command(vec![append("a", 0, 1), append("b", 0, 1), append("c", 0, 1)]),
        vec![claim("a", b"key", "075", ClaimOp::Take { tag: TAG })],
    );
    assert_eq!(refused(world.one(several).await), conflict("b", 0, 1));
    for untouched in ["a", "c"] {
        assert_eq!(world.log.reader().read_stream(&stream(untouched), StreamSpan::ALL).await.expect("read"), []);
    }
    assert_eq!(world.log.reader().claim_holders(1, b"key").await.expect("read"), []);
}

async fn one_held_claim_refuses_the_whole_command(world: World) {
    let take = |holder: &str, key: &[u8]| claim(holder, key, "075", ClaimOp::Take { tag: TAG });
    committed(world.one(with_claims(command(vec![append("a", 0, 1)]), vec![take("a", b"two")])).await);
    let both = with_claims(command(vec![append("b", 0, 1)]), vec![take("b", b"one"), take("b", b"two")]);
    assert_eq!(refused(world.one(both).await), Refusal::ClaimHeld { index: 1, holder: stream("a") });
    assert_eq!(world.log.reader().claim_holders(1, b"one").await.expect("read"), []);
    assert_eq!(world.log.reader().read_stream(&stream("b"), StreamSpan::ALL).await.expect("read"), []);
}

async fn a_stream_without_events_only_guards_its_version(world: World) {
    committed(world.one(command(vec![append("a", 0, 2)])).await);
    committed(world.one(command(vec![append("a", 2, 0), append("b", 0, 1)])).await);
    let stale = command(vec![append("a", 1, 0), append("c", 0, 1)]);
    assert_eq!(refused(world.one(stale).await), conflict("a", 1, 2));
}

async fn conflicts_never_harm_their_neighbours(world: World) {
    committed(world.one(command(vec![append("taken", 0, 1)])).await);
    let mut commands = Vec::new();
    for n in 0..60 {
        commands.push(if n % 3 == 0 {
            // Each of these stands in a round with good ones.
            let mut bad = append(&format!("bad{n}"), 7, 2);
            bad.expected_version = 7;
            command(vec![bad])
        } else {
            command(vec![append(&format!("good{n}"), 0, 2)])
        });
    }
    let verdicts = world.log.append(commands).await.expect("answered");
    let mut next = 2;
    for (n, verdict) in verdicts.into_iter().enumerate() {
        if n % 3 == 0 {
            assert_eq!(refused(verdict), conflict(&format!("bad{n}"), 7, 0));
        } else {
            let receipt = committed(verdict);
            assert_eq!((receipt.first.get(), receipt.last.get()), (next, next + 1), "refusals use no position");
            next += 2;
        }
    }
    assert_eq!(world.log.reader().head().await.expect("head").get(), next - 1);
}
