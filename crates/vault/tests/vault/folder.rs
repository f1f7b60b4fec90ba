use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use jiff::civil::date;
use vault::{Error, FileKeyService, KekId, KeyService, KeyState, Secrets, Vault};

use crate::support::{House, TODAY};

fn mismatch(result: Result<Vault, Error>) -> (Vec<String>, Vec<String>) {
    match result {
        Err(Error::KeyFolderMismatch { missing, different }) => (missing, different),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("opened"),
    }
}

/// A database that has drawn a key, so that it knows all three files of its folder.
async fn used_house() -> House {
    let house = House::new().await;
    house.open().await.unwrap().draw().await.unwrap();
    house
}

#[tokio::test]
async fn the_first_use_makes_a_folder_that_only_its_owner_reads() {
    let house = used_house().await;
    let mode = |path: std::path::PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(house.keys()), 0o700);
    let mut names: Vec<_> =
        fs::read_dir(house.keys()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["kek-2026-W48.key", "receipt-digest.key", "search-token.key"]);
    for name in names {
        assert_eq!(mode(house.keys().join(&name)), 0o600);
        assert_eq!(fs::read(house.keys().join(&name)).unwrap().len(), 32);
    }
}

#[tokio::test]
async fn an_empty_or_absent_folder_beside_a_used_database_is_refused_and_stays_so() {
    let house = used_house().await;
    fs::rename(house.keys(), house.keys().with_extension("away")).unwrap();
    for make in [false, true] {
        if make {
            fs::create_dir(house.keys()).unwrap();
        }
        let (missing, different) = mismatch(house.open().await);
        assert_eq!(missing, ["kek-2026-W48", "receipt-digest", "search-token"]);
        assert!(different.is_empty());
        assert_eq!(house.keys().exists(), make);
    }
    assert_eq!(fs::read_dir(house.keys()).unwrap().count(), 0, "nothing was made in it");
    fs::remove_dir(house.keys()).unwrap();
    fs::rename(house.keys().with_extension("away"), house.keys()).unwrap();
    house.open().await.unwrap();
}

#[tokio::test]
async fn the_folder_of_another_database_is_refused() {
    let (house, other) = (used_house().await, used_house().await);
    let (missing, different) = mismatch(house.open_with(other.keys()).await);
    assert!(missing.is_empty());
    assert_eq!(different, ["kek-2026-W48", "receipt-digest", "search-token"]);
}

#[tokio::test]
async fn each_missing_or_regenerated_key_is_named() {
    let house = used_house().await;
    for name in ["kek-2026-W48", "receipt-digest", "search-token"] {
        let file = house.keys().join(format!("{name}.key"));
        let bytes = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        assert_eq!(mismatch(house.open().await), (vec![name.to_owned()], vec![]));
        fs::write(&file, [1; 32]).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        assert_eq!(mismatch(house.open().await), (vec![], vec![name.to_owned()]));
        fs::write(&file, bytes).unwrap();
    }
    house.open().await.unwrap();
}

#[tokio::test]
async fn a_service_opened_behind_the_vaults_back_is_compared_too() {
    let house = used_house().await;
    let other = tempfile::tempdir().unwrap();
    let service = FileKeyService::open_or_create(other.path().join("keys"), KekId::of(TODAY)).unwrap();
    let secrets = Secrets::open_or_create(house.keys()).unwrap();
    let opened = Vault::open(house.pool("sne_writer").await, std::sync::Arc::new(service), secrets).await;
    assert_eq!(mismatch(opened), (vec![], vec!["kek-2026-W48".to_owned()]));
}

#[tokio::test]
async fn a_new_week_has_a_new_key_and_the_old_keys_still_open() {
    let house = House::new().await;
    let old = house.open().await.unwrap();
    let before = old.draw().await.unwrap();
    let pool = house.pool("sne_writer").await;
    let new = Vault::open_folder(pool, &house.keys(), date(2026, 11, 30)).await.unwrap();
    let after = new.draw().await.unwrap();
    assert_eq!(
        house.sql("SELECT kek_id, count(*) FROM vault.keys GROUP BY kek_id ORDER BY kek_id"),
        "kek-2026-W48|64\nkek-2026-W49|64"
    );
    // Each process opens the keys of both weeks, the older one by a look into the folder.
    for vault in [&old, &new] {
        let states = vault.states(&[before.id, after.id]).await.unwrap();
        assert!(states.values().all(|state| matches!(state, KeyState::Live(_))));
    }
}

#[tokio::test]
async fn two_processes_that_open_a_fresh_folder_at_once_get_the_same_keys() {
    let folder = tempfile::tempdir().unwrap();
    let open = || FileKeyService::open_or_create(folder.path().join("keys"), KekId::of(TODAY)).unwrap();
    let services: Vec<FileKeyService> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut prints = Vec::new();
    for service in &services {
        prints.push(service.fingerprint(service.current()).await.unwrap().unwrap());
    }
    assert!(prints.windows(2).all(|two| two[0] == two[1]));
    assert_eq!(fs::read_dir(folder.path().join("keys")).unwrap().count(), 1, "no scrap is left");
}

#[test]
fn a_damaged_or_exposed_key_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    let open = || FileKeyService::open_or_create(&keys, KekId::of(TODAY));
    open().unwrap();
    let file = keys.join("kek-2026-W48.key");
    let whole = fs::read(&file).unwrap();
    for bytes in [&whole[..31], &[], &[whole.as_slice(), b"\n"].concat()] {
        fs::write(&file, bytes).unwrap();
        assert!(matches!(open(), Err(Error::KeyFileDamaged { .. })));
    }
    fs::write(&file, whole).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(open(), Err(Error::KeyFileExposed { .. })));
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(&keys, Permissions::from_mode(0o777)).unwrap();
    assert!(matches!(open(), Err(Error::KeyFileExposed { .. })));
}

#[tokio::test]
async fn opening_to_read_makes_nothing_and_opens_what_is_there() {
    let house = used_house().await;
    let id = house.open().await.unwrap().draw().await.unwrap().id;
    let reader = house.pool("sne_projector").await;
    let files = || {
        let mut names: Vec<_> = fs::read_dir(house.keys()).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = files();
    // Weeks later: who may write would begin this week's key here.
    let later = date(2027, 2, 1);
    let vault = Vault::open_folder_to_read(reader.clone(), &house.keys(), later).await.unwrap();
    assert!(matches!(vault.states(&[id]).await.unwrap()[&id], KeyState::Live(_)));
    assert_eq!(files(), before);

    let away = house.keys().with_extension("away");
    fs::rename(house.keys(), &away).unwrap();
    let (missing, _) = mismatch(Vault::open_folder_to_read(reader, &house.keys(), later).await);
    assert_eq!(missing.len(), 3);
    assert!(!house.keys().exists());

    // A database that knows no key yet does not make a folder appear, either.
    let empty = House::new().await;
    let unused = Vault::open_folder_to_read(empty.pool("sne_projector").await, &empty.keys(), TODAY).await;
    assert!(matches!(unused, Err(Error::KeyFileMissing { .. })));
    assert!(!empty.keys().exists());
}
