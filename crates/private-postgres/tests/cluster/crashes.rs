use private_postgres::{Step, Stopped};

use crate::support::{Holder, Home, alive, eventually, psql};

#[test]
fn a_killed_owner_leaves_a_cluster_that_the_next_one_adopts() {
    let home = Home::new();
    let owner = Holder::of(&home.0.path().join("postgresql"));
    let pid: i32 = owner.told.parse().unwrap();
    owner.kill();
    assert!(alive(pid), "the server outlives its killed owner");
    let (cluster, steps) = home.start();
    assert_eq!(steps, [Step::Adopted { pid }]);
    assert_eq!(psql(&cluster, "SELECT 1"), "1");
    assert_eq!(cluster.stop().unwrap(), Stopped::Server, "a dead user does not count");
    eventually("the server goes once it has stopped", || !alive(pid));
}

#[test]
fn a_stale_lock_file_with_the_number_of_a_living_process_does_not_hinder_the_start() {
    let home = Home::new();
    home.start().0.stop().unwrap();
    let file = home.0.path().join("postgresql/cluster/postmaster.pid");
    let pgdata = file.parent().unwrap().display().to_string();
    let stale = format!("{}\n{pgdata}\n1700000000\n5432\n/tmp\n\n  0 0\nready   \n", std::process::id());
    for text in [stale.as_str(), ""] {
        std::fs::write(&file, text).unwrap();
        let (cluster, steps) = home.start();
        assert_eq!(steps, [Step::Starting]);
        assert_eq!(psql(&cluster, "SELECT 1"), "1");
        cluster.stop().unwrap();
    }
}

#[test]
fn a_killed_postmaster_is_started_again_with_everything_committed() {
    let cluster = private_postgres::test_util::TestCluster::start().unwrap();
    let before = cluster.postmaster_pid();
    cluster.psql("postgres", "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)").unwrap();
    cluster.kill_postmaster();
    eventually("a killed server is gone", || !alive(before));
    assert!(cluster.psql("postgres", "SELECT 1").is_err());
    cluster.restart().unwrap();
    assert_ne!(cluster.postmaster_pid(), before);
    assert_eq!(cluster.psql("postgres", "SELECT n FROM kept").unwrap(), "7");
}
