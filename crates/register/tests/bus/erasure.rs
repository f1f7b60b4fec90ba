//! Erasure on a real database: nobody reads again, a kill loses nothing, a restore brings nothing back.

use demand::{Demand, RejectionReason};
use event_log::Standby;
use jiff::ToSpan as _;
use jiff::civil::Date;
use nomenclature::{Actor, UniqueNumber};
use register::{Depth, Error, Place, Register, Seen, Viewer};

use crate::world::*;

fn due() -> Date {
    TODAY.checked_add(1.year().days(1)).unwrap()
}

/// A demand that left the register on [`TODAY`], a year and a day later; another one that lives, filed since.
async fn a_year_after() -> (World, UniqueNumber, UniqueNumber) {
    let world = World::new().await;
    let gone = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    world.act(NICE, Some(gone), renounce()).await.unwrap();
    world.clock.set(noon(due()));
    let kept = world.register(NICE, form(person("Soleil", "Ana", "1980-02-28"))).await.unwrap().number;
    (world, gone, kept)
}

fn reason(error: Error) -> RejectionReason {
    match error {
        Error::Rejected(rejection) => rejection.reason,
        other => panic!("{other}"),
    }
}

fn sql(world: &World, sql: &str) -> String {
    cluster().psql(&world.database, sql).unwrap()
}

fn key_of(world: &World, number: UniqueNumber) -> String {
    sql(world, &format!("SELECT key_id FROM log.events WHERE stream = '{number}' AND version = 1"))
}

fn lives(world: &World, number: UniqueNumber) -> bool {
    sql(world, &format!("SELECT wrapped IS NOT NULL FROM vault.keys WHERE id = {}", key_of(world, number))) == "t"
}

fn listed(world: &World) -> usize {
    std::fs::read_to_string(world.keys.path().join("erased-keys.list")).map_or(0, |text| text.lines().count())
}

fn place(world: &World) -> Place {
    let keys = world.keys.path().to_owned();
    Place {
        database: options(&world.database),
        keys,
        connections: 2,
        standby: Standby::NotAsked,
        clock: world.clock.clone(),
    }
}

async fn names(register: &Register, number: UniqueNumber) -> bool {
    let agent = Actor::parse(NICE).unwrap();
    let Seen { demand, .. } = register.demand(number, Viewer::Agent(&agent)).await.unwrap();
    demand.content().unwrap().rubrics.clear().is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_32_a_demand_is_erased_from_the_day_it_is_due_and_for_every_reader() {
    let (world, gone, kept) = a_year_after().await;
    let agent = Actor::parse(NICE).unwrap();
    let Seen { demand: before, .. } = world.register.demand(gone, Viewer::Agent(&agent)).await.unwrap();
    world.clock.set(noon(due().yesterday().unwrap()));
    assert_eq!(reason(world.register.erase(gone).await.unwrap_err()), RejectionReason::ErasureNotDue);
    world.clock.set(noon(due()));
    assert_eq!(reason(world.register.erase(kept).await.unwrap_err()), RejectionReason::NotRadiated);
    assert_eq!(world.register.erasure(gone).await.unwrap().due_on, due());
    assert!(names(&world.register, gone).await, "a plan changes nothing");

    let erasure = world.register.erase(gone).await.unwrap();
    assert_eq!((erasure.radiated_on, erasure.erased_on), (TODAY, Some(due())));
    assert!(!lives(&world, gone) && lives(&world, kept));
    assert_eq!(listed(&world), 1);
    assert!(!names(&world.register, gone).await && names(&world.register, kept).await);

    // Facts, states and dates are what they were; what is open says nothing of who it was.
    let Seen { demand: after, .. } = world.register.demand(gone, Viewer::Agent(&agent)).await.unwrap();
    assert_eq!(after.content().unwrap().facts, before.content().unwrap().facts);
    assert_eq!(after.status_on(due()), before.status_on(due()));
    let history = world.register.history(gone).await.unwrap();
    assert_eq!(history.last().unwrap().event.name(), "PersonalDataErased");
    assert!(!format!("{history:?}").contains("Lune"));
    let stock = world.stock().await;
    let (theirs, version) = stock.demand(gone).await.unwrap();
    assert_eq!(version, 4);
    assert_eq!(theirs.erased_on(), Some(due()));
    let open = sql(&world, "SELECT string_agg(events::text, ' ') FROM log.events AS events");
    assert!(!open.contains("Lune") && !open.contains("1990-02-28"));

    let found = world.register.examine(Depth::CrossRead, &stock, |_, _| ()).await.unwrap();
    let faults: Vec<_> =
        found.checks.iter().flat_map(|check| &check.faults).filter(|f| !f.contains("rotate")).collect();
    assert!(faults.is_empty(), "{faults:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn inv_33_everything_that_later_touches_an_erased_demand_is_refused_for_that() {
    let (world, gone, _) = a_year_after().await;
    world.register.erase(gone).await.unwrap();
    for act in [renew(), renounce(), sign_lease()] {
        assert_eq!(reason(world.act(NICE, Some(gone), act).await.unwrap_err()), RejectionReason::Erased);
    }
    assert_eq!(reason(world.register.erase(gone).await.unwrap_err()), RejectionReason::Erased);
    // The person begins anew, as somebody who was never here.
    let again = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap();
    assert_ne!(again.number, gone);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_erases_what_is_due_leaves_the_rest_and_may_run_again() {
    let (world, gone, kept) = a_year_after().await;
    let nobody = UniqueNumber::parse("1110318016982G1104").unwrap();
    let run = world.register.erase_due([kept, nobody, gone]).await.unwrap();
    assert_eq!(run.erased.iter().map(|erasure| erasure.number).collect::<Vec<_>>(), [gone]);
    assert_eq!(run.left, 1);
    assert!(matches!(run.failed.as_slice(), [(number, Error::NotFound)] if *number == nobody));
    let again = world.register.erase_due([gone]).await.unwrap();
    assert!(again.erased.is_empty() && again.failed.is_empty());
    let (one, other) = (world.register.erase_due([gone]), world.register.erase_due([gone]));
    let (one, other) = tokio::join!(one, other);
    assert!(one.is_ok() && other.is_ok());
    assert_eq!(listed(&world), 1);
}

/// The log with the event, the key as it was before: what a kill between the two leaves. Made by putting the row of the key
/// back, as only the superuser with triggers off can.
fn bring_key_back(world: &World, gone: UniqueNumber, row: &str) {
    let id = key_of(world, gone);
    sql(
        world,
        &format!(
            "BEGIN; ALTER TABLE vault.keys DISABLE TRIGGER keys_tombstone_is_final; \
             UPDATE vault.keys SET wrapped = '{row}', destroyed_at = NULL WHERE id = {id}; \
             ALTER TABLE vault.keys ENABLE TRIGGER keys_tombstone_is_final; COMMIT"
        ),
    );
}

fn wrapped(world: &World, number: UniqueNumber) -> String {
    sql(world, &format!("SELECT wrapped FROM vault.keys WHERE id = {}", key_of(world, number)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_the_event_and_the_tombstone_is_finished_by_the_next_opening_or_erasure() {
    for finished_by_opening in [true, false] {
        let (world, gone, _) = a_year_after().await;
        let row = wrapped(&world, gone);
        // The tombstone is refused, as if the process were gone by then.
        sql(&world, "REVOKE EXECUTE ON FUNCTION vault.destroy FROM sne_writer");
        assert!(matches!(world.register.erase(gone).await, Err(Error::Vault(_))));
        assert_eq!((lives(&world, gone), listed(&world)), (true, 0), "the event came first, the list last");
        assert_eq!(wrapped(&world, gone), row);
        sql(&world, "GRANT EXECUTE ON FUNCTION vault.destroy TO sne_writer");
        // Whatever the key: who reads sees an erased demand, its form sealed.
        assert!(!names(&world.register, gone).await);
        let doubted = world.register.examine(Depth::Usual, &world.stock().await, |_, _| ()).await.unwrap();
        assert!(doubted.checks.iter().any(|check| check.name == "effacements" && check.faults.len() == 2));
        match finished_by_opening {
            true => drop(world.another().await),
            false => drop(world.register.erase(gone).await.unwrap_err()),
        }
        assert_eq!((lives(&world, gone), listed(&world)), (false, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_between_the_tombstone_and_the_list_is_finished_too_and_a_lost_list_is_written_again() {
    let (world, gone, _) = a_year_after().await;
    world.register.erase(gone).await.unwrap();
    std::fs::remove_file(world.keys.path().join("erased-keys.list")).unwrap();
    world.another().await;
    assert_eq!(listed(&world), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_table_of_keys_brings_nothing_back() {
    let (world, gone, kept) = a_year_after().await;
    let row = wrapped(&world, gone);
    world.register.erase(gone).await.unwrap();
    bring_key_back(&world, gone, &row);
    // The log forgets, too: the backup is older than the erasure.
    sql(&world, &format!("DELETE FROM log.events WHERE stream = '{gone}' AND version = 4"));
    sql(&world, "UPDATE log.head SET position = (SELECT max(position) FROM log.events)");
    assert!(lives(&world, gone));

    // Who may only read refuses to.
    let refused = Register::open_to_read(place(&world)).await;
    assert!(matches!(refused, Err(Error::Vault(vault::Error::ErasedKeysLive { count: 1 }))));
    let found = register::examine(&place(&world), Depth::Usual, |_, _| ()).await.unwrap();
    assert!(found.checks.iter().any(|check| check.name == "clés" && check.faults.len() == 1));

    let again = world.another().await;
    assert!(!lives(&world, gone) && lives(&world, kept));
    assert!(!names(&again, gone).await && names(&again, kept).await);
    // The demand is due again, and erased in the log without a key.
    assert_eq!(again.erase(gone).await.unwrap().erased_on, Some(due()));
    Register::open_to_read(place(&world)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_never_destroys_another_key_of_the_same_number() {
    let (world, gone, kept) = a_year_after().await;
    world.register.erase(gone).await.unwrap();
    // A restore of long ago: the number of the erased key is another demand's now.
    let (old, new) = (key_of(&world, gone), key_of(&world, kept));
    sql(
        &world,
        &format!(
            "BEGIN; ALTER TABLE vault.keys DISABLE TRIGGER keys_tombstone_is_final; DELETE FROM vault.keys WHERE id = {old}; \
             UPDATE vault.keys SET id = {old} WHERE id = {new}; \
             ALTER TABLE vault.keys ENABLE TRIGGER keys_tombstone_is_final; COMMIT"
        ),
    );
    sql(&world, &format!("DELETE FROM log.events WHERE stream = '{gone}'; "));
    let live = format!("SELECT wrapped IS NOT NULL FROM vault.keys WHERE id = {old}");
    assert_eq!(sql(&world, &live), "t");
    open(&world.database, world.keys.path(), &world.clock).await.unwrap();
    assert_eq!(sql(&world, &live), "t");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_list_is_refused() {
    let (world, gone, _) = a_year_after().await;
    world.register.erase(gone).await.unwrap();
    let path = world.keys.path().join("erased-keys.list");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen(&gone.to_string(), "00603260000010G0601", 1)).unwrap();
    let refused = open(&world.database, world.keys.path(), &world.clock).await;
    assert!(matches!(refused, Err(Error::Vault(vault::Error::ErasureListAltered { line: 1, .. }))));
}

/// ADR 8: the writer's login alone destroys no key of a demand that lives.
#[tokio::test(flavor = "multi_thread")]
async fn who_holds_the_writers_login_destroys_no_living_key() {
    let (world, gone, kept) = a_year_after().await;
    let writer = event_log::connect(options(&world.database), event_log::Role::Writer, 1).await.unwrap();
    let destroy = async |keys: &str| -> i64 {
        sqlx::query_scalar(&format!("SELECT vault.destroy('{{{keys}}}')")).fetch_one(&writer).await.unwrap()
    };
    for number in [gone, kept] {
        assert_eq!(destroy(&key_of(&world, number)).await, 0, "its erasure does not stand in the log");
    }
    let drawn = sql(&world, "SELECT max(id) FROM vault.keys");
    assert_eq!(destroy(&drawn).await, 0, "its process lives and may name it yet");
    let rows = sqlx::query("UPDATE vault.keys SET wrapped = '\\x00'").execute(&writer).await;
    assert!(rows.is_err());
    world.register.erase(gone).await.unwrap();
    assert!(!lives(&world, gone) && lives(&world, kept));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_of_an_erased_demand_is_sealed_and_whole() {
    let (world, gone, _) = a_year_after().await;
    world.register.erase(gone).await.unwrap();
    let Seen { demand, version, .. } = world.register.demand(gone, Viewer::Operator).await.unwrap();
    assert_eq!(version, 4);
    let Demand::Radiated(radiated) = demand else { panic!("it is radiated") };
    assert_eq!((radiated.radiated_on, radiated.erased_on), (TODAY, Some(due())));
}
