//! Events set aside by the operator: nothing moves without the decision, and with it every way of building goes on alike.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use event_log::{Position, Role, connect};
use projection::{Asked, Error, Quarantine, Reason, Resolve as _, Signature, Signer, State, decisions, stops};

use crate::world::{Running, UNREADABLE, World};

/// Signs as nobody should: enough to tell its own from another's.
struct Stamp(u8);

impl Signer for Stamp {
    fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut hasher = DefaultHasher::new();
        (self.0, parts).hash(&mut hasher);
        let mut signature = [self.0; 32];
        signature[..8].copy_from_slice(&hasher.finish().to_be_bytes());
        signature
    }

    fn signed(&self, parts: &[&[u8]], signature: &[u8]) -> bool {
        self.sign(parts) == signature
    }
}

impl World {
    fn quarantine(&self) -> Quarantine {
        Quarantine::new(self.projector.clone(), Arc::new(Stamp(7)))
    }

    fn run_with_decisions(&self, page: u32) -> Running {
        let (runner, handle) = self.runner::<1>(page);
        let runner = runner.with_quarantine(self.quarantine());
        Running { handle, task: tokio::spawn(runner.run(std::future::pending())) }
    }

    async fn resolve(&self, quarantine: &Quarantine, position: i64) -> Result<(), Error> {
        let owner = connect(self.options.clone(), Role::Owner, 1).await.unwrap();
        let runner = self.runner::<1>(1).0;
        quarantine.resolve(&runner, asked(position), &owner).await.map(drop)
    }

    /// The rows after a rebuild by position, and after one stream by stream.
    async fn rebuilt(&self, page: u32) -> [String; 2] {
        self.runner::<1>(page).0.with_quarantine(self.quarantine()).rebuild().await.unwrap();
        let by_position = self.all_rows();
        self.in_bulk(page).with_quarantine(self.quarantine()).rebuild().await.unwrap();
        [by_position, self.all_rows()]
    }
}

fn asked(position: i64) -> Asked {
    Asked {
        position: Position::try_new(position).unwrap(),
        reason: Reason::parse("see incident 12").unwrap(),
        author: "operator".to_owned(),
        decided_at: "2026-11-24T08:00:00.123456789Z".parse().unwrap(),
    }
}

async fn stopped_at(running: &Running, wanted: i64) -> String {
    let at = |state: &State| matches!(state, State::Stopped { position, .. } if position.get() == wanted);
    match running.handle.wait_until(at).await {
        State::Stopped { cause, .. } => cause,
        other => panic!("it did not stop: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_view_goes_on_without_what_was_set_aside_and_every_rebuild_does() {
    for page in [1, 3, 100] {
        let world = World::new().await;
        world.write_many(4).await;
        world.write([UNREADABLE]).await;
        world.write_many(3).await;
        world.write([UNREADABLE]).await;
        let head = world.write_many(3).await;
        world.sql(r#"UPDATE log.events SET payload = '"other"' WHERE position IN (6, 12)"#);
        let running = world.run_with_decisions(page);
        for (damaged, cause) in [(5, "says so"), (6, "leaf"), (9, "says so"), (12, "leaf")] {
            assert!(stopped_at(&running, damaged).await.contains(cause), "{damaged}");
            assert_eq!(world.live_position(), damaged - 1, "nothing moves without the decision");
            let stop = stops(&world.reader).await.unwrap().pop().unwrap();
            assert_eq!((stop.view.as_str(), stop.position.get()), ("counts", damaged));
            world.resolve(&world.quarantine(), damaged).await.unwrap();
        }
        world.seen(head).await;
        running.until_live().await;
        assert_eq!(stops(&world.reader).await.unwrap(), []);
        let status = running.handle.status("2026-11-24T08:00:00Z".parse().unwrap()).await.unwrap();
        assert_eq!(status.set_aside, 4);
        running.kill().await;
        let rows = world.all_rows();
        assert_eq!(world.sql("SELECT count(*) FROM views.texts"), "8");
        assert_eq!(world.rebuilt(page).await, [rows.clone(), rows.clone()], "page {page}");
        // Without the decisions there is no way round.
        assert!(matches!(world.in_bulk(page).rebuild().await, Err(Error::Unreadable { .. })));
        // What can be read again is folded again: a decision deletes nothing.
        world.sql(r#"UPDATE log.events SET payload = '"2"' WHERE position = 12"#);
        let [by_position, in_bulk] = world.rebuilt(page).await;
        assert_eq!(by_position, in_bulk);
        assert_eq!(world.sql("SELECT text FROM views.texts WHERE position = 12"), r#""2""#);
    }
}

#[tokio::test]
async fn only_what_cannot_be_read_is_set_aside_and_once() {
    let world = World::new().await;
    world.write_many(4).await;
    world.write([UNREADABLE]).await;
    world.write_many(7).await;
    world.sql("DELETE FROM log.events WHERE position = 8; UPDATE log.events SET version = 77 WHERE position = 10");
    world.sql("UPDATE log.events SET stream = 'not a name' WHERE position = 11");
    let quarantine = world.quarantine();
    let refused = async |position: i64| world.resolve(&quarantine, position).await.unwrap_err();
    assert!(matches!(refused(3).await, Error::Readable { .. }));
    for nothing in [0, 8, 11, 99] {
        assert!(matches!(refused(nothing).await, Error::NotThere { .. }), "{nothing}");
    }
    assert!(matches!(refused(10).await, Error::OutOfStream { .. }));
    let considered = quarantine.consider(&world.runner::<1>(1).0, asked(5)).await.unwrap();
    assert_eq!((considered.cause.as_str(), considered.author.as_str()), ("says so", "operator"));
    assert_eq!(decisions(&world.reader, None).await.unwrap(), [], "considering writes nothing");
    world.resolve(&quarantine, 5).await.unwrap();
    assert!(matches!(refused(5).await, Error::Decided { .. }));
    let told = decisions(&world.reader, Some(&Stamp(7))).await.unwrap();
    assert_eq!(told, [(considered, Signature::Authentic)]);
    assert!(world.runner::<1>(1).0.unreadable(Position::ZERO).await.is_err());
    for text in ["", "  ", "two\nlines", &"x".repeat(501)] {
        assert_eq!(Reason::parse(text), None, "{text:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_of_somebody_else_or_about_another_event_moves_nothing() {
    let world = World::new().await;
    world.write_many(4).await;
    world.write([UNREADABLE]).await;
    let head = world.write_many(4).await;
    // Beforehand, signed by others; and changed afterwards.
    world.resolve(&Quarantine::new(world.projector.clone(), Arc::new(Stamp(8))), 5).await.unwrap();
    let running = world.run_with_decisions(100);
    let cause = running.handle.wait_until(|state| matches!(state, State::Stopped { .. })).await;
    assert!(matches!(&cause, State::Stopped { cause, .. } if cause.contains("not signed")), "{cause:?}");
    assert!(matches!(world.resolve(&world.quarantine(), 5).await, Err(Error::Forged { .. })));
    let rebuilt = world.in_bulk(3).with_quarantine(world.quarantine()).rebuild().await;
    assert!(matches!(&rebuilt, Err(Error::Forged { position }) if position.get() == 5), "{rebuilt:?}");
    assert_eq!(decisions(&world.reader, Some(&Stamp(7))).await.unwrap()[0].1, Signature::Forged);
    let remove = |what: &str| {
        world.sql(&format!(
            "ALTER TABLE projection.quarantine DISABLE TRIGGER ALL; {what}; \
             ALTER TABLE projection.quarantine ENABLE TRIGGER ALL"
        ))
    };
    remove("DELETE FROM projection.quarantine");
    stopped_at(&running, 5).await;
    world.resolve(&world.quarantine(), 5).await.unwrap();
    world.seen(head).await;
    running.until_live().await;
    running.kill().await;
    // The same decision about another event is none: its leaf is signed, and it names this one.
    remove("UPDATE projection.quarantine SET position = 6");
    let rebuilt = world.in_bulk(3).with_quarantine(world.quarantine()).rebuild().await;
    assert!(matches!(&rebuilt, Err(Error::Forged { .. })), "{rebuilt:?}");
    remove("UPDATE projection.quarantine SET position = 5");
    world.sql("UPDATE log.events SET leaf = decode(repeat('00', 32), 'hex') WHERE position = 5");
    let rebuilt = world.in_bulk(3).with_quarantine(world.quarantine()).rebuild().await;
    assert!(matches!(&rebuilt, Err(Error::Unreadable { position, .. }) if position.get() == 5), "{rebuilt:?}");
}

#[tokio::test]
async fn decisions_are_only_ever_added_and_by_the_owner_alone() {
    let world = World::new().await;
    world.write([UNREADABLE]).await;
    world.resolve(&world.quarantine(), 1).await.unwrap();
    for role in [Role::Owner, Role::Writer, Role::Projector, Role::Reader] {
        let pool = connect(world.options.clone(), role, 1).await.unwrap();
        for statement in [
            "UPDATE projection.quarantine SET reason = 'another'",
            "DELETE FROM projection.quarantine",
            "TRUNCATE projection.quarantine",
        ] {
            let refused = sqlx::query(statement).execute(&pool).await.unwrap_err();
            let code = refused.as_database_error().unwrap().code().unwrap().into_owned();
            assert_eq!(code, "42501", "{role:?}: {statement}");
        }
        if role != Role::Owner {
            let insert = "INSERT INTO projection.quarantine SELECT name, 2, leaf, cause, reason, author, decided_at, \
                 signature FROM projection.quarantine";
            let refused = sqlx::query(insert).execute(&pool).await.unwrap_err();
            assert_eq!(refused.as_database_error().unwrap().code().unwrap(), "42501", "{role:?}");
        }
    }
    // Whoever is more than the owner is stopped by the table itself.
    assert!(
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| { world.sql("DELETE FROM projection.quarantine") }))
            .is_err()
    );
}
