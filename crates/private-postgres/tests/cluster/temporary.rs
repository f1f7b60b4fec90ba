use std::path::PathBuf;

use private_postgres::test_util::shared;

use crate::support::{Holder, eventually};

#[test]
fn a_database_is_a_copy_of_its_template() {
    let cluster = shared();
    let (template, copy) = (cluster.fresh_name("template"), cluster.fresh_name("copy"));
    cluster.create_database(&template, None).unwrap();
    cluster.psql(&template, "CREATE TABLE t AS SELECT 1 AS n").unwrap();
    cluster.create_database(&copy, Some(&template)).unwrap();
    assert_eq!(cluster.psql(&copy, "SELECT n FROM t").unwrap(), "1");
    assert!(cluster.create_database(&copy, None).is_err(), "names are taken once");
}

#[test]
fn the_cluster_of_a_killed_test_process_is_removed() {
    let holder = Holder::of_a_temporary_cluster();
    let pgdata = PathBuf::from(&holder.told);
    let folder = pgdata.parent().unwrap().to_owned();
    assert!(pgdata.exists());
    holder.kill();
    eventually("the watchdog removes the folder", || !folder.exists());
}
