//! Views that follow together: each event is read and opened once, and none waits for another.

use std::sync::atomic::Ordering;

use async_trait::async_trait;
use event_log::{Position, RecordedEvent};
use projection::{
    AtLeast, BulkFold, Checkpoint, CopyRows, Feed, Handle, Opened, Options, Pages, Projection, Runner, State,
};
use sqlx::PgConnection;
use sqlx::error::BoxDynError;
use tokio::task::JoinHandle;

use crate::world::{Counts, LONG, Notes, World};

/// Another view of notes: the length of all texts of a stream.
pub struct Also;

#[async_trait]
impl Projection for Also {
    type Event = String;
    type Tables = PgConnection;

    const NAME: &'static str = "also";
    const VERSION: u32 = 1;
    const TABLES: &'static [&'static str] = &["also"];
    const CREATE: &'static str = "CREATE TABLE also (stream text PRIMARY KEY, length bigint NOT NULL)";

    async fn fold(&self, page: &[Opened<'_, String>], tables: &mut PgConnection) -> Result<(), sqlx::Error> {
        for Opened { recorded, event } in page {
            let sql = "INSERT INTO also AS a VALUES ($1, $2) ON CONFLICT (stream) DO UPDATE \
                 SET length = a.length + excluded.length";
            let length = i64::try_from(event.len()).unwrap();
            sqlx::query(sql).bind(recorded.stream.as_str()).bind(length).execute(&mut *tables).await?;
        }
        Ok(())
    }
}

impl BulkFold for Also {
    type Stream = (String, i64);
    type Gathered = ();

    const COLUMNS: &'static [&'static str] = &["stream, length"];

    fn fold_one(&self, (stream, length): &mut (String, i64), recorded: &RecordedEvent, text: &String) {
        *stream = recorded.stream.to_string();
        *length += i64::try_from(text.len()).unwrap();
    }

    fn copy(&self, (stream, length): (String, i64), (): &mut (), tables: &mut [CopyRows]) -> Result<(), BoxDynError> {
        tables[0].row().field(stream.as_str())?.field(length)?;
        Ok(())
    }
}

/// Two views over one feed.
pub struct Shared {
    pub counts: (Runner<Counts<1>, Notes>, Handle),
    pub also: (Runner<Also, Notes>, Handle),
}

impl Shared {
    pub fn of(world: &World, page: u32) -> Self {
        let feed = Feed::new(Pages::new(world.log.reader().clone(), page), world.notes.clone());
        let options = Options { page, pause: std::time::Duration::from_millis(20) };
        Self {
            counts: Runner::fed(Counts::<1>, feed.clone(), world.projector.clone(), options),
            also: Runner::fed(Also, feed, world.projector.clone(), options),
        }
    }
}

fn run<P: Projection<Event = String> + 'static>(
    (runner, handle): (Runner<P, Notes>, Handle),
) -> (Handle, JoinHandle<()>) {
    (handle, tokio::spawn(runner.run(std::future::pending())))
}

async fn both_have(world: &World, position: Position) {
    world.seen(position).await;
    let also = Checkpoint::of::<Also>(world.reader.clone());
    also.wait_for(AtLeast { position, within: LONG }).await.unwrap();
}

#[tokio::test]
async fn views_that_follow_together_open_each_event_once() {
    let world = World::new().await;
    let shared = Shared::of(&world, 10);
    let (counts, also) = (run(shared.counts), run(shared.also));
    for handle in [&counts.0, &also.0] {
        handle.wait_until(|state| *state == State::Live).await;
    }
    let mut written = 0;
    for burst in [1, 3, 1, 8, 2, 5] {
        let position = world.write_many(burst).await;
        both_have(&world, position).await;
        written += burst;
    }
    let opened = world.notes.opened.load(Ordering::SeqCst);
    // Once for both, but where one was held up for so long that the page was given away: never all of them twice.
    assert!((written..2 * written).contains(&opened), "{opened} opened, {written} written");
    world.assert_whole().await;
    let length: i64 = world.sql("SELECT sum(length) FROM views.also").parse().unwrap();
    assert_eq!(length, i64::try_from(3 * written).unwrap(), "a digit and two quotes each");
}

#[tokio::test]
async fn a_view_that_is_behind_reads_for_itself_and_holds_nobody_up() {
    let world = World::new().await;
    let first = world.write_many(60).await;
    let shared = Shared::of(&world, 7);
    let counts = run(shared.counts);
    world.seen(first).await;
    // Long gone from the shelf.
    let also = run(shared.also);
    let second = world.write_many(20).await;
    both_have(&world, second).await;
    world.assert_whole().await;
    assert_eq!(world.sql("SELECT count(*) FROM views.also"), "3");
    assert_eq!(world.sql("SELECT sum(length) FROM views.also"), (50 * 4 + 10 * 3 + 10 * 3 + 10 * 4).to_string());
    drop((counts, also));
}
