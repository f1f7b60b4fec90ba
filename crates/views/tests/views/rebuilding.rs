//! Running views against rebuilds of every way, by the rows read back; and what a page costs.

use std::time::Duration;

use demand::Act;
use demand::pieces::PieceDraft;
use jiff::civil::date;
use nomenclature::Channel;
use projection::{Rebuild, rebuild_all};
use proptest::strategy::{Strategy as _, ValueTree as _};
use register::Request;
use uuid::Uuid;

use crate::world::{World, lines};

#[tokio::test(flavor = "multi_thread")]
async fn running_views_equal_rebuilds_of_every_way_after_random_pages_kills_and_restarts() {
    let world = World::new().await;
    let head = world.log.head().await.unwrap();
    let mut chance = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..10 {
        let drawn = (1_u32..150, 1_u32..150, 0_u64..40, 1_u32..60, 0_u64..60);
        let (page, other, lived, walked, rebuilt) = drawn.new_tree(&mut chance).unwrap().current();
        let (shared, deadlines) = (world.run(page), world.run_deadlines(other));
        let (one, two) = (world.runner(walked).0.in_bulk(), world.deadlines(walked).0.in_bulk());
        let rebuilding = tokio::spawn(async move {
            let views: [&dyn Rebuild; 2] = [&one, &two];
            rebuild_all(&views, &|_| {}).await.map(drop)
        });
        // Dies somewhere, sometimes before it has begun, sometimes after its end.
        tokio::time::sleep(Duration::from_millis(rebuilt)).await;
        rebuilding.abort();
        tokio::time::sleep(Duration::from_millis(lived)).await;
        shared.kill().await;
        deadlines.kill().await;
        let _ = rebuilding.await;
    }
    world.catch_up(70).await;
    world.catch_up_deadlines(31).await;
    let running = (world.tables(), world.deadline_tables());
    assert!(running.0.len() > 10_000 && running.1.len() > 10_000);
    for page in [1, 13, 1_000] {
        let (one, two) = (world.runner(page).0.in_bulk(), world.deadlines(page).0.in_bulk());
        let views: [&dyn Rebuild; 2] = [&one, &two];
        assert_eq!(rebuild_all(&views, &|_| {}).await.unwrap(), [head, head]);
        assert!((world.tables(), world.deadline_tables()) == running, "by streams, page {page}: other rows");
    }
    for page in [17, 1_000] {
        assert_eq!(world.runner(page).0.rebuild().await.unwrap(), head);
        assert_eq!(world.deadlines(page).0.rebuild().await.unwrap(), head);
        assert!((world.tables(), world.deadline_tables()) == running, "by position, page {page}: other rows");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_person_is_the_same_by_streams_and_by_position() {
    let world = World::caught_up().await;
    for (_, number) in world.numbers.iter().step_by(3) {
        world.destroy_key_of(*number).await;
    }
    world.runner(50).0.rebuild().await.unwrap();
    let by_position = world.tables();
    world.runner(50).0.in_bulk().rebuild().await.unwrap();
    assert!(world.tables() == by_position, "the rebuild by streams has other rows");
}

const WATCH: &str = "CREATE TABLE public.writes (what text, relation text, number text); \
     CREATE FUNCTION public.row_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN \
       INSERT INTO public.writes VALUES ('row', TG_TABLE_NAME, NEW.number); RETURN NULL; END $$; \
     CREATE FUNCTION public.statement_run() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN \
       INSERT INTO public.writes VALUES ('statement', TG_TABLE_NAME, NULL); RETURN NULL; END $$; \
     DO $$ DECLARE t text; BEGIN \
       FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'views' LOOP \
         EXECUTE format('CREATE TRIGGER r AFTER INSERT OR UPDATE ON views.%I FOR EACH ROW EXECUTE FUNCTION public.row_written()', t); \
         EXECUTE format('CREATE TRIGGER s AFTER INSERT ON views.%I FOR EACH STATEMENT EXECUTE FUNCTION public.statement_run()', t); \
       END LOOP; END $$";

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_touches_one_demand_a_hundred_times_writes_its_row_once() {
    let world = World::caught_up().await;
    world.catch_up_deadlines(1_000).await;
    let register = world.register_on(date(2026, 11, 23)).await;
    let number = world.sql("SELECT number FROM views.shared_demands WHERE radiated_on IS NULL ORDER BY number LIMIT 1");
    let number = nomenclature::UniqueNumber::parse(&number).unwrap();
    let (household, _) = world.numbers.iter().find(|(_, other)| *other == number).unwrap();
    let registered = lines().into_iter().find(|line| line.household == *household).unwrap();
    let before = world.log.head().await.unwrap();
    for nth in 0..100 {
        let piece = PieceDraft {
            piece_type: Some("RES-SAL".to_owned()),
            sha256: Some(format!("{nth:064x}")),
            ..PieceDraft::default()
        };
        let request = Request {
            command_id: Uuid::new_v4(),
            actor: registered.actor,
            channel: Channel::Desk,
            number: Some(number),
            expected_version: None,
            act: Act::AddPiece(piece),
        };
        register.execute(request).await.unwrap();
    }
    assert_eq!(world.log.head().await.unwrap().get(), before.get() + 100);
    world.sql(WATCH);
    world.catch_up(1_000).await;
    world.catch_up_deadlines(1_000).await;
    let written = world.sql(
        "SELECT what, relation, coalesce(number, ''), count(*) FROM public.writes GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
    );
    let lines: Vec<&str> = written.lines().collect();
    let rows = ["deadline_demands", "shared_demands"].map(|table| format!("row|{table}|{number}|1"));
    assert!(rows.iter().all(|row| lines.contains(&row.as_str())), "{written}");
    for table in ["deadline_demands", "shared_demands"] {
        assert!(lines.contains(&format!("statement|{table}||1").as_str()), "{written}");
    }
    // Pieces are no reason to be found elsewhere.
    assert!(!written.contains("shared_demand_"), "{written}");
}
