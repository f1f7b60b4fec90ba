//! Where a register may not be opened: wrong keys, unsafe settings, no database.

use std::sync::Arc;

use register::{Error, SetClock};

use crate::world::*;

#[tokio::test(flavor = "multi_thread")]
async fn another_or_an_empty_key_folder_is_refused() {
    let world = World::new().await;
    world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap();
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(open(&world.database, empty.path(), &world.clock).await, Err(Error::Vault(_))));
    assert_eq!(std::fs::read_dir(empty.path()).unwrap().count(), 0, "nothing is made in its place");
    let foreign = World::new().await;
    let refused = open(&world.database, foreign.keys.path(), &world.clock).await;
    assert!(matches!(refused, Err(Error::Vault(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_could_lose_an_acknowledged_command_are_refused() {
    let database = new_database();
    cluster().psql(&database, &format!("ALTER DATABASE {database} SET synchronous_commit = off")).unwrap();
    let keys = tempfile::tempdir().unwrap();
    let clock = Arc::new(SetClock::at(noon(TODAY)));
    let refused = open(&database, keys.path(), &clock).await.err().expect("an unsafe database");
    assert!(refused.to_string().contains("synchronous_commit"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_database_is_a_clear_error() {
    // The login exists, its database does not.
    new_database();
    let keys = tempfile::tempdir().unwrap();
    let clock = Arc::new(SetClock::at(noon(TODAY)));
    let refused = open("no_such_database", keys.path(), &clock).await.err().expect("no database");
    assert!(matches!(refused, Error::Log(_)), "{refused}");
    assert!(refused.to_string().contains("no_such_database"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_other_demands_do_not_open_this_one() {
    let world = World::new().await;
    let one = world.register(NICE, form(person("Lune", "Zoé", "1990-02-28"))).await.unwrap().number;
    let two = world.register(NICE, form(person("Soleil", "Zoé", "1990-02-28"))).await.unwrap().number;
    world.tamper(&format!(
        "UPDATE log.events a SET sealed = b.sealed FROM log.events b
          WHERE a.stream = '{one}' AND b.stream = '{two}' AND a.version = b.version AND a.version = 1"
    ));
    let agent = nomenclature::Actor::parse(NICE).unwrap();
    let refused = world.register.demand(one, register::Viewer::Agent(&agent)).await;
    assert!(matches!(refused, Err(Error::Unreadable { .. })));
}
