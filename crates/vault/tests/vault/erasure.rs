use vault::{Error, KeyId, KeyState};

use crate::support::House;

#[tokio::test]
async fn a_destroyed_key_answers_erased_for_ever_and_an_unknown_one_missing() {
    let house = House::new().await;
    let vault = house.open().await.unwrap();
    let (gone, kept) = (vault.draw().await.unwrap().id, vault.draw().await.unwrap().id);
    let unknown = KeyId::new(999_999);
    assert_eq!(vault.destroy(&[gone, unknown]).await.unwrap(), 1);
    assert_eq!(vault.destroy(&[gone]).await.unwrap(), 0, "once is enough");
    let states = vault.states(&[gone, kept, unknown, gone]).await.unwrap();
    assert_eq!(states.len(), 3);
    assert!(matches!(states[&gone], KeyState::Erased));
    assert!(matches!(states[&kept], KeyState::Live(_)));
    assert!(matches!(states[&unknown], KeyState::Missing));
    assert!(vault.states(&[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn not_even_the_superuser_brings_a_tombstone_back_by_mistake() {
    let house = House::new().await;
    let vault = house.open().await.unwrap();
    let id = vault.draw().await.unwrap().id;
    vault.destroy(&[id]).await.unwrap();
    for sql in [
        format!("UPDATE vault.keys SET wrapped = '\\x00', destroyed_at = NULL WHERE id = {id}"),
        format!("DELETE FROM vault.keys WHERE id = {id}"),
    ] {
        let error = house.cluster.psql(&house.database, &sql).unwrap_err();
        assert!(error.to_string().contains("destroyed for ever"), "{error}");
    }
}

#[tokio::test]
async fn altered_exchanged_and_unfitting_rows_are_faults_and_not_other_keys() {
    let house = House::new().await;
    let vault = house.open().await.unwrap();
    let (a, b) = (vault.draw().await.unwrap().id, vault.draw().await.unwrap().id);
    let copy = |column: &str| {
        house.sql(&format!(
            "UPDATE vault.keys SET {column} = (SELECT {column} FROM vault.keys WHERE id = {b}) WHERE id = {a}"
        ));
    };
    copy("commitment");
    assert!(matches!(vault.states(&[a]).await, Err(Error::CommitmentMismatch { key }) if key == a));
    copy("wrapped");
    assert!(matches!(vault.states(&[a]).await, Err(Error::WrappedAltered { key }) if key == a));
    assert!(matches!(vault.states(&[b]).await.unwrap()[&b], KeyState::Live(_)), "its neighbour is whole");
}
