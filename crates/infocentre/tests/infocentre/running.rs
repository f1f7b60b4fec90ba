//! The running view against a rebuild, by the rows read back through SQL.

use event_log::{Position, RecordedEvent};
use proptest::strategy::{Strategy as _, ValueTree as _};

use crate::world::{Folding, World};

#[tokio::test(flavor = "multi_thread")]
async fn the_running_view_equals_a_rebuild_row_by_row_after_any_pages_and_deaths() {
    let world = World::new().await;
    let mut chance = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..8 {
        let (page, moves) = (1_u32..200, 1_usize..4).new_tree(&mut chance).unwrap().current();
        let (task, handle) = world.run(page);
        let mut progress = 0;
        // Dies somewhere between two of its words, mostly in the middle of a page.
        handle
            .wait_until(|state| {
                progress += 1;
                progress > moves || *state == projection::State::Live
            })
            .await;
        task.abort();
        let _ = task.await;
    }
    world.catch_up(70).await;
    let running = world.tables();
    assert!(running.len() > 20_000);
    for page in [1_000, 13] {
        let head = world.log.head().await.unwrap();
        assert_eq!(world.runner(page).0.rebuild().await.unwrap(), head);
        assert!(world.tables() == running, "the rebuild by position has other rows");
        // Whatever an interrupted rebuild left.
        world.sql("SET ROLE sne_projector; CREATE UNLOGGED TABLE views_next.infocentre_staged_words (other int)");
        assert_eq!(world.runner(page).0.in_bulk().rebuild().await.unwrap(), head);
        assert_eq!(world.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'views_next'"), "0");
        assert!(world.tables() == running, "the rebuild by streams has other rows");
    }
}

/// With events so far apart that blocks of every level are closed on the way.
#[tokio::test(flavor = "multi_thread")]
async fn blocks_are_the_same_whatever_the_pages() {
    const APART: i64 = 4_001;
    let mut tables = Vec::new();
    let mut chance = proptest::test_runner::TestRunner::deterministic();
    for longest in [1_500_usize, 40] {
        let world = World::new().await;
        let events = stretched(world.events().await, APART);
        let mut folding = Folding::new(&world, i64::try_from(events.len()).unwrap() * APART).await;
        let mut rest = events.as_slice();
        while !rest.is_empty() {
            let most = (1_usize..=longest).new_tree(&mut chance).unwrap().current().min(rest.len());
            let (page, behind) = rest.split_at(most);
            folding.page(page, page.last().unwrap().position.get()).await;
            rest = behind;
        }
        assert_eq!(world.sql("SELECT count(DISTINCT level) FROM views.infocentre_counts"), "3");
        tables.push(world.tables());
    }
    assert!(tables[0] == tables[1], "the pages change the rows");
    for most in [usize::MAX, 7_000, 0] {
        let world = World::new().await;
        let events = stretched(world.events().await, APART);
        let mut folding = Folding::new(&world, i64::try_from(events.len()).unwrap() * APART).await;
        folding.by_streams(&events, most).await;
        assert!(world.tables() == tables[0], "by streams, with at most {most} bytes in memory, the rows are others");
    }
}

/// The events of a log, further apart: as if others lay between them.
pub fn stretched(mut events: Vec<RecordedEvent>, apart: i64) -> Vec<RecordedEvent> {
    for event in &mut events {
        event.position = Position::try_new(event.position.get() * apart).unwrap();
    }
    events
}
