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
async fn migrations_lie_in_the_vaults_own_schema_and_may_run_again_and_at_once() {
    let house = House::new().await;
    let owner = house.pool("sne_owner").await;
    let (one, other) = tokio::join!(Vault::migrate(&owner), Vault::migrate(&owner));
    one.and(other).unwrap();
    assert_eq!(house.sql("SELECT to_regclass('public._sqlx_migrations') IS NULL"), "t");
    assert_eq!(house.sql("SELECT count(*) FROM vault._sqlx_migrations"), "2");
    let path: String = sqlx::query_scalar("SHOW search_path").fetch_one(&owner).await.unwrap();
    assert!(!path.contains("vault"), "the pool's sessions keep their search path");
}
