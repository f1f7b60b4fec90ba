use vault::{KeyState, Vault};

use crate::support::{House, TODAY};

#[tokio::test]
async fn the_projector_opens_keys_and_makes_or_destroys_none() {
    let house = House::new().await;
    let drawn = house.open().await.unwrap().draw().await.unwrap();
    let projector = Vault::open_folder(house.pool("sne_projector").await, &house.keys(), TODAY).await.unwrap();
    assert!(matches!(projector.states(&[drawn.id]).await.unwrap()[&drawn.id], KeyState::Live(_)));
    assert!(projector.draw().await.is_err());
    assert!(projector.destroy(&[drawn.id]).await.is_err());
}

#[tokio::test]
async fn the_reader_sees_nothing_of_the_vault() {
    let house = House::new().await;
    let reader = house.pool("sne_reader").await;
    for table in ["keys", "leases", "secrets", "key_encryption_keys"] {
        let read = sqlx::query(&format!("SELECT FROM vault.{table}")).execute(&reader).await;
        assert!(read.is_err(), "{table}");
    }
}

#[tokio::test]
async fn the_writer_draws_and_settles_keys_and_can_neither_replace_nor_destroy_one_by_itself() {
    let house = House::new().await;
    house.open().await.unwrap().draw().await.unwrap();
    let writer = house.pool("sne_writer").await;
    for set in ["wrapped = '\\x00'", "wrapped = NULL, destroyed_at = now()", "kek_id = 'kek-2026-W49'"] {
        assert!(sqlx::query(&format!("UPDATE vault.keys SET {set}")).execute(&writer).await.is_err(), "{set}");
    }
    for sql in ["DELETE FROM vault.keys", "SELECT vault.erasable('{1}')"] {
        assert!(sqlx::query(sql).execute(&writer).await.is_err(), "{sql}");
    }
    assert!(sqlx::query("UPDATE vault.keys SET lease_id = NULL").execute(&writer).await.is_ok());
}

#[tokio::test]
async fn migrations_lie_in_the_vaults_own_schema_and_may_run_again_and_at_once() {
    let house = House::new().await;
    let owner = house.pool("sne_owner").await;
    let (one, other) = tokio::join!(Vault::migrate(&owner), Vault::migrate(&owner));
    one.and(other).unwrap();
    assert_eq!(house.sql("SELECT to_regclass('public._sqlx_migrations') IS NULL"), "t");
    assert_eq!(house.sql("SELECT count(*) FROM vault._sqlx_migrations"), "3");
    let path: String = sqlx::query_scalar("SHOW search_path").fetch_one(&owner).await.unwrap();
    assert!(!path.contains("vault"), "the pool's sessions keep their search path");
}
