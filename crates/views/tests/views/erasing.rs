use jiff::civil::date;
use projection::AtLeast;

use crate::world::{World, everywhere, later};

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
    let answer = world.view.get(everywhere(), number, AtLeast::NOW, later()).await.unwrap();
    assert!(answer.demand.is_none_or(|demand| demand.identity.is_none()));
}

/// Every person who left a year ago goes from the view with the event, also while the key still lives: a kill may come
/// between the two, and nothing else may ever happen to that demand.
#[tokio::test(flavor = "multi_thread")]
async fn inv_32_the_event_alone_takes_blob_and_tokens_away_and_a_rebuild_agrees() {
    for keys_gone in [true, false] {
        let world = World::caught_up().await;
        let register = world.register_on(date(2029, 1, 1)).await;
        let left = "SELECT count(*) FROM views.shared_demands WHERE radiated_on IS NOT NULL";
        let readable = format!("{left} AND (identity_sealed IS NOT NULL OR tokens <> '')");
        let erased: usize = world.sql(left).parse().unwrap();
        assert_eq!((erased > 5, world.sql(&readable)), (true, erased.to_string()));
        let facts = "SELECT md5(string_agg(number || facts || pieces, ' ' ORDER BY number)) FROM views.shared_demands";
        let before = world.sql(facts);
        let numbers = world.numbers.iter().map(|(_, number)| *number);
        if keys_gone {
            let run = register.erase_due(numbers).await.unwrap();
            assert_eq!((run.erased.len(), run.failed.len()), (erased, 0));
        } else {
            world.sql("REVOKE EXECUTE ON FUNCTION vault.destroy FROM sne_writer");
            assert!(register.erase_due(numbers).await.is_err());
            assert_ne!(world.sql("SELECT count(*) FROM log.events WHERE event_type = 'PersonalDataErased'"), "0");
        }
        world.catch_up(100).await;
        let events = "SELECT count(*) FROM log.events WHERE event_type = 'PersonalDataErased'";
        let still = erased - world.sql(events).parse::<usize>().unwrap();
        assert_eq!(world.sql(&readable), still.to_string());
        assert_eq!(world.sql(facts), before, "what statistics read is what it was");
        let running = world.tables();
        world.runner(1_000).0.rebuild().await.unwrap();
        assert!(world.tables() == running, "the rebuild has other rows");
    }
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
