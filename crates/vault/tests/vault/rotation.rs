use std::fs;
use std::os::unix::fs::PermissionsExt;

use jiff::ToSpan as _;
use jiff::civil::Date;
use vault::{KEPT_UNUSED_DAYS, KekId, KeyId, KeyState, Rotation, Vault};

use crate::support::{House, TODAY};

fn after(days: i32) -> Date {
    TODAY.checked_add(days.days()).unwrap()
}

async fn rotate(house: &House, vault: &Vault, today: Date) -> Rotation {
    vault.rotate(&house.pool("sne_owner").await, today).await.unwrap().expect("nobody else rotates")
}

fn under(house: &House) -> String {
    house.sql("SELECT kek_id, count(*) FROM vault.keys WHERE destroyed_at IS NULL GROUP BY kek_id ORDER BY kek_id")
}

async fn all_open(vault: &Vault, ids: &[KeyId]) {
    let states = vault.states(ids).await.unwrap();
    assert!(states.values().all(|state| matches!(state, KeyState::Live(_))), "a key is lost");
}

fn file(house: &House, kek: &str) -> std::path::PathBuf {
    house.keys().join(format!("{kek}.key"))
}

#[tokio::test]
async fn a_running_process_wraps_under_the_key_of_the_week_once_it_has_begun() {
    let house = House::new().await;
    let vault = house.open().await.unwrap();
    let first = vault.draw().await.unwrap();
    vault.begin_week(after(7)).await.unwrap();
    // The block in hand was wrapped in the week before; the next one is not.
    let mut ids = vec![first.id];
    for _ in 0..64 {
        ids.push(vault.draw().await.unwrap().id);
    }
    assert_eq!(under(&house), "kek-2026-W48|64\nkek-2026-W49|64");
    all_open(&vault, &ids).await;
    vault.begin_week(TODAY).await.unwrap();
    assert_eq!(rotate(&house, &vault, after(8)).await.rewrapped, 64, "a clock that goes back begins no old week");
}

/// A week that was never begun has no key, and needs none once a later one was.
#[tokio::test]
async fn a_rotation_after_the_clock_went_back_moves_nothing_back_and_goes_on_under_the_later_key() {
    let house = House::new().await;
    let vault = house.open().await.unwrap();
    let drawn = vault.draw().await.unwrap();
    assert_eq!(rotate(&house, &vault, after(35)).await.rewrapped, 64);
    assert_eq!(rotate(&house, &vault, after(7)).await, Rotation::default());
    assert_eq!(under(&house), "kek-2026-W53|64");
    assert!(!file(&house, "kek-2026-W49").exists());
    // What another process drew meanwhile, whose clock was never wrong.
    let late = house.open().await.unwrap().draw().await.unwrap();
    assert_eq!(rotate(&house, &vault, after(8)).await.rewrapped, 64);
    all_open(&vault, &[drawn.id, late.id]).await;
}

/// A clock that ran ahead let a key of a week to come live and be destroyed; then it was put right.
#[tokio::test]
async fn a_week_whose_key_was_destroyed_before_it_came_goes_by_the_next_key_that_lives() {
    let house = House::new().await;
    let ahead = house.open().await.unwrap();
    let drawn = ahead.draw().await.unwrap();
    // A week, then another one that ends its key, then the end of the days for which it is kept.
    for day in [after(7), after(21), after(42)] {
        rotate(&house, &ahead, day).await;
    }
    assert!(!file(&house, "kek-2026-W49").exists(), "destroyed, as it should be");
    let vault = Vault::open_folder(house.pool("sne_writer").await, &house.keys(), after(7)).await.unwrap();
    let late = vault.draw().await.unwrap();
    all_open(&vault, &[drawn.id, late.id]).await;
    vault.begin_week(after(8)).await.unwrap();
    rotate(&house, &vault, after(8)).await;
    all_open(&vault, &[drawn.id, late.id]).await;
    assert!(!file(&house, "kek-2026-W49").exists(), "made anew under the name of another one");
}

#[tokio::test]
async fn a_rotation_moves_every_live_key_and_leaves_tombstones_and_open_keys_as_they_are() {
    let house = House::new().await;
    let vault = house.open().await.unwrap();
    let (kept, gone) = (vault.draw().await.unwrap(), vault.draw().await.unwrap());
    vault.destroy(&[gone.id]).await.unwrap();
    let rotation = rotate(&house, &vault, after(7)).await;
    let week = KekId::parse("kek-2026-W49").unwrap();
    assert_eq!(rotation, Rotation { made: Some(week), rewrapped: 63, ..Rotation::default() });
    assert_eq!(under(&house), "kek-2026-W49|63");
    let states = vault.states(&[kept.id, gone.id]).await.unwrap();
    assert!(matches!(&states[&kept.id], KeyState::Live(key) if key.commitment() == kept.commitment));
    assert!(matches!(states[&gone.id], KeyState::Erased));
    assert_eq!(rotate(&house, &vault, after(7)).await, Rotation::default(), "once is enough");
}

#[tokio::test]
async fn a_rotation_stopped_between_batches_is_finished_by_the_next_one() {
    let house = House::new().await;
    let vault = house.open().await.unwrap();
    let mut ids = Vec::new();
    for _ in 0..128 {
        ids.push(vault.draw().await.unwrap().id);
    }
    // Some keys do not move: what a kill after the first statements leaves behind.
    house.sql(
        "CREATE FUNCTION public.stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
           IF NEW.id > 40 AND NEW.kek_id <> OLD.kek_id THEN RETURN NULL; END IF; RETURN NEW; END $$; \
         GRANT EXECUTE ON FUNCTION public.stop TO PUBLIC; \
         CREATE TRIGGER a_stop BEFORE UPDATE ON vault.keys FOR EACH ROW EXECUTE FUNCTION public.stop()",
    );
    assert_eq!(rotate(&house, &vault, after(7)).await.rewrapped, 40);
    // While a live key is under it an old key is not even counted as unused.
    assert!(rotate(&house, &vault, after(60)).await.destroyed.is_empty());
    assert!(file(&house, "kek-2026-W48").exists());
    all_open(&house.open().await.unwrap(), &ids).await;
    house.sql("DROP TRIGGER a_stop ON vault.keys");
    assert_eq!(rotate(&house, &vault, after(60)).await.rewrapped, 88);
    all_open(&house.open().await.unwrap(), &ids).await;
}

#[tokio::test]
async fn an_old_key_is_destroyed_twenty_days_after_its_last_use_and_its_row_stays() {
    let house = House::new().await;
    let vault = house.open().await.unwrap();
    let id = vault.draw().await.unwrap().id;
    rotate(&house, &vault, after(7)).await;
    assert!(rotate(&house, &vault, after(7 + KEPT_UNUSED_DAYS - 1)).await.destroyed.is_empty());
    assert!(file(&house, "kek-2026-W48").exists());
    let old = KekId::parse("kek-2026-W48").unwrap();
    assert_eq!(vault.wrapping(after(7 + KEPT_UNUSED_DAYS)).await.unwrap().due, [old]);
    assert_eq!(rotate(&house, &vault, after(7 + KEPT_UNUSED_DAYS)).await.destroyed, [old]);
    assert!(!file(&house, "kek-2026-W48").exists());
    assert_eq!(house.sql("SELECT count(*) FROM vault.key_encryption_keys WHERE kek_id = 'kek-2026-W48'"), "1");
    all_open(&vault, &[id]).await;
    let open = Vault::open_folder(house.pool("sne_writer").await, &house.keys(), after(28)).await.unwrap();
    all_open(&open, &[id]).await;
    // A file that a backup of the folder brings back goes again.
    fs::write(file(&house, "kek-2026-W48"), [7; 32]).unwrap();
    fs::set_permissions(file(&house, "kek-2026-W48"), fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(rotate(&house, &vault, after(28)).await.destroyed, [old]);
}

#[tokio::test]
async fn a_kill_between_retiring_and_destroying_is_made_good() {
    let house = House::new().await;
    let vault = house.open().await.unwrap();
    let id = vault.draw().await.unwrap().id;
    rotate(&house, &vault, after(7)).await;
    house.sql("UPDATE vault.key_encryption_keys SET retired_at = now() WHERE kek_id = 'kek-2026-W48'");
    // Overwritten and not yet removed: the folder still belongs to the database.
    fs::write(file(&house, "kek-2026-W48"), [0; 32]).unwrap();
    let again = Vault::open_folder(house.pool("sne_writer").await, &house.keys(), after(8)).await.unwrap();
    all_open(&again, &[id]).await;
    assert_eq!(rotate(&house, &again, after(8)).await.destroyed, [KekId::parse("kek-2026-W48").unwrap()]);
    assert!(!file(&house, "kek-2026-W48").exists());
}

#[tokio::test]
async fn a_process_that_slept_for_weeks_cannot_wrap_under_a_retired_key() {
    let house = House::new().await;
    let (sleeper, awake) = (house.open().await.unwrap(), house.open().await.unwrap());
    sleeper.draw().await.unwrap();
    rotate(&house, &awake, after(7)).await;
    rotate(&house, &awake, after(7 + KEPT_UNUSED_DAYS)).await;
    for _ in 0..63 {
        sleeper.draw().await.unwrap();
    }
    assert!(sleeper.draw().await.is_err(), "a key under a destroyed one would be lost");
    sleeper.begin_week(after(7 + KEPT_UNUSED_DAYS)).await.unwrap();
    sleeper.draw().await.unwrap();
}

#[tokio::test]
async fn a_late_use_of_an_old_key_lets_its_days_count_anew() {
    let house = House::new().await;
    let (late, punctual) = (house.open().await.unwrap(), house.open().await.unwrap());
    punctual.draw().await.unwrap();
    rotate(&house, &punctual, after(7)).await;
    late.draw().await.unwrap();
    let day = after(7 + KEPT_UNUSED_DAYS);
    let rotation = rotate(&house, &punctual, day).await;
    assert_eq!((rotation.rewrapped, rotation.destroyed), (128, vec![]), "a backup of yesterday needs the old key");
    let later = rotate(&house, &punctual, day.checked_add(KEPT_UNUSED_DAYS.days()).unwrap()).await;
    assert!(later.destroyed.contains(&KekId::parse("kek-2026-W48").unwrap()));
}

#[tokio::test]
async fn of_two_rotations_at_once_one_does_it_and_no_key_is_lost() {
    let house = House::new().await;
    let (one, other) = (house.open().await.unwrap(), house.open().await.unwrap());
    let mut ids = Vec::new();
    for _ in 0..200 {
        ids.push(one.draw().await.unwrap().id);
        ids.push(other.draw().await.unwrap().id);
    }
    let owner = house.pool("sne_owner").await;
    let (first, second) = tokio::join!(one.rotate(&owner, after(7)), other.rotate(&owner, after(7)));
    let moved = [first.unwrap(), second.unwrap()].into_iter().flatten().map(|rotation| rotation.rewrapped).sum::<u64>();
    assert_eq!(moved, 512, "every key of the eight blocks once");
    all_open(&house.open().await.unwrap(), &ids).await;
}

#[tokio::test]
async fn a_key_that_does_not_open_is_told_and_keeps_its_wrapping_key_alive() {
    let house = House::new().await;
    let vault = house.open().await.unwrap();
    let id = vault.draw().await.unwrap().id;
    house.sql(&format!("UPDATE vault.keys SET wrapped = '\\x00' WHERE id = {id}"));
    let rotation = rotate(&house, &vault, after(7)).await;
    assert_eq!((rotation.rewrapped, rotation.unopened), (63, vec![id]));
    assert!(rotate(&house, &vault, after(90)).await.destroyed.is_empty());
    assert!(file(&house, "kek-2026-W48").exists());
}

#[tokio::test]
async fn a_restored_database_need_not_have_what_wraps_nothing_any_more() {
    let house = House::new().await;
    let vault = house.open().await.unwrap();
    vault.draw().await.unwrap();
    rotate(&house, &vault, after(7)).await;
    // The file went after the backup was taken: the row of the backup says unused, not retired.
    fs::remove_file(file(&house, "kek-2026-W48")).unwrap();
    Vault::open_folder(house.pool("sne_writer").await, &house.keys(), after(7)).await.unwrap();
}

#[tokio::test]
async fn who_only_writes_cannot_rotate() {
    let house = House::new().await;
    let vault = house.open().await.unwrap();
    vault.draw().await.unwrap();
    assert!(vault.rotate(&house.pool("sne_writer").await, after(7)).await.is_err());
}
