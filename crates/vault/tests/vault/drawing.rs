use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use vault::{KeyId, KeyState, Vault};

use crate::support::House;

async fn live(vault: &Vault, id: KeyId) -> [u8; 32] {
    match vault.states(&[id]).await.unwrap().remove(&id) {
        Some(KeyState::Live(key)) => *key.secret().expose(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_drawn_key_is_durable_and_comes_back_as_it_was_after_reopening() {
    let house = House::new().await;
    let vault = house.open().await.unwrap();
    let drawn = vault.draw().await.unwrap();
    assert_eq!(drawn.commitment, drawn.key.commitment());
    drop(vault);
    let vault = house.open().await.unwrap();
    assert_eq!(live(&vault, drawn.id).await, *drawn.key.secret().expose());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_and_many_callers_never_draw_the_same_key() {
    let house = House::new().await;
    let vaults = [Arc::new(house.open().await.unwrap()), Arc::new(house.open().await.unwrap())];
    let callers: Vec<_> = (0..8)
        .map(|caller| {
            let vault = vaults[caller % 2].clone();
            tokio::spawn(async move {
                let mut keys = Vec::new();
                for _ in 0..50 {
                    keys.push(vault.draw().await.unwrap());
                }
                keys
            })
        })
        .collect();
    let (mut ids, mut secrets) = (HashSet::new(), HashSet::new());
    for caller in callers {
        for key in caller.await.unwrap() {
            assert!(ids.insert(key.id) && secrets.insert(*key.key.secret().expose()));
        }
    }
    assert_eq!(ids.len(), 400);
    // 200 draws a process are four blocks of 64, and not one more.
    assert_eq!(house.sql("SELECT count(*) FROM vault.keys"), (2 * 4 * 64).to_string());
}

#[tokio::test]
async fn a_key_given_back_is_drawn_again() {
    let house = House::new().await;
    let vault = house.open().await.unwrap();
    let first = vault.draw().await.unwrap();
    let id = first.id;
    vault.give_back(first);
    assert_eq!(vault.draw().await.unwrap().id, id);
}

#[tokio::test]
async fn a_key_of_another_lease_is_not_taken_back() {
    let house = House::new().await;
    let (one, other) = (house.open().await.unwrap(), house.open().await.unwrap());
    let foreign = one.draw().await.unwrap();
    let id = foreign.id;
    other.draw().await.unwrap();
    other.give_back(foreign);
    for _ in 0..70 {
        assert_ne!(other.draw().await.unwrap().id, id);
    }
}

#[tokio::test]
async fn a_key_of_a_dead_process_is_listed_until_it_is_settled_or_destroyed() {
    let house = House::new().await;
    let survivor = house.open().await.unwrap();
    let kept = survivor.draw().await.unwrap();
    let dead = house.open().await.unwrap();
    let (named, unnamed) = (dead.draw().await.unwrap(), dead.draw().await.unwrap());
    assert_eq!(survivor.dead_lease_keys(Duration::ZERO).await.unwrap(), [], "both live");

    house.end_lease_sessions();
    let survivor = house.open().await.unwrap();
    survivor.draw().await.unwrap();
    let listed = survivor.dead_lease_keys(Duration::ZERO).await.unwrap();
    assert_eq!(listed.len(), 128, "the whole blocks of both dead leases, none of the living one");
    assert!(listed.contains(&named.id) && listed.contains(&unnamed.id) && listed.contains(&kept.id));

    assert_eq!(survivor.settle(&[named.id, kept.id]).await.unwrap(), 2);
    let rest = survivor.dead_lease_keys(Duration::ZERO).await.unwrap();
    assert_eq!(rest.len(), 126);
    assert_eq!(survivor.destroy(&rest).await.unwrap(), 126);
    assert_eq!(survivor.dead_lease_keys(Duration::ZERO).await.unwrap(), []);
    assert_eq!(house.sql("SELECT count(*) FROM vault.leases"), "1", "dead leases without keys are forgotten");
    assert_eq!(live(&survivor, named.id).await, *named.key.secret().expose());
    assert!(matches!(survivor.states(&[unnamed.id]).await.unwrap()[&unnamed.id], KeyState::Erased));
}

#[tokio::test]
async fn a_lease_counts_as_dead_only_some_time_after_it_was_first_seen_so() {
    let house = House::new().await;
    let dead = house.open().await.unwrap();
    dead.draw().await.unwrap();
    house.end_lease_sessions();
    let survivor = house.open().await.unwrap();
    assert_eq!(survivor.dead_lease_keys(vault::DEAD_FOR_SAFETY).await.unwrap(), []);
    house.sql("UPDATE vault.leases SET dead_since = dead_since - interval '11 minutes'");
    assert_eq!(survivor.dead_lease_keys(vault::DEAD_FOR_SAFETY).await.unwrap().len(), 64);
}

#[tokio::test]
async fn a_process_that_lost_its_session_takes_a_new_lease() {
    let house = House::new().await;
    let vault = house.open().await.unwrap();
    let first = vault.draw().await.unwrap();
    house.end_lease_sessions();
    // The block in hand may be used up; the next one needs the session.
    let mut last = first.id;
    for _ in 0..64 {
        last = vault.draw().await.unwrap().id;
    }
    assert_eq!(house.sql("SELECT count(*) FROM vault.leases"), "2");
    assert_eq!(vault.dead_lease_keys(Duration::ZERO).await.unwrap().len(), 64);
    assert!(matches!(vault.states(&[last]).await.unwrap()[&last], KeyState::Live(_)));
}

#[tokio::test]
async fn nothing_secret_is_printed() {
    let house = House::new().await;
    let vault = house.open().await.unwrap();
    let drawn = vault.draw().await.unwrap();
    let states = vault.states(&[drawn.id]).await.unwrap();
    let printed = format!("{vault:?} {drawn:?} {states:?}");
    let secret = format!("{:?}", drawn.key.secret().expose());
    assert!(!printed.contains(secret.trim_matches(['[', ']'])), "{printed}");
    assert!(printed.contains("Secret32(..)"));
}
