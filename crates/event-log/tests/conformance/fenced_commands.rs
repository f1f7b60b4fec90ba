//! A command id that was given up is either committed already, or never will be.

use event_log::{Refusal, Verdict};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::world::{World, append, command, committed, refused};

on_both!(
    a_fenced_command_is_refused_for_ever_and_writes_nothing,
    a_committed_command_cannot_be_fenced,
    of_a_command_and_its_fence_one_comes_first,
);

async fn a_fenced_command_is_refused_for_ever_and_writes_nothing(world: World) {
    committed(world.one(command(vec![append("a", 0, 2)])).await);
    let given_up = command(vec![append("b", 0, 1)]);
    let fenced = world.log.fence(&given_up.organisation, given_up.id).await.expect("fenced").expect("not committed");
    assert_eq!(fenced.get(), 2);
    committed(world.one(command(vec![append("a", 2, 1)])).await);
    for _ in 0..2 {
        assert_eq!(refused(world.one(given_up.clone()).await), Refusal::Fenced);
        let again = world.log.fence(&given_up.organisation, given_up.id).await.expect("asked");
        assert_eq!(again, Some(fenced), "the same answer, however far the log has come");
    }
    let mut stale = given_up.clone();
    stale.streams = vec![append("a", 0, 1)];
    assert_eq!(refused(world.one(stale).await), Refusal::Fenced, "before its version is looked at");
    assert_eq!(world.log.reader().head().await.expect("head").get(), 3);
    let reader = world.log.reader();
    assert_eq!(reader.fenced(&given_up.organisation, given_up.id).await.expect("read"), Some(fenced));
    assert_eq!(reader.fenced("org-2", given_up.id).await.expect("read"), None);

    // Its neighbours in a round and the ids of other organisations go on.
    let mut foreign = given_up.clone();
    foreign.organisation = "org-2".to_owned();
    let verdicts = world.log.append(vec![given_up, foreign]).await.expect("answered");
    assert!(matches!(verdicts.as_slice(), [Verdict::Refused(Refusal::Fenced), Verdict::Committed(_)]), "{verdicts:?}");
}

async fn a_committed_command_cannot_be_fenced(world: World) {
    let done = command(vec![append("a", 0, 1)]);
    let receipt = committed(world.one(done.clone()).await);
    assert_eq!(world.log.fence(&done.organisation, done.id).await.expect("asked"), None);
    let id = done.id;
    assert_eq!(world.one(done).await, Verdict::Repeated(receipt));
    assert_eq!(world.log.reader().fenced("org-1", id).await.expect("read"), None);
}

/// Sent and given up at the same instant, over connections of their own: one of both happens, and both sides know which.
async fn of_a_command_and_its_fence_one_comes_first(world: World) {
    let mut races = JoinSet::new();
    for race in 0..60 {
        let log = world.log.clone();
        let mut raced = command(vec![append(&format!("s{race}"), 0, 1)]);
        raced.id = Uuid::from_u128(1_000 + race);
        races.spawn(async move {
            let (organisation, id) = (raced.organisation.clone(), raced.id);
            let (sent, fenced) = tokio::join!(log.append(vec![raced]), log.fence(&organisation, id));
            (sent.expect("answered").remove(0), fenced.expect("asked"))
        });
    }
    let mut committed = 0;
    for (sent, fenced) in races.join_all().await {
        match (sent, fenced) {
            (Verdict::Committed(_), None) => committed += 1,
            (Verdict::Refused(Refusal::Fenced), Some(_)) => {}
            both => panic!("{both:?}"),
        }
    }
    assert_eq!(world.log.reader().head().await.expect("head").get(), committed);
}
