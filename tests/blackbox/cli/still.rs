//! Commands that only read leave everything as it was, also where they may not write.

use super::shown::SHOWN;
use tests::stage::sne::Place;

/// Everything a command that looks could have touched: migrations, keys and their leases, events, claims, checkpoints.
const TRACES: &str = "SELECT schemaname, relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables
     WHERE schemaname IN ('log', 'vault', 'register', 'projection') ORDER BY 1, 2";

#[test]
fn looking_changes_nothing_and_needs_no_right_to_write() {
    let copy = SHOWN.copied();
    let number = SHOWN.number_where("event_type = 'Renewed'");
    // A process that is gone had drawn a key that no demand names: a server would see the one dead and destroy the other.
    copy.tamper(
        "INSERT INTO vault.leases (lease_id, dead_since) VALUES (gen_random_uuid(), now() - interval '1 day');
         INSERT INTO vault.leases (lease_id) VALUES (gen_random_uuid());
         INSERT INTO vault.keys (kek_id, wrapped, commitment, lease_id)
         SELECT kek_id, wrapped, commitment, (SELECT lease_id FROM vault.leases WHERE dead_since IS NOT NULL)
           FROM vault.keys WHERE wrapped IS NOT NULL LIMIT 1;",
    );
    copy.tamper(&format!("ALTER DATABASE {} SET default_transaction_read_only = on", copy.database));
    let traces = || copy.rows(&format!("SELECT pg_stat_force_next_flush(); {TRACES}"));
    let content = || copy.rows("SELECT md5(string_agg(leases::text, ',' ORDER BY lease_id)) FROM vault.leases");
    let keys = || copy.rows("SELECT md5(string_agg(keys::text, ',' ORDER BY id)) FROM vault.keys");
    let (before, leases, drawn) = (traces(), content(), keys());
    for command in [
        &["demand", "show", &number][..],
        &["demand", "history", &number],
        &["demand", "history", &number, "--reader", "postgres-es"],
        &["keys", "rotate", "--dry-run"],
        &["export"],
        &["doctor", "--cross-read"],
        &["projections"],
    ] {
        copy.place.sne(command).ends(0);
    }
    assert_eq!((traces(), content(), keys()), (before, leases, drawn));
}

#[test]
fn a_database_without_a_register_or_with_another_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = Place::private(folder.path().join("data"));
    let refused = nothing.sne(&["doctor"]).ends(1);
    assert!(refused.err.contains("ne contient pas de registre"), "{}", refused.err);
    assert!(!nothing.data_dir.exists(), "nothing was made");

    let number = SHOWN.number_where("event_type = 'Renewed'");
    for (tampering, told) in [
        ("DELETE FROM vault._sqlx_migrations", "sne migrate"),
        ("UPDATE log._sqlx_migrations SET checksum = '\\x00' WHERE version = 1", "plus récente"),
        ("INSERT INTO register._sqlx_migrations SELECT 9999, 'later', now(), true, '\\x00', 1", "plus récente"),
        ("DROP SCHEMA log CASCADE", "sne migrate"),
    ] {
        let copy = SHOWN.copied();
        copy.tamper(tampering);
        let refused = copy.place.sne(&["demand", "show", &number]).ends(1);
        assert!(refused.err.contains(told), "{tampering}: {}", refused.err);
        let found = copy.place.sne(&["doctor", "--format", "json"]).ends(6);
        assert!(found.out.contains(told), "{tampering}: {}", found.out);
    }
}

#[test]
fn the_examination_tells_how_far_each_projection_is_and_doubts_one_ahead_of_the_log() {
    let copy = SHOWN.copied();
    copy.place.sne(&["migrate"]).ends(0);
    let projections = |code| {
        let found = copy.place.sne(&["doctor", "--format", "json"]).ends(code).json();
        found.as_array().unwrap().iter().find(|check| check["name"] == "projections").unwrap().clone()
    };
    let found = |code| projections(code)["found"].as_str().unwrap().to_owned();
    for told in ["shared_management v6 : position ", "deadlines v4 : position ", "retard 0 événement(s)"] {
        assert!(found(0).contains(told), "{}", found(0));
    }
    copy.tamper("INSERT INTO projection.checkpoints (name, slot, version, position) VALUES ('follower', 'live', 2, 5)");
    assert!(found(0).contains("follower v2 : position 5, retard "), "{}", found(0));
    copy.tamper("UPDATE projection.checkpoints SET position = 999999 WHERE name = 'follower'");
    assert!(projections(6)["faults"][0].as_str().unwrap().contains("au-delà du journal"));
}
