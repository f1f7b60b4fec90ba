//! No database, wrong keys, unsafe settings: a clear error, no secret in it, no false acknowledgement.

use private_postgres::test_util::shared;

use super::shown::SHOWN;
use tests::stage::sne::Place;
use tests::stage::world;

const SECRET: &str = "tr0ub4dor";

#[test]
fn without_a_database_it_says_so_and_keeps_the_password_to_itself() {
    let folder = tempfile::tempdir().unwrap();
    for address in [
        // A port that nobody listens on, a socket that is not there, and what is no address at all.
        format!("postgresql://sne_app:{SECRET}@127.0.0.1:1/sne"),
        format!("postgresql:///sne?host=/nowhere&user=sne_app&password={SECRET}"),
        format!("postgresql://sne_app:{SECRET}@[/sne"),
        format!("host=127.0.0.1 port=1 password={SECRET}"),
    ] {
        let place = Place { data_dir: folder.path().join("data"), database_url: Some(address.clone()) };
        for arguments in [&["doctor"][..], &["demand", "show", "0061125000001006H2"]] {
            let refused = place.sne(arguments).ends(1);
            assert_eq!(refused.out, "");
            assert!(!refused.err.contains(SECRET), "{}", refused.err);
            let told =
                refused.err.contains("la base ne répond pas") || refused.err.contains("adresse PostgreSQL valide");
            assert!(told, "{}", refused.err);
        }
    }
    let help = Place { data_dir: folder.path().into(), database_url: Some(SECRET.into()) }.sne(&["--help"]).ends(0);
    assert!(!help.out.contains(SECRET), "{}", help.out);
}

#[test]
fn a_key_folder_that_does_not_belong_to_the_database_is_refused_and_found_by_the_examination() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = folder.path().join("elsewhere");
    let place = Place { data_dir: elsewhere.clone(), ..SHOWN.place.clone() };
    let number = SHOWN.number_where("event_type = 'Renewed'");
    let refused = place.sne(&["demand", "show", &number]).ends(1);
    assert_eq!(refused.out, "");
    assert!(refused.err.contains("le dossier des clés n'est pas celui de cette base"), "{}", refused.err);

    let found = place.sne(&["doctor", "--cross-read", "--format", "json"]).ends(6).json();
    let faults = |name: &str| {
        let check = found.as_array().unwrap().iter().find(|check| check["name"] == name).unwrap();
        check["faults"].as_array().unwrap().clone()
    };
    assert!(faults("clés")[0].as_str().unwrap().contains("le dossier des clés"), "{found}");
    for sound in ["journal", "empreintes", "lecture", "unicité", "double lecture"] {
        assert!(faults(sound).is_empty(), "what needs no key is examined all the same: {found}");
    }
    assert!(!elsewhere.exists(), "no key was made");
}

#[test]
fn a_database_that_could_lose_an_acknowledgement_is_refused_and_found_by_the_examination() {
    let folder = tempfile::tempdir().unwrap();
    let (database, url) = world::new_database(shared());
    shared().psql(&database, &format!("ALTER DATABASE {database} SET synchronous_commit = off")).unwrap();
    let place = Place { data_dir: folder.path().join("data"), database_url: Some(url) };
    let refused = place.sne(&["migrate"]).ends(1);
    assert!(refused.err.contains("synchronous_commit vaut off"), "{}", refused.err);
    let found = place.sne(&["doctor"]).ends(6);
    assert!(found.out.contains("synchronous_commit"), "{}", found.out);
}
