//! Claims: taken, released, forced; their scopes, ordinals and tags.

use event_log::{Claim, ClaimOp, ClaimRow, Refusal, Verdict};
use uuid::Uuid;

use crate::world::{PERSON, World, append, claim, command, committed, refused, stream, with_claims};

on_both!(
    a_claim_has_one_taker_and_names_it,
    a_claim_is_taken_per_scope_and_found_over_all,
    a_released_claim_can_be_taken_again,
    only_the_holder_releases,
    releases_come_before_takes_whatever_the_order_given,
    force_takes_the_lowest_free_ordinal,
    a_holder_cannot_force_beside_itself,
    live_claims_of_one_key_share_their_tag,
    two_commands_of_one_call_on_one_key_are_decided_one_after_the_other,
    all_claims_can_be_listed_in_pages,
);

const TAG: Uuid = Uuid::from_u128(1);
const OTHER_TAG: Uuid = Uuid::from_u128(2);
const TAKE: ClaimOp = ClaimOp::Take { tag: TAG };
const FORCE: ClaimOp = ClaimOp::Force { tag: TAG };

/// A command that opens a new stream and does this with claims.
async fn act(world: &World, claims: Vec<Claim>) -> Verdict {
    let name = Uuid::new_v4().to_string();
    world.one(with_claims(command(vec![append(&name, 0, 1)]), claims)).await
}

async fn holders(world: &World, key: &[u8]) -> Vec<(String, i16, String)> {
    let holders = world.log.reader().claim_holders(PERSON, key).await.expect("read");
    holders.into_iter().map(|row| (row.scope, row.ordinal, row.holder.to_string())).collect()
}

fn row(scope: &str, ordinal: i16, holder: &str) -> (String, i16, String) {
    (scope.to_owned(), ordinal, holder.to_owned())
}

fn held(index: usize, holder: &str) -> Refusal {
    Refusal::ClaimHeld { index, holder: stream(holder) }
}

async fn a_claim_has_one_taker_and_names_it(world: World) {
    committed(act(&world, vec![claim("a", b"key", "075", TAKE)]).await);
    assert_eq!(refused(act(&world, vec![claim("b", b"key", "075", TAKE)]).await), held(0, "a"));
    assert_eq!(refused(act(&world, vec![claim("a", b"key", "075", TAKE)]).await), held(0, "a"));
    // Another kind and another key are other claims.
    let mut other_kind = claim("b", b"key", "075", TAKE);
    other_kind.kind = 2;
    committed(act(&world, vec![other_kind, claim("b", b"yek", "075", TAKE)]).await);
}

async fn a_claim_is_taken_per_scope_and_found_over_all(world: World) {
    committed(act(&world, vec![claim("a", b"key", "075", TAKE)]).await);
    committed(act(&world, vec![claim("b", b"key", "069", TAKE)]).await);
    assert_eq!(holders(&world, b"key").await, [row("069", 0, "b"), row("075", 0, "a")]);
    let keys: [&[u8]; 3] = [b"none", b"key", b"none"];
    let found = world.log.reader().claim_holders_of(PERSON, &keys).await.expect("read");
    let tags = found.iter().map(|holders| holders.iter().map(|holder| holder.tag).collect::<Vec<_>>());
    assert_eq!(tags.collect::<Vec<_>>(), [vec![], vec![TAG, TAG], vec![]]);
}

async fn a_released_claim_can_be_taken_again(world: World) {
    committed(act(&world, vec![claim("a", b"key", "075", TAKE)]).await);
    committed(act(&world, vec![claim("a", b"key", "075", ClaimOp::Release)]).await);
    assert_eq!(holders(&world, b"key").await, []);
    committed(act(&world, vec![claim("b", b"key", "075", TAKE)]).await);
}

async fn only_the_holder_releases(world: World) {
    let release = |holder, scope| vec![claim(holder, b"key", scope, ClaimOp::Release)];
    assert_eq!(refused(act(&world, release("a", "075")).await), Refusal::ClaimNotHeld { index: 0 });
    committed(act(&world, vec![claim("a", b"key", "075", TAKE)]).await);
    assert_eq!(refused(act(&world, release("b", "075")).await), Refusal::ClaimNotHeld { index: 0 });
    assert_eq!(refused(act(&world, release("a", "069")).await), Refusal::ClaimNotHeld { index: 0 });
    committed(act(&world, release("a", "075")).await);
}

async fn releases_come_before_takes_whatever_the_order_given(world: World) {
    committed(act(&world, vec![claim("a", b"key", "075", TAKE)]).await);
    // Given on: taken by another in the command that releases.
    let pass_on = vec![claim("b", b"key", "075", TAKE), claim("a", b"key", "075", ClaimOp::Release)];
    committed(act(&world, pass_on).await);
    assert_eq!(holders(&world, b"key").await, [row("075", 0, "b")]);
    // Renewed by its own holder.
    let again = vec![claim("b", b"key", "075", TAKE), claim("b", b"key", "075", ClaimOp::Release)];
    committed(act(&world, again).await);
    // Releasing one's own does not open another's.
    committed(act(&world, vec![claim("c", b"key", "075", FORCE)]).await);
    let half = vec![claim("b", b"key", "075", ClaimOp::Release), claim("d", b"key", "075", TAKE)];
    assert_eq!(refused(act(&world, half).await), held(1, "c"));
    assert_eq!(holders(&world, b"key").await, [row("075", 0, "b"), row("075", 1, "c")]);
}

async fn force_takes_the_lowest_free_ordinal(world: World) {
    for holder in ["a", "b", "c", "d"] {
        committed(act(&world, vec![claim(holder, b"key", "075", FORCE)]).await);
    }
    committed(act(&world, vec![claim("b", b"key", "075", ClaimOp::Release)]).await);
    // While any ordinal is held, nothing can be taken, and the lowest holder is named.
    committed(act(&world, vec![claim("a", b"key", "075", ClaimOp::Release)]).await);
    assert_eq!(refused(act(&world, vec![claim("x", b"key", "075", TAKE)]).await), held(0, "c"));
    committed(act(&world, vec![claim("e", b"key", "075", FORCE)]).await);
    committed(act(&world, vec![claim("f", b"key", "075", FORCE)]).await);
    committed(act(&world, vec![claim("g", b"key", "075", FORCE)]).await);
    let expected = ["e", "f", "c", "d", "g"].into_iter().zip(0..).map(|(holder, n)| row("075", n, holder));
    assert_eq!(holders(&world, b"key").await, expected.collect::<Vec<_>>());
}

async fn a_holder_cannot_force_beside_itself(world: World) {
    committed(act(&world, vec![claim("a", b"key", "075", TAKE)]).await);
    assert_eq!(refused(act(&world, vec![claim("a", b"key", "075", FORCE)]).await), held(0, "a"));
}

async fn live_claims_of_one_key_share_their_tag(world: World) {
    let with_other_tag = ClaimOp::Take { tag: OTHER_TAG };
    let conflict = Refusal::TagConflict { index: 0, actual: TAG };
    committed(act(&world, vec![claim("a", b"key", "075", TAKE)]).await);
    assert_eq!(refused(act(&world, vec![claim("b", b"key", "069", with_other_tag)]).await), conflict);
    let forced = claim("b", b"key", "075", ClaimOp::Force { tag: OTHER_TAG });
    assert_eq!(refused(act(&world, vec![forced]).await), conflict);
    // Where the claim is held as well, the holder is what counts.
    assert_eq!(refused(act(&world, vec![claim("b", b"key", "075", with_other_tag)]).await), held(0, "a"));
    // Retried with the tag that lives, it is committed; with the last claim the tag dies.
    committed(act(&world, vec![claim("b", b"key", "069", TAKE)]).await);
    let moved = vec![claim("a", b"key", "075", ClaimOp::Release), claim("a", b"key", "033", with_other_tag)];
    assert_eq!(refused(act(&world, moved.clone()).await), Refusal::TagConflict { index: 1, actual: TAG });
    committed(act(&world, vec![claim("b", b"key", "069", ClaimOp::Release)]).await);
    committed(act(&world, moved).await);
    let found = world.log.reader().claim_holders(PERSON, b"key").await.expect("read");
    assert!(!found.is_empty() && found.iter().all(|holder| holder.tag == OTHER_TAG));
}

async fn two_commands_of_one_call_on_one_key_are_decided_one_after_the_other(world: World) {
    let taken_by =
        |holder: &str, op| with_claims(command(vec![append(holder, 0, 1)]), vec![claim(holder, b"key", "075", op)]);
    let verdicts = world.log.append(vec![taken_by("a", TAKE), taken_by("b", TAKE), taken_by("c", FORCE)]).await;
    let mut verdicts = verdicts.expect("answered").into_iter();
    committed(verdicts.next().expect("three"));
    assert_eq!(refused(verdicts.next().expect("three")), held(0, "a"));
    committed(verdicts.next().expect("three"));
    assert_eq!(holders(&world, b"key").await, [row("075", 0, "a"), row("075", 1, "c")]);
}

async fn all_claims_can_be_listed_in_pages(world: World) {
    for (key, scope) in [(b"k1", "075"), (b"k1", "069"), (b"k2", "075"), (b"k3", "001")] {
        committed(act(&world, vec![claim("a", key, scope, TAKE)]).await);
    }
    let mut listed: Vec<ClaimRow> = Vec::new();
    loop {
        let page = world.log.reader().claims_after(listed.last(), 3).await.expect("read");
        if page.is_empty() {
            break;
        }
        listed.extend(page);
    }
    let keys: Vec<_> = listed.iter().map(|row| (row.key.as_slice(), row.holder.scope.as_str())).collect();
    assert_eq!(keys, [(&b"k1"[..], "069"), (b"k1", "075"), (b"k2", "075"), (b"k3", "001")]);
}
