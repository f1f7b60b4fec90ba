//! Keys in memory keep what keys in PostgreSQL promise.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::{Date, date};
use vault::memory::{Chance, MemoryKeys};
use vault::{DEAD_FOR_SAFETY, ErasedKey, KeyId, KeyState, Vault};

const TODAY: Date = date(2026, 11, 23);

fn keys() -> MemoryKeys {
    let at_once: Chance = Arc::new(|| Some(Duration::ZERO));
    MemoryKeys::new(7, at_once)
}

async fn state(vault: &Vault, id: KeyId) -> KeyState {
    vault.states(&[id]).await.expect("the keys are read").remove(&id).expect("every key asked for has a state")
}

#[tokio::test(start_paused = true)]
async fn a_drawn_key_is_the_one_that_every_process_finds() {
    let keys = keys();
    let (vault, other) = (Vault::in_memory(&keys, TODAY), Vault::in_memory(&keys, TODAY));
    let drawn = vault.draw().await.unwrap();
    let elsewhere = other.draw().await.unwrap();
    assert_ne!(drawn.id, elsewhere.id);
    let KeyState::Live(found) = state(&other, drawn.id).await else { panic!("the key lives") };
    assert_eq!(found.commitment(), drawn.commitment);
    assert!(matches!(state(&vault, KeyId::new(9_999)).await, KeyState::Missing));
}

#[tokio::test(start_paused = true)]
async fn destroyed_is_final_and_told_from_missing() {
    let keys = keys();
    let vault = Vault::in_memory(&keys, TODAY);
    let drawn = vault.draw().await.unwrap();
    let listed = ErasedKey {
        key: drawn.id,
        commitment: drawn.commitment,
        stream: "00603260000010G0601".to_owned(),
        erased_on: TODAY,
    };
    assert_eq!(vault.live_again(std::slice::from_ref(&listed)).await.unwrap(), [drawn.id]);
    assert_eq!(vault.destroy(&[drawn.id]).await.unwrap(), 1);
    assert_eq!(vault.destroy(&[drawn.id]).await.unwrap(), 0);
    assert!(matches!(state(&vault, drawn.id).await, KeyState::Erased));
    assert_eq!(vault.live_again(&[listed]).await.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn keys_of_a_process_that_is_gone_are_listed_when_it_was_gone_long_enough() {
    let keys = keys();
    let (gone, stays) = (Vault::in_memory(&keys, TODAY), Vault::in_memory(&keys, TODAY));
    let (kept, _) = (gone.draw().await.unwrap(), stays.draw().await.unwrap());
    assert_eq!(stays.settle(&[kept.id]).await.unwrap(), 1);
    drop(gone);
    assert_eq!(stays.dead_lease_keys(DEAD_FOR_SAFETY).await.unwrap(), []);
    tokio::time::advance(DEAD_FOR_SAFETY).await;
    let dead = stays.dead_lease_keys(DEAD_FOR_SAFETY).await.unwrap();
    assert_eq!(dead.len(), 63, "the block of the one that is gone, but for the key that was settled");
    assert!(!dead.contains(&kept.id));
}

#[tokio::test(start_paused = true)]
async fn a_draw_that_is_lost_on_the_way_gives_nothing_out_twice() {
    let left = Arc::new(std::sync::atomic::AtomicUsize::new(usize::MAX));
    let asked = Arc::clone(&left);
    let chance: Chance = Arc::new(move || {
        let before = asked.load(std::sync::atomic::Ordering::Relaxed);
        asked.store(before.wrapping_sub(1), std::sync::atomic::Ordering::Relaxed);
        (before != 0).then_some(Duration::ZERO)
    });
    let keys = MemoryKeys::new(7, chance);
    let mut ids = Vec::new();
    for step in 0..12 {
        let vault = Vault::in_memory(&keys, TODAY);
        left.store(step, std::sync::atomic::Ordering::Relaxed);
        ids.extend(vault.draw().await.ok().map(|key| key.id));
        left.store(usize::MAX, std::sync::atomic::Ordering::Relaxed);
        ids.push(vault.draw().await.unwrap().id);
    }
    let mut once = ids.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), ids.len());
    assert!(ids.len() > 12, "some draws came through");
}
