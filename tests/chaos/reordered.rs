//! Commands on the same demands over several connections that delay, reorder, cut and swallow; copies of them, replays
//! of them, and time that is over before they can be done. Who does not know what became of one asks, or gives it up.

use std::sync::Arc;

use client::Outcome;
use private_postgres::test_util::shared;
use register::SystemClock;
use tests::door;
use tests::ledger::Ledger;
use tests::stage::checker;
use tests::stage::evidence::Evidence;
use tests::stage::proxy::{Plan, Proxy};
use tests::stage::served::Served;
use tests::stage::world;
use tests::wire::{Ack, Reply};

use crate::crowd::Crowd;
use crate::lane::{self, Lane};

/// Orders of a short run and of a whole one.
const ORDERS: (usize, usize) = (300, 4_000);

#[tokio::test(flavor = "multi_thread")]
async fn what_is_delayed_reordered_and_replayed_is_done_once_with_its_first_answer_or_given_up_for_ever() {
    let mut lane = Lane::begin("reordered");
    let folder = tempfile::tempdir().unwrap();
    let (database, url) = world::new_database(shared());
    world::bring_in_the_cast(&world::open(&url, &folder.path().join("keys"), Arc::new(SystemClock)).await).await;
    let served = Served::on(&url, folder.path());
    let proxy = Proxy::before(&served.address, 11, Plan::drawn).await;
    let path = folder.path().join("ledger.ndjson");
    let mut crowd = Crowd::at(&proxy.address, &served.tokens, &path, 2);
    crowd.runs(lane::either(ORDERS)).await;

    let direct = served.client();
    let mut fenced = 0;
    for (order, reply) in &crowd.settled {
        let outcome = direct.outcome(order.actor, order.command_id).await.unwrap();
        match (reply, outcome) {
            (Reply::Ack(first), Outcome::Committed(again)) => assert_eq!(Ack::told(order.command_id, &again), *first),
            (Reply::Refused { .. }, Outcome::Fenced(_)) => {
                fenced += 1;
                let again = door::send(&direct, order).await;
                assert!(matches!(again, Reply::Refused { .. }), "{again:?}");
            }
            (reply, outcome) => panic!("{outcome:?} instead of {reply:?}"),
        }
    }
    let evidence = Evidence::gather(shared(), &database, Ledger::read(&path).unwrap());
    assert_eq!(checker::faults(&evidence), Vec::<String>::new());
    assert!(fenced > 0 && crowd.replayed > 0 && proxy.ended() > 0, "nothing was harmed");
    lane.counted("orders done", crowd.settled.len() - fenced);
    lane.counted("orders refused by the rules", crowd.refused);
    lane.counted("orders given up, and never done", fenced);
    lane.counted("replays that got the first answer again", crowd.replayed);
    lane.counted("connections", proxy.connections());
    lane.counted("connections that the proxy ended", proxy.ended());
    lane.counted("events", evidence.head);
    served.stops();
    lane.held();
}
