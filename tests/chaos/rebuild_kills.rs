//! The database dies in the middle of a rebuild and of the switch to it, under load: the view that runs is whole, the next
//! rebuild succeeds, and nothing is left over.

use infocentre::KeepStatistics;
use sqlx::PgPool;
use tokio::sync::oneshot;
use views::deadlines::KeepDeadlines;

use crate::kept::{Acts, House, Kept, Running};
use crate::lane::{self, Lane};
use crate::points::{End, Points, Side};

/// Acts before the first rebuild.
const ACTS: usize = 40;
const PAGE: u32 = 20;
/// The last messages of a rebuild: the switch.
const SWITCH: usize = 14;
/// Every so many messages, in the switch and before it.
const STEPS: (usize, usize) = (7, 1);
/// Where else it is killed, evenly.
const PLACES: (usize, usize) = (1, 6);

/// How a rebuild reads the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    ByStreams,
    ByPosition,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_that_the_database_dies_under_harms_nothing() {
    let mut lane = Lane::begin("rebuild_kills");
    let house = House::open().await;
    let mut acts = Acts::new(11);
    acts.does(&house.register, ACTS).await;
    let direct = house.projector(house.options.clone()).await;
    let running = (
        Running::of(house.runner::<KeepDeadlines>(&direct, PAGE)),
        Running::of(house.runner::<KeepStatistics>(&direct, PAGE)),
    );
    let mut kills = kills_of::<KeepDeadlines>(&house, &direct, (Way::ByStreams, &running.0), &mut acts).await;
    kills += kills_of::<KeepStatistics>(&house, &direct, (Way::ByPosition, &running.1), &mut acts).await;
    if lane::is_full() {
        kills += kills_of::<KeepDeadlines>(&house, &direct, (Way::ByPosition, &running.0), &mut acts).await;
        kills += kills_of::<KeepStatistics>(&house, &direct, (Way::ByStreams, &running.1), &mut acts).await;
    }
    running.0.ends().await;
    running.1.ends().await;
    lane.counted("kills of the database under a rebuild", kills);
    lane.counted("events", house.head());
    lane.held();
}

async fn kills_of<K: Kept>(house: &House, direct: &PgPool, (way, running): (Way, &Running), acts: &mut Acts) -> usize {
    house.follows::<K>(&running.handle).await;
    let points = Points::before(&house.options);
    rebuilds::<K>(house, &points, way).await.unwrap();
    let all = usize::try_from(points.seen()).unwrap();
    let before = ((all - SWITCH) / lane::either(PLACES)).max(1);
    let switching = (all - SWITCH + 1..=all).step_by(lane::either(STEPS));
    let places = (1 + before / 2..=all - SWITCH).step_by(before).chain(switching);
    let (mut tried, mut kills) = (0, 0);
    for (place, n) in places.enumerate() {
        let side = if place.is_multiple_of(2) { Side::After } else { Side::Before };
        tried += 1;
        kills += usize::from(killed_at::<K>(house, (way, n as u64, side), acts).await);
        house.follows::<K>(&running.handle).await;
        let live = house.rows::<K>();
        assert!(live.lines().count() > ACTS, "{live}");
        house.runner::<K>(direct, PAGE).0.in_bulk().rebuild().await.unwrap();
        let at = format!("{}, {way:?}, killed {side:?} message {n} of {all}", K::NAME);
        assert!(house.rows::<K>() == live, "the view that ran differs from a rebuild: {at}");
        assert_eq!(house.leftovers(), "", "{at}");
    }
    assert!(kills * 2 > tried, "{kills} kills of {tried} rebuilds");
    kills
}

/// Rebuilds under load and kills the database at a message; whether it came to that.
async fn killed_at<K: Kept>(house: &House, (way, n, side): (Way, u64, Side), acts: &mut Acts) -> bool {
    let points = Points::before(&house.options);
    points.arm(n, side, End::Held);
    let (stop, mut stopped) = oneshot::channel::<()>();
    let load = async {
        while matches!(stopped.try_recv(), Err(oneshot::error::TryRecvError::Empty)) {
            acts.does(&house.register, 1).await;
        }
    };
    let harm = async {
        let rebuilding = rebuilds::<K>(house, &points, way);
        tokio::pin!(rebuilding);
        let killed = tokio::select! {
            () = points.hit() => {
                house.cluster.kill_postmaster();
                house.cluster.restart().unwrap();
                true
            }
            built = &mut rebuilding => {
                built.unwrap();
                false
            }
        };
        if killed {
            // Before its last answer it is done, and its process knows it not.
            let _ = rebuilding.await;
        }
        drop(stop);
        killed
    };
    tokio::join!(load, harm).1
}

async fn rebuilds<K: Kept>(house: &House, points: &Points, way: Way) -> Result<(), projection::Error> {
    let Ok(pool) = event_log::connect(points.through(house.options.clone()), event_log::Role::Projector, 4).await
    else {
        return Ok(());
    };
    let (runner, _) = house.runner::<K>(&pool, PAGE);
    let runner = if way == Way::ByStreams { runner.in_bulk() } else { runner };
    runner.rebuild().await.map(drop)
}
