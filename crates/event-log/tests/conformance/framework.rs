//! A stock cqrs-es application over the log: `CqrsFramework` with `PersistedEventStore`, and nothing of ours but the repository.

use std::collections::HashMap;

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::{PersistedEventRepository, PersistedEventStore, PersistenceError, SerializedEvent};
use cqrs_es::{Aggregate, AggregateError, CqrsFramework, DomainEvent};
use event_log::cqrs::{COMMAND_ID, LogEventRepository, Unpersisted};
use event_log::{EventLog, Position};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::world::{World, append, at, command, committed};

on_both!(
    a_stock_application_lives_on_the_log,
    a_repeat_with_the_same_command_id_has_the_first_effect_only,
    a_version_that_has_moved_is_the_frameworks_conflict,
    what_came_with_an_event_comes_back_with_it,
    a_type_is_replayed_in_the_order_of_positions,
    ids_are_unique_within_their_type,
    snapshots_are_refused,
);

/// A purse: what is in it can be spent.
#[derive(Debug, Default, Serialize, Deserialize, PartialEq)]
pub struct Purse {
    coins: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub enum PurseEvent {
    Filled { coins: u32 },
    Spent { coins: u32 },
}

impl DomainEvent for PurseEvent {
    fn event_type(&self) -> String {
        match self {
            Self::Filled { .. } => "Filled",
            Self::Spent { .. } => "Spent",
        }
        .to_owned()
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

pub enum PurseCommand {
    Fill(u32),
    SpendAll,
}

#[derive(Debug, thiserror::Error)]
#[error("the purse is empty")]
pub struct Empty;

impl Aggregate for Purse {
    const TYPE: &'static str = "purse";
    type Command = PurseCommand;
    type Event = PurseEvent;
    type Error = Empty;
    type Services = ();

    async fn handle(&mut self, command: PurseCommand, _: &(), sink: &EventSink<Self>) -> Result<(), Empty> {
        let event = match command {
            PurseCommand::Fill(coins) => PurseEvent::Filled { coins },
            PurseCommand::SpendAll if self.coins == 0 => return Err(Empty),
            PurseCommand::SpendAll => PurseEvent::Spent { coins: self.coins },
        };
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: PurseEvent) {
        match event {
            PurseEvent::Filled { coins } => self.coins += coins,
            PurseEvent::Spent { coins } => self.coins -= coins,
        }
    }
}

/// Another type with the same events.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Chest;

impl Aggregate for Chest {
    const TYPE: &'static str = "chest";
    type Command = ();
    type Event = PurseEvent;
    type Error = Empty;
    type Services = ();

    async fn handle(&mut self, (): (), (): &(), _: &EventSink<Self>) -> Result<(), Empty> {
        Ok(())
    }

    fn apply(&mut self, _: PurseEvent) {}
}

pub fn repository(log: &EventLog) -> LogEventRepository {
    LogEventRepository::new(log.clone(), "org-1", "agent-7", || at(0))
}

fn application(log: &EventLog) -> CqrsFramework<Purse, PersistedEventStore<LogEventRepository, Purse>> {
    CqrsFramework::new(PersistedEventStore::new_event_store(repository(log)), Vec::new(), ())
}

fn metadata(told: &[(&str, &str)]) -> HashMap<String, String> {
    told.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

pub fn event(id: &str, sequence: usize, coins: u32) -> SerializedEvent {
    let payload = serde_json::to_value(PurseEvent::Filled { coins }).expect("JSON");
    let of = |text: &str| text.to_owned();
    SerializedEvent::new(of(id), sequence, of("purse"), of("Filled"), of("1.0"), payload, serde_json::json!({}))
}

async fn a_stock_application_lives_on_the_log(world: World) {
    let purses = application(&world.log);
    for coins in 1..=3 {
        purses.execute("p1", PurseCommand::Fill(coins)).await.expect("filled");
    }
    purses.execute("p1", PurseCommand::SpendAll).await.expect("spent");
    assert!(matches!(purses.execute("p1", PurseCommand::SpendAll).await, Err(AggregateError::UserError(Empty))));

    // Another process, another application: the same purse.
    let events = repository(&world.another().await).get_events::<Purse>("p1").await.expect("read");
    let sequence: Vec<_> = events.iter().map(|event| (event.sequence, event.event_type.as_str())).collect();
    assert_eq!(sequence, [(1, "Filled"), (2, "Filled"), (3, "Filled"), (4, "Spent")]);
    assert_eq!(events[3].payload, serde_json::json!({ "Spent": { "coins": 6 } }));
    let last = repository(&world.log).get_last_events::<Purse>("p1", 3).await.expect("read");
    assert_eq!(last, events[3..]);
    let page = world.log.reader().read_after(Position::ZERO, 10).await.expect("read");
    assert!(page.events.iter().all(event_log::RecordedEvent::leaf_matches));
}

async fn a_repeat_with_the_same_command_id_has_the_first_effect_only(world: World) {
    let purses = application(&world.log);
    let id = Uuid::from_u128(7).to_string();
    let fill = async |purse: &str, coins| {
        purses.execute_with_metadata(purse, PurseCommand::Fill(coins), metadata(&[(COMMAND_ID, &id)])).await
    };
    fill("p1", 5).await.expect("filled");
    purses.execute("p1", PurseCommand::Fill(1)).await.expect("filled");
    for _ in 0..2 {
        let Err(AggregateError::UnexpectedError(error)) = fill("p1", 5).await else { panic!("filled again") };
        let Some(Unpersisted::AlreadyCommitted(receipt)) = error.downcast_ref() else { panic!("{error}") };
        assert_eq!(receipt.last.get(), 1, "where the first effect stands");
    }
    let Err(AggregateError::UnexpectedError(error)) = fill("p2", 5).await else { panic!("one id for two purses") };
    assert!(matches!(error.downcast_ref(), Some(Unpersisted::Refused(event_log::Refusal::CommandIdReused))), "{error}");
    assert_eq!(world.log.reader().head().await.expect("read").get(), 2);
}

async fn a_version_that_has_moved_is_the_frameworks_conflict(world: World) {
    let repository = repository(&world.log);
    repository.persist::<Purse>(&[event("p1", 1, 1), event("p1", 2, 2)], None).await.expect("persisted");
    for stale in [1, 2, 4] {
        let error = repository.persist::<Purse>(&[event("p1", stale, 9)], None).await.expect_err("moved on");
        assert!(matches!(error, PersistenceError::OptimisticLockError), "{error}");
    }
    repository.persist::<Purse>(&[event("p1", 3, 3)], None).await.expect("persisted");
    // What is no part of one stream is not written at all.
    for wrong in [vec![event("p1", 4, 1), event("p1", 6, 1)], vec![event("p1", 4, 1), event("p2", 5, 1)]] {
        assert!(repository.persist::<Purse>(&wrong, None).await.is_err());
    }
    repository.persist::<Purse>(&[], None).await.expect("nothing to persist");
    assert_eq!(world.log.reader().head().await.expect("read").get(), 3);
}

async fn what_came_with_an_event_comes_back_with_it(world: World) {
    let purses = application(&world.log);
    let told =
        metadata(&[("actor", "agent-9"), ("organisation", "org-2"), ("effective_on", "2026-01-31"), ("why", "gift")]);
    purses.execute_with_metadata("p1", PurseCommand::Fill(1), told).await.expect("filled");
    let recorded = &world.log.reader().read_after(Position::ZERO, 10).await.expect("read").events[0];
    assert_eq!((recorded.actor.as_str(), recorded.organisation.as_str()), ("agent-9", "org-2"));
    assert_eq!((recorded.effective_on.to_string().as_str(), recorded.recorded_at), ("2026-01-31", at(0)));

    let events = repository(&world.log).get_events::<Purse>("p1").await.expect("read");
    let id = recorded.command_id.to_string();
    let recorded_at = recorded.recorded_at.to_string();
    let expected = metadata(&[
        ("actor", "agent-9"),
        ("organisation", "org-2"),
        ("effective_on", "2026-01-31"),
        ("why", "gift"),
        ("command_id", &id),
        ("position", "1"),
        ("recorded_at", &recorded_at),
    ]);
    assert_eq!(
        serde_json::from_value::<HashMap<String, String>>(events[0].metadata.clone()).expect("strings"),
        expected
    );

    let wrong = purses.execute_with_metadata("p1", PurseCommand::Fill(1), metadata(&[(COMMAND_ID, "seven")])).await;
    let Err(AggregateError::UnexpectedError(error)) = wrong else { panic!("no id") };
    assert!(matches!(error.downcast_ref(), Some(Unpersisted::Metadata(COMMAND_ID))), "{error}");
}

async fn a_type_is_replayed_in_the_order_of_positions(world: World) {
    let purses = application(&world.log);
    // By turns with a stream that is no purse; more than a page of them.
    for n in 0..130_u32 {
        purses.execute(&format!("p{}", n % 7), PurseCommand::Fill(n)).await.expect("filled");
        purses.execute("p-all", PurseCommand::Fill(1_000 + n)).await.expect("filled");
        committed(world.one(command(vec![append("demand", n, 1)])).await);
    }
    let mut replay = repository(&world.log).stream_all_events::<Purse>().await.expect("begun");
    let mut coins = Vec::new();
    while let Some(event) = replay.next::<Purse>(&[]).await {
        let PurseEvent::Filled { coins: filled } = event.expect("read").payload else { panic!("nothing was spent") };
        coins.push(filled);
    }
    assert_eq!(coins, (0..130).flat_map(|n| [n, 1_000 + n]).collect::<Vec<_>>());

    let mut replay = repository(&world.log).stream_events::<Purse>("p3").await.expect("begun");
    let mut sequence = Vec::new();
    while let Some(event) = replay.next::<Purse>(&[]).await {
        sequence.push(event.expect("read").sequence);
    }
    assert_eq!(sequence, (1..=19).collect::<Vec<_>>());
}

async fn ids_are_unique_within_their_type(world: World) {
    let repository = repository(&world.log);
    repository.persist::<Purse>(&[event("p1", 1, 1)], None).await.expect("persisted");
    repository.persist::<Chest>(&[event("p1", 1, 2)], None).await.expect("persisted");
    assert_eq!(repository.get_events::<Purse>("p1").await.expect("read").len(), 1);
    let chests = repository.get_events::<Chest>("p1").await.expect("read");
    assert_eq!((chests[0].aggregate_type.as_str(), chests[0].aggregate_id.as_str()), ("chest", "p1"));
    assert!(repository.persist::<Purse>(&[event("no name", 1, 1)], None).await.is_err());
}

async fn snapshots_are_refused(world: World) {
    let store = PersistedEventStore::<_, Purse>::new_snapshot_store(repository(&world.log), 1);
    let error = CqrsFramework::new(store, Vec::new(), ()).execute("p1", PurseCommand::Fill(1)).await;
    let Err(AggregateError::UnexpectedError(error)) = error else { panic!("a snapshot") };
    assert!(matches!(error.downcast_ref(), Some(Unpersisted::Snapshot)), "{error}");
    let update = Some(("p1".to_owned(), serde_json::json!({}), 1));
    assert!(repository(&world.log).persist::<Purse>(&[event("p1", 1, 1)], update).await.is_err());
    assert_eq!(world.log.reader().head().await.expect("read"), Position::ZERO);
}
