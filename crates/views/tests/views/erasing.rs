use projection::AtLeast;

use crate::world::{World, later};

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_key_leaves_the_facts_and_a_rebuild_agrees() {
    let world = World::new().await;
    let (_, number) = world.numbers[3];
    world.destroy_key_of(number).await;
    world.catch_up(100).await;
    let row = world.sql(&format!(
        "SELECT facts <> '', tokens = '', identity_sealed IS NULL FROM views.shared_demands WHERE number = '{number}'"
    ));
    assert_eq!(row, "t|t|t");
    let tokens = format!("SELECT count(*) FROM views.shared_demand_tokens WHERE number = '{number}'");
    assert_eq!(world.sql(&tokens), "0");
    let running = world.tables();
    world.runner(1_000).0.rebuild().await.unwrap();
    assert!(world.tables() == running, "the rebuild has other rows");
    let answer = world.view.get(number, AtLeast::NOW, later()).await.unwrap();
    assert!(answer.demand.is_none_or(|demand| demand.identity.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_key_stops_the_view_at_the_first_event_of_its_stream() {
    let world = World::new().await;
    let (_, number) = world.numbers[3];
    let first: i64 =
        world.sql(&format!("SELECT min(position) FROM log.events WHERE stream = '{number}'")).parse().unwrap();
    let key = world.key_of(number);
    world.sql(&format!("DELETE FROM vault.keys WHERE id = {key}"));
    let (position, cause) = world.run(100).stopped().await;
    assert_eq!((position.get(), cause.as_str()), (first, "its key is missing"));
}
