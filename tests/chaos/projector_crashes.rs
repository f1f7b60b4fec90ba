//! A view whose session ends between any two statements, or whose process does: it is whole all the same.
//!
//! No switch in the product: a socket before the database counts what the runner asks, and ends the connection before a
//! message arrives or before its answer does, at each message of catching up and of following in turn.

use infocentre::KeepStatistics;
use sqlx::PgPool;
use views::deadlines::KeepDeadlines;

use crate::kept::{Acts, House, Kept, Running};
use crate::lane::{self, Lane};
use crate::points::{End, Points, Side};

/// Every so many messages, from a first one that differs from side to side.
const STEP: (usize, usize) = (12, 1);
const ACTS: usize = 14;
/// Events of a page: many pages of a small log.
const PAGE: u32 = 4;
/// Messages of following one act that are cut, and more than it takes.
const FOLLOWING: (usize, usize) = (4, 40);

/// What keeps every committed move of a checkpoint.
const MOVES: &str = "
CREATE SCHEMA watch;
CREATE TABLE watch.moves (id bigserial, name text, position bigint);
CREATE FUNCTION watch.moved() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
  'BEGIN INSERT INTO watch.moves (name, position) VALUES (new.name, new.position); RETURN NULL; END';
CREATE TRIGGER moved AFTER INSERT OR UPDATE ON projection.checkpoints FOR EACH ROW WHEN (new.slot = 'live')
  EXECUTE FUNCTION watch.moved()";

/// What becomes of the runner whose connection was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    GoesOn,
    Ends,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_is_whole_wherever_its_session_or_its_process_ends() {
    let mut lane = Lane::begin("projector_crashes");
    let house = House::open().await;
    let mut acts = Acts::new(7);
    acts.does(&house.register, ACTS).await;
    house.sql(MOVES);
    let direct = house.projector(house.options.clone()).await;

    let deadlines = catches_up::<KeepDeadlines>(&house, &direct).await;
    let statistics = catches_up::<KeepStatistics>(&house, &direct).await;
    lane.counted("events caught up with", house.head());
    lane.counted("cuts while the deadlines caught up", deadlines);
    lane.counted("cuts while the infocentre caught up", statistics);

    let deadlines = follows::<KeepDeadlines>(&house, &direct, &mut acts).await;
    let statistics = follows::<KeepStatistics>(&house, &direct, &mut acts).await;
    lane.counted("cuts while the deadlines followed", deadlines);
    lane.counted("cuts while the infocentre followed", statistics);
    lane.counted("events", house.head());
    lane.held();
}

/// Cuts a view at messages of its way from nothing to the end of the log; returns how often.
async fn catches_up<K: Kept>(house: &House, direct: &PgPool) -> usize {
    house.runner::<K>(direct, 1_000).0.in_bulk().rebuild().await.unwrap();
    let rebuilt = house.rows::<K>();
    assert!(rebuilt.lines().count() > ACTS, "{rebuilt}");

    let all = usize::try_from(from_nothing::<K>(house, None).await.messages).unwrap();
    assert!(house.rows::<K>() == rebuilt, "without any cut the view has other rows than a rebuild");
    let step = lane::either(STEP);
    let (mut tried, mut cuts) = (0, 0);
    for (side, first) in [(Side::Before, 1), (Side::After, 1 + step / 2)] {
        for n in (first..=all).step_by(step) {
            let life = if (n / step).is_multiple_of(2) { Life::GoesOn } else { Life::Ends };
            let ran = from_nothing::<K>(house, Some((n as u64, side, life))).await;
            tried += 1;
            cuts += usize::from(ran.was_cut);
            assert!(house.rows::<K>() == rebuilt, "{} differs, cut {side:?} message {n} ({life:?})", K::NAME);
            never_went_back::<K>(house);
        }
    }
    // When a log is looked at is a matter of time, too: not every run has as many messages.
    assert!(cuts * 10 >= tried * 9, "{cuts} cuts of {tried}");
    cuts
}

struct Ran {
    messages: u64,
    was_cut: bool,
}

async fn from_nothing<K: Kept>(house: &House, cut: Option<(u64, Side, Life)>) -> Ran {
    house.forget::<K>();
    house.sql("TRUNCATE watch.moves");
    let points = Points::before(&house.options);
    if let Some((n, side, _)) = cut {
        points.arm(n, side, End::Cut);
    }
    let mut running = begins::<K>(house, &points).await;
    if let Some((_, _, Life::Ends)) = cut {
        tokio::select! {
            () = points.hit() => {
                running.dies().await;
                running = begins::<K>(house, &points).await;
            }
            () = house.follows::<K>(&running.handle) => {}
        }
    }
    house.follows::<K>(&running.handle).await;
    let messages = points.seen();
    running.ends().await;
    Ran { messages, was_cut: points.disarm() }
}

/// A process that begins; one that cannot is begun again.
async fn begins<K: Kept>(house: &House, points: &Points) -> Running {
    loop {
        if let Ok(pool) = event_log::connect(points.through(house.options.clone()), event_log::Role::Projector, 4).await
        {
            return Running::of(house.runner::<K>(&pool, PAGE));
        }
    }
}

/// Cuts a view that follows at messages of its way over new events; returns how often.
async fn follows<K: Kept>(house: &House, direct: &PgPool, acts: &mut Acts) -> usize {
    let points = Points::before(&house.options);
    let mut running = begins::<K>(house, &points).await;
    house.follows::<K>(&running.handle).await;
    let mut cuts = 0;
    for n in 1..=lane::either(FOLLOWING) {
        for (side, life) in [
            (Side::Before, Life::GoesOn),
            (Side::After, Life::Ends),
            (Side::Before, Life::Ends),
            (Side::After, Life::GoesOn),
        ] {
            points.arm(n as u64, side, End::Cut);
            acts.does(&house.register, 2).await;
            house.follows::<K>(&running.handle).await;
            let was_cut = points.disarm();
            if was_cut && life == Life::Ends {
                running.dies().await;
                running = begins::<K>(house, &points).await;
            }
            cuts += usize::from(was_cut);
        }
    }
    running.ends().await;
    never_went_back::<K>(house);
    let followed = house.rows::<K>();
    house.runner::<K>(direct, 1_000).0.in_bulk().rebuild().await.unwrap();
    assert!(house.rows::<K>() == followed, "{}: the rebuild has other rows", K::NAME);
    assert_eq!(house.leftovers(), "");
    assert!(cuts > 0, "nothing was cut");
    cuts
}

/// Each move of the checkpoint goes on: nothing is folded twice.
fn never_went_back<K: Kept>(house: &House) {
    let back = format!(
        "SELECT count(*) FROM (SELECT position - lag(position) OVER (ORDER BY id) AS step \
           FROM watch.moves WHERE name = '{}') AS moves WHERE step <= 0",
        K::NAME
    );
    assert_eq!(house.sql(&back), "0", "the checkpoint of {} went back", K::NAME);
}
